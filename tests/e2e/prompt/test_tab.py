"""Tab: commands, names, settings and their values, and what was typed on meanwhile."""

import re

import pytest


@pytest.fixture
def ready(alice):
    """Alice, once the commands are up: on a busy machine that may take longer than a line waits for them."""
    for tries in range(1, 10):
        alice.type("/chats")
        alice.see(re.compile(r"1  Lobby  lobby|(There is no command(.|\n)*){%d}" % tries))
        if "1  Lobby  lobby" in "\n".join(alice.everything()):
            break
    alice.see_cursor_line("Lobby >")
    return alice


@pytest.mark.parametrize(
    "typed, line",
    [
        ("/leader\t", "/leaderboard"),
        ("/LEADER\t", "/leaderboard"),
        ("/help leader\t", "/help leaderboard"),
        ("/set time.f\t", "/set time.format"),
        ("/set color.names of\t", "/set color.names off"),
        ("/notify of\t", "/notify off"),
        ("/cost cook\t", "/cost cookie"),
        ("/script reload com\t", "/script reload commands"),
        ("/mine strategy cla\t", "/mine strategy classic"),
        ("/close Lob\t", "/close Lobby"),
        ("/nosuchword\t", "/nosuchword"),
    ],
)
def test_one_match_is_put_in(ready, typed, line):
    ready.key(typed)
    ready.see_cursor_line("Lobby > " + line)


def test_names_of_people(server, ready):
    server.send("alice", "barnaby> hello")
    ready.see("barnaby> hello")
    ready.key("/w barn\t")
    ready.see_cursor_line("Lobby > /w barnaby")
    ready.key("hi\r")
    server.received.expect("alice /w barnaby hi")
    ready.key("ask bar\t\x15")
    ready.key("dear ba\tcome here\r")
    server.received.expect("alice dear barnaby come here")


def test_the_word_at_the_cursor(server, ready):
    server.send("alice", "barnaby> hello")
    ready.see("barnaby> hello")
    ready.key("x barn y\x1b[D\x1b[D\t")
    ready.see_cursor_line("Lobby > x barnaby  y")
    ready.key("\x1f")  # one undo takes it away
    ready.see_cursor_line("Lobby > x barn y")


def test_several_matches_are_listed(ready):
    ready.key("/l\t")
    ready.see_cursor_line("Lobby > /l")
    ready.see(re.compile(r"^leaderboard +log +login +logout", re.M))
    ready.key("og\t\t")
    ready.see_cursor_line("Lobby > /log")
    ready.key("o\t")
    ready.see_cursor_line("Lobby > /logout")


def test_evil_names_are_not_completed(server, ready):
    server.send("alice", "ev\x1b[31mil> hello")
    server.send("alice", "bob> end")
    ready.see("bob> end")
    mark = len(ready.raw)
    ready.key("ev\t!")
    ready.see_cursor_line("Lobby > ev!")
    assert b"\x1b[31m" not in ready.raw[mark:]


def test_stale_answers_are_dropped(ready):
    """The answer of a script comes later than the next key: it must not tear the line."""
    ready.key("/script reload com\tx")
    ready.wait(
        lambda: ready.lines()[ready.cursor()[0]]
        in ("Lobby > /script reload comx", "Lobby > /script reload commands x"),
        "one of the two",
    )
