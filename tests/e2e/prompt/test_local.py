"""`moonroom --local`: from nothing to a room of one's own, and back to it."""

import re


def register(program):
    """The first start of all: everything is asked."""
    program.see("Do you accept these terms?")
    program.type("yes")
    program.see("Choose a name:")
    program.type("alice")
    program.see("Choose a password of at least 8 characters:")
    program.type("correct horse")
    program.see("The same again:")
    program.type("correct horse")
    program.see("You are registered and in as alice")
    program.see("Remember on this computer")
    program.type("login")
    program.see_cursor_line("Lobby >")


def test_a_room_of_ones_own(terminal):
    program = terminal("--local")
    register(program)
    program.type("hello, is anybody here?")
    program.see(re.compile(r"^\d\d:\d\d alice> hello, is anybody here\?$", re.M))
    program.type("/quit")
    assert program.exit_status() == 0

    again = terminal("--local")
    again.see("You are in as alice")
    again.see_cursor_line("Lobby >")
    assert "Terms and Conditions" not in "\n".join(again.everything())
    again.key("\x04")
    assert again.exit_status() == 0


def test_a_second_client_joins_the_room_that_is_open(terminal):
    first = terminal("--local")
    register(first)
    second = terminal("--local")
    second.see("You are in as alice")
    second.type("from the other window")
    first.see("alice> from the other window")
    second.type("/quit")
    assert second.exit_status() == 0
    first.type("/quit")
    assert first.exit_status() == 0
