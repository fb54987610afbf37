"""Every way from nothing to being in the room, or to staying out of it."""

import json
import os
import stat

import pytest

from peer import password_hash

TERMS = "Do you accept these terms?"
ACCOUNT = "Do you have an account in this room already?"
NAME = "Choose a name:"
PASSWORD = "Choose a password of at least 8 characters:"
AGAIN = "The same again:"
REMEMBER = "Remember on this computer"


@pytest.fixture
def start(server, terminal):
    """start() is moonroom's first start on this computer; called again, it is a later one."""

    def begin(*options):
        return terminal(f"legacy://127.0.0.1:{server.port}", *options)

    return begin


def accept(program):
    program.see("Terms and Conditions")
    program.see(TERMS)
    program.type("yes")
    program.see(ACCOUNT)


def choose(program, name, password="correct horse"):
    program.see(NAME)
    program.type(name)
    program.see(PASSWORD)
    program.type(password)
    program.see(AGAIN)
    program.type(password)


def leave(program):
    program.see_cursor_line("Lobby >")
    program.type("/quit")
    assert program.exit_status() == 0


def settings(tmp_path):
    return json.loads((tmp_path / "home/.config/moonroom/settings.json").read_text())


def logins(tmp_path):
    path = tmp_path / "home/.config/moonroom/logins.json"
    if path.exists():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        return path.read_text()
    return ""


def test_accept_and_register(server, start, tmp_path):
    program = start()
    accept(program)
    program.type("no")
    choose(program, "dora")
    program.see("You are registered and in as dora")
    program.see(REMEMBER)
    program.type("no")
    leave(program)
    assert server.sessions[0].credentials.endswith(b"\nnewacc")
    assert settings(tmp_path)["terms.accepted"] in (True, "on")
    assert "dora" not in logins(tmp_path)


def test_enter_alone_means_no_account(server, start):
    program = start()
    accept(program)
    program.type("")
    choose(program, "dora")
    program.see("You are registered and in as dora")


def test_decline_the_terms(server, start):
    program = start()
    program.see(TERMS)
    program.type("no")
    program.see("nothing was sent")
    assert program.exit_status() == 0
    assert not server.sessions


def test_terms_want_a_clear_answer(start):
    program = start()
    program.see(TERMS)
    program.type("")
    program.type("perhaps")
    program.see("Please type yes or no.")
    program.type("y")
    program.see(ACCOUNT)


def test_terms_are_shown_once(start):
    program = start()
    accept(program)
    program.key("\x03")
    program.see("You are in no room yet.")
    leave_offline(program)
    again = start()
    again.see(ACCOUNT)
    assert "Terms and Conditions" not in "\n".join(again.everything())


def leave_offline(program):
    program.see_cursor_line("Lobby (offline) >")
    program.type("/quit")
    assert program.exit_status() == 0


def test_name_is_taken(server, start):
    program = start()
    accept(program)
    program.type("no")
    choose(program, "bob")
    program.wait(lambda: len(server.sessions) == 1 and "\n".join(program.everything()).count(NAME) == 2, "the name again")
    program.type("bobby")  # the password stays
    program.see("You are registered and in as bobby")
    assert len(server.sessions) == 2


@pytest.mark.parametrize("name", ["al ice", "al>ice", "Server", "lobby", "x" * 33, "admins"])
def test_bad_names_are_refused_at_once(server, start, name):
    program = start()
    accept(program)
    program.type("no")
    program.see(NAME)
    program.type(name)
    program.wait(lambda: "\n".join(program.everything()).count(NAME) == 2, "the name again")
    assert not server.sessions


def test_short_and_different_passwords(server, start):
    program = start()
    accept(program)
    program.type("no")
    program.see(NAME)
    program.type("dora")
    program.see(PASSWORD)
    program.type("seven77")
    program.see("too short")
    program.type("eight888")
    program.see(AGAIN)
    program.type("eight889")
    program.see("These two differ")
    program.type("eight888")
    program.wait(lambda: "\n".join(program.everything()).count(AGAIN) == 2, "the second time")
    program.type("eight888")
    program.see("You are registered and in as dora")
    for secret in ("seven77", "eight88"):
        assert secret.encode() not in program.raw


def test_existing_account(server, start):
    program = start()
    accept(program)
    program.type("yes")
    program.see("Name:")
    program.type("bob")
    program.see("Password of bob:")
    program.type("correct horse")
    program.see("You are in as bob")
    assert not server.sessions[0].credentials.endswith(b"newacc")


def test_wrong_password(server, start):
    program = start()
    accept(program)
    program.type("yes")
    program.see("Name:")
    program.type("bob")
    for i in range(2):
        program.wait(lambda n=i: "\n".join(program.everything()).count("Password of bob:") == n + 1, "the password")
        program.type("wrong horse")
    program.wait(lambda: "\n".join(program.everything()).count("Password of bob:") == 3, "the password")
    program.type("correct horse")
    program.see("You are in as bob")
    assert len(server.sessions) == 3


def test_wrong_password_three_times(start):
    program = start()
    accept(program)
    program.type("yes")
    program.see("Name:")
    program.type("bob")
    for i in range(3):
        program.wait(lambda n=i: "\n".join(program.everything()).count("Password of bob:") == n + 1, "the password")
        program.type("wrong horse")
    program.see("You are in no room yet.")
    leave_offline(program)


@pytest.mark.parametrize("what", ["login", "name", "no"])
def test_what_is_remembered(server, start, tmp_path, what):
    program = start()
    accept(program)
    program.type("yes")
    program.see("Name:")
    program.type("bob")
    program.see("Password of bob:")
    program.type("correct horse")
    program.see(REMEMBER)
    program.type(what)
    leave(program)
    assert settings(tmp_path)["login.remember"] == what
    kept = logins(tmp_path)
    assert ("bob" in kept) == (what != "no")
    assert (server.accounts["bob"] in kept) == (what == "login")
    assert "correct horse" not in kept

    program = start()
    if what == "login":
        program.see("You are in as bob")
    elif what == "name":
        program.see("Password of bob:")
        program.type("correct horse")
        program.see("You are in as bob")
    else:
        program.see(ACCOUNT)
        program.type("yes")
        program.see("Name:")
        program.type("bob")
        program.see("Password of bob:")
        program.type("correct horse")
        program.see("You are in as bob")
    program.see_cursor_line("Lobby >")  # and nothing is asked any more


def test_last_room_is_kept(server, start, terminal):
    program = start()
    accept(program)
    program.type("yes")
    program.see("Name:")
    program.type("bob")
    program.see("Password of bob:")
    program.type("correct horse")
    program.see(REMEMBER)
    program.type("login")
    leave(program)
    again = terminal()
    again.see("You are in as bob")


def test_room_is_asked_for(server, terminal):
    program = terminal()
    program.see("Which room")
    program.type("not an address:port")
    program.wait(lambda: "\n".join(program.everything()).count("Which room") == 2, "the question again")
    program.type(f"127.0.0.1:{server.port}")
    program.see(TERMS)


def test_questions_can_be_cancelled(start):
    program = start()
    accept(program)
    program.type("yes")
    program.see("Name:")
    program.type("bob")
    program.see("Password of bob:")
    program.key("secret\x03")
    program.see("You are in no room yet.")
    program.see_cursor_line("Lobby (offline) >")
    assert b"secret" not in program.raw


def test_nobody_listens(server, terminal):
    server.stop_listening()
    program = terminal(f"legacy://127.0.0.1:{server.port}")
    accept(program)
    program.type("yes")
    program.see("Name:")
    program.type("bob")
    program.see("Password of bob:")
    program.type("correct horse")
    program.see_cursor_line("Lobby (offline) >")
    leave_offline(program)


def test_editing_a_password(server, start):
    """Backspace, Ctrl-U, arrows and a paste work; characters of several bytes go whole."""
    program = start()
    accept(program)
    program.type("no")
    program.see(NAME)
    program.type("dora")
    program.see(PASSWORD)
    program.key("rubbish\x15\u00e9\u00e9secret\x1b[D\x1b[Axy\x7f\x7f")
    program.key("\x1b[200~ word\x1b[201~\r")
    program.see(AGAIN)
    program.type("\u00e9\u00e9secret word")
    program.see("You are registered and in as dora")
    assert server.accounts["dora"] == password_hash("\u00e9\u00e9secret word", "dora")


def test_nothing_secret_is_kept(server, start, tmp_path):
    program = start()
    accept(program)
    program.type("no")
    choose(program, "dora", "p4ssw0rd-of-dora")
    program.see(REMEMBER)
    program.type("login")
    program.see_cursor_line("Lobby >")
    program.type("hello")
    server.received.expect("dora hello")
    leave(program)
    assert b"p4ssw0rd" not in program.raw
    for folder, _, files in os.walk(tmp_path / "home"):
        for file in files:
            with open(os.path.join(folder, file), "rb") as content:
                assert b"p4ssw0rd" not in content.read(), file
