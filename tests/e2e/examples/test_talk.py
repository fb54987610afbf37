"""The examples that talk: reminder, poll, dice, trivia, timekeeper, hangman, minelog."""

import re

import moonroom

ANSWERS = {"Mars": "2", "largest": "Jupiter!", "first walk": "1969", "Pluto": "charon", "Apollo": "tranquility"}


def test_they_are_short():
    for path in (moonroom.TOP / "scripts" / "examples").glob("*.lua"):
        assert len(path.read_text(encoding="utf-8").splitlines()) < 80, path


def test_reminder(enter):
    alice = enter("alice").loads("reminder", "/remind 1s tea is ready", "/remind 2h the train", "/remind soon x")
    alice.sees(r"I will remind you at \d\d:\d\d:\d\d")
    alice.sees("Say when")
    alice.sees("tea is ready")
    # What is still to come outlives the script, and what has been told is gone.
    alice.type("/script reload reminder", "/reminders")
    alice.sees("the train")
    alice.program.err.absent(re.compile(r".*\d\d:\d\d +tea is ready.*"))


def test_poll(enter):
    alice, bob, carol = enter("alice"), enter("bob"), enter("carol")
    alice.loads("poll", "/poll Lunch?")
    for person in (bob, carol):
        person.hears(r"alice> Poll: Lunch\? Say or whisper me yes or no\.")
    bob.type("No", "yes")  # the last word counts
    carol.type("/whisper alice no")
    alice.hears(".*carol.* no")
    alice.hears("bob> yes")
    alice.type("/poll Another?", "/poll")
    alice.sees(r"One poll at a time: Lunch\?")
    alice.sees(r"yes\b.*\b1")
    alice.type("/poll close")
    bob.hears(r"alice> Lunch\? Yes: 1, no: 1\.")


def test_poll_ends_in_time(enter):
    alice = enter("alice")
    alice.type("/set poll.seconds 1")
    alice.sees("poll.seconds")
    alice.type("/poll Quickly?")
    enter("bob").hears(r"alice> Quickly\? Yes: 0, no: 0\.")


def test_dice_and_their_limit(enter):
    alice, bob = enter("alice"), enter("bob")
    alice.loads("dice", "/set dice.pause 600", "/set dice.minute 2")
    alice.sees("dice.minute")
    bob.type("!roll 2d6", "!roll 2d6")
    match = bob.hears(r"alice> bob rolls 2d6: (\d)\+(\d) = (\d+)")
    assert int(match[1]) + int(match[2]) == int(match[3])
    carol, dave = enter("carol"), enter("dave")
    carol.type("!roll 3000")
    carol.hears(r"alice> carol: say !roll 2d6, .*")
    dave.type("!roll")  # the third in a minute: nobody is answered any more
    alice.hears("dave> !roll")
    alice.type("/script info dice", "that was all")
    bob.hears("alice> that was all")
    bob.program.out.absent(re.compile("alice> dave rolls.*"))
    assert sum("bob rolls" in line for line in bob.program.out.history) == 1


def test_trivia_keeps_scores(enter):
    alice, bob = enter("alice"), enter("bob")
    alice.loads("trivia")
    for score in (1, 2):
        bob.type("!trivia")
        question = bob.hears(r"alice> (.+\?)")[1]
        answer = next(text for key, text in ANSWERS.items() if key in question)
        bob.type("I do not know", answer)
        bob.hears(rf"alice> Right, bob! That makes {score}\.")
        alice.type("/script reload trivia")
        alice.sees("trivia is (loaded|reloaded)")
    bob.type("!scores")
    bob.hears("alice> Scores: bob 2")


def test_timekeeper(enter):
    alice, bob = enter("alice"), enter("bob")
    alice.loads("timekeeper", "/meeting 5m Budget, 1m Summer party")
    bob.hears(r"alice> Budget: until \d\d:\d\d\.")
    alice.type("/script reload timekeeper")
    alice.sees("timekeeper is loaded anew")
    alice.type("/meeting next")
    bob.hears(r"alice> Summer party: until \d\d:\d\d\.")
    alice.type("/meeting next", "/meeting next")
    bob.hears("alice> That was the last point.*")
    alice.sees("An agenda is like")


def test_hangman(enter):
    source = (moonroom.TOP / "scripts" / "examples" / "hangman.lua").read_text(encoding="utf-8")
    words = re.findall(r'"(\w+)"', re.search(r"^local words = (.*)$", source, re.M)[1])
    alice, bob = enter("alice"), enter("bob")
    alice.loads("hangman")
    bob.type("!hangman")
    bob.hears(r"alice> A word: (_ )+Say a letter\.")
    bob.type("z", *words)
    bob.hears(r"alice> .*\(z, 6 left\)")
    bob.hears(r"alice> \w+ it is! bob has guessed 1\.")


def test_minelog(enter):
    alice, bob = enter("alice"), enter("bob")
    alice.loads("minelog", "/set minelog.every 1")
    alice.sees("minelog.every")
    alice.type("/mine start classic")
    bob.hears(r"alice> Block number 1 of today is mine\.")
    alice.type("/mine stop", "/mined")
    alice.sees("too late")
