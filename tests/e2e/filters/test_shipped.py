"""The filters and responders that come with moonroom."""

import os
import re
import signal

import pytest

import moonroom


def pid_of(person, script):
    person.type(f"/script info {script}")
    return int(person.program.err.expect(re.compile(r"pid\s+(\d+)"))[1])


def test_ignore(alice):
    alice.type("/ignore", "/ignore Bob")
    alice.sees("You ignore nobody")
    alice.sees("Bob is ignored")
    alice.told("bob> hidden", "bob> /w hidden too", "carol> seen")
    alice.hears("carol> seen")
    alice.type("/script reload ignore", "/ignore")
    alice.sees("ignore is loaded anew")
    alice.sees("You ignore Bob")
    alice.told("bob> hidden again", "carol> seen again")
    alice.hears("carol> seen again")
    alice.type("/unignore bob")
    alice.sees("can be heard again")
    alice.told("bob> here I am")
    alice.hears("bob> here I am")
    assert not [line for line in alice.heard() if "hidden" in line]


def test_ignore_never_fails_open(alice):
    alice.type("/ignore bob")
    alice.sees("is ignored")
    os.kill(pid_of(alice, "ignore"), signal.SIGKILL)
    alice.sees("incoming is held back")
    alice.told("bob> hidden", "carol> seen later", *(f"bob> hidden {i}" for i in range(40)))
    alice.told("Server> bob has been seen. ", "carol> seen at last")
    alice.type("/script load ignore")
    alice.sees("ignore is loaded")
    alice.hears("carol> seen later")
    alice.sees("bob has been seen")
    alice.hears("carol> seen at last")
    assert not [line for line in alice.heard() if "hidden" in line]


def test_ignore_can_be_given_up(alice):
    alice.type("/ignore bob")
    alice.sees("is ignored")
    os.kill(pid_of(alice, "ignore"), signal.SIGKILL)
    alice.sees("/script unload ignore lets everything through")
    alice.told("bob> let me in")
    alice.type("/script unload ignore")
    alice.hears("bob> let me in")


def test_ignore_from_the_first_line(enter, server):
    """What comes while the commands, their rules and the filters of those still start waits for them."""
    alice = enter("alice")
    alice.type("/ignore bob")
    alice.sees("is ignored")
    assert alice.program.finish() == 0
    server.joined.take_all(re.compile("alice is in.*"))
    again = moonroom.Client(server.port, alice.program.home, "alice")
    server.joined.expect(re.compile("alice is in.*"))
    server.send("alice", "bob> hidden")
    server.send("alice", "carol> seen")
    again.out.expect("carol> seen")
    again.out.absent("bob> hidden")
    assert again.finish() == 0


def test_emoji(alice):
    alice.load("emoji")
    alice.type(":shrug: at 10:30:00 :nothing: :moon:", "/w bob :tada:", "/shruggie well", "/emoji")
    alice.says("¯\\_(ツ)_/¯ at 10:30:00 :nothing: 🌙")
    alice.says("/w bob 🎉")
    alice.says("well ¯\\_(ツ)_/¯")
    alice.sees(":coffee:")


def test_links(alice):
    alice.load("links")
    alice.told("bob> see https://a.example/b, or (http://c.example/).", "bob> no link")
    alice.hears("bob> see https://a.example/b [1], or (http://c.example/ [2]).")
    alice.hears("bob> no link")
    alice.type("/links 2")
    alice.sees(r"\[2\] +bob +http://c\.example/")
    alice.type("/script reload links", "/links")
    alice.sees(r"\[1\] +bob +https://a\.example/b")
    log = next((alice.program.home / "moonroom").rglob("Lobby*"))
    assert "see https://a.example/b, or (http://c.example/)." in log.read_text()


def test_highlight(alice):
    alice.type("/highlight", "/highlight lunch", "/highlight two words", "/highlight")
    alice.sees("You have no words yet")
    alice.sees("Lines with lunch stand out")
    alice.sees("Your words: lunch")
    alice.told("bob> Lunch?")
    alice.hears("bob> Lunch?")


def test_away(alice):
    alice.load("away")
    alice.told("bob> /w are you there?")
    alice.hears("bob> are you there?")
    alice.type("/away lunch")
    alice.sees("You are away: lunch")
    alice.told("bob> /w hello?", "carol> where is Alice?", "carol> alice!", "dora> nobody is meant")
    alice.says("/w bob I am away: lunch")
    alice.says("/w carol I am away: lunch")
    alice.type("/back", "/back")
    alice.sees("You missed:")
    alice.sees("bob +hello\\?")
    alice.sees("carol +alice!")
    alice.sees("You were not away")
    received = [line for line in alice.server.received.history if "I am away" in line]
    assert len(received) == 2


def test_keyword_answers_once_in_a_while(alice):
    alice.load("keyword")
    alice.type("/answer rules Be nice to each other.")
    alice.sees("!rules is answered")
    alice.told("bob> !rules", *["bob> !rules"] * 20, "bob> !other", "bob> !rules please", "carol> the end")
    alice.says("Be nice to each other.")
    alice.hears("carol> the end")
    alice.type("/answer", "/answer rules", "/answer")
    alice.sees("!rules +Be nice")
    alice.sees("is not answered any more")
    alice.sees("There are no answers yet")
    said = [line for line in alice.server.received.history if "Be nice" in line]
    assert len(said) == 1


def test_two_bots_fall_silent(room, client):
    """Each answers the other's answer: without limits they would never end."""
    bots = []
    for name, word, answer in (("ping", "ping", "!pong"), ("pong", "pong", "!ping")):
        bot = client(room.port, name, register=True)
        bot.err.expect(re.compile(f".*as {name}.*"))
        bot.type("/script load keyword")
        bot.err.expect("keyword is loaded.")
        bot.type(f"/answer {word} {answer}")
        bot.err.expect(re.compile(".*is answered from now on.*"))
        bots.append(bot)
    bots[0].type("!pong")
    bots[0].out.expect("pong> !ping")
    bots[0].out.expect("ping> !pong")
    bots[0].type("/ping")
    bots[0].err.expect(re.compile(r".*answered in \d+ ms.*"))
    bots[0].type("behind it all")
    bots[1].out.expect("ping> behind it all")
    said = [line for line in bots[1].out.history if line in ("ping> !pong", "pong> !ping")]
    assert len(said) <= 4


@pytest.mark.parametrize("name", ["ignore", "highlight", "emoji", "links", "away", "keyword"])
def test_shipped_ones_are_listed(alice, name):
    alice.type("/script list")
    alice.sees(rf"{name} +available")
