"""`moonroom --local`: from nothing to a room of one's own, and back to it."""

import re


def test_a_room_of_ones_own(terminal):
    program = terminal("--local")
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
