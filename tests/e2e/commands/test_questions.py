"""Commands that ask: passwords, confirmations, names; on a real terminal."""

import json
import re

import pytest

from terminal import Terminal

PASSWORD = "correct horse"
CTRL_C = b"\x03"


@pytest.fixture
def sit_down(room, tmp_path):
    """sit_down(NAME) registers somebody who sits at a terminal."""
    terminals = []

    def start(name, *, remember="no", register=True):
        home = tmp_path / name
        config = home / "moonroom" / "config"
        config.mkdir(parents=True, exist_ok=True)
        (config / "settings.json").write_text(json.dumps({"login.remember": remember}))
        secret = home / "password"
        secret.touch(mode=0o600)
        secret.write_text(PASSWORD + "\n")
        options = [room.url, "--user", name, "--password-file", secret, "--home", home / "moonroom"]
        if register:
            options += ["--register", "--accept-terms"]
        terminal = Terminal(options, home, rows=40, columns=100)
        terminals.append(terminal)
        terminal.see(re.compile(f"in as {name}"))
        terminal.see_cursor_line("Lobby >")
        return terminal

    yield start
    for terminal in terminals:
        terminal.close()


@pytest.fixture
def alice(sit_down):
    return sit_down("alice")


def answer(terminal, question, text):
    terminal.see_cursor_line(question)
    terminal.type(text)


def leave(terminal):
    terminal.type("/quit")
    assert terminal.exit_status() == 0
    assert PASSWORD.encode() not in terminal.raw


def change_password(terminal, old, new, again):
    terminal.type("/password")
    answer(terminal, "The old password:", old)
    answer(terminal, "The new one, at least 8 characters:", new)
    answer(terminal, "The same again:", again)


def test_password_is_changed(alice, client, room):
    change_password(alice, PASSWORD, "battery staple", "battery staple")
    alice.see("Your password is changed.")
    assert b"battery staple" not in alice.raw
    again = client(room.port, "alice", password="battery staple")
    assert again.finish() == 0
    old = client(room.port, "alice")
    assert old.wait() == 4
    leave(alice)


def test_password_typed_differently(alice):
    change_password(alice, PASSWORD, "battery staple", "battery stapler")
    alice.see("These two differ; nothing was changed.")
    leave(alice)


def test_wrong_old_password(alice):
    change_password(alice, "wrong horse", "battery staple", "battery staple")
    alice.see(re.compile("(?i)wrong"))
    leave(alice)


def test_question_is_left_with_ctrl_c(alice):
    alice.type("/password")
    alice.see_cursor_line("The old password:")
    alice.key(CTRL_C)
    alice.see_cursor_line("Lobby >")
    alice.type("still here")
    alice.see("still here")
    leave(alice)


def test_account_is_deleted(alice, client, room):
    alice.type("/delete-account")
    answer(alice, "This deletes alice and its coins for good. Type alice to go on:", "alice")
    answer(alice, "Password of alice:", PASSWORD)
    alice.see("The account alice is deleted.")
    leave(alice)
    gone = client(room.port, "alice")
    assert gone.wait() == 4


def test_account_is_not_deleted_by_mistake(alice, client, room):
    alice.type("/delete-account")
    answer(alice, "This deletes alice and its coins for good. Type alice to go on:", "yes")
    alice.see("That is not alice; nothing was deleted.")
    alice.type("/delete-account")
    answer(alice, "This deletes alice and its coins for good. Type alice to go on:", "alice")
    answer(alice, "Password of alice:", "wrong horse")
    alice.see(re.compile("(?i)wrong"))
    leave(alice)
    there = client(room.port, "alice")
    assert there.finish() == 0


@pytest.mark.parametrize("reply, outcome", [("n", "Nothing was done."), ("y", re.compile("(money|coins)"))])
def test_dear_purchase_is_confirmed(alice, reply, outcome):
    alice.type("/buy cookie 10")
    alice.see_cursor_line("Buy 10 cookies for 100 coins? [y/N]")
    alice.type(reply)
    alice.see(outcome)
    leave(alice)


def test_payment_is_confirmed(alice):
    alice.type("/pay bob 5")
    alice.see_cursor_line("Give 5 coins to bob? [y/N]")
    alice.type("no")
    alice.see("Nothing was done.")
    leave(alice)


def test_leaving_and_logging_in_again(alice):
    alice.type("/logout")
    alice.see("You left the room.")
    alice.see_cursor_line("Lobby (offline) >")
    alice.type("/login alice")
    answer(alice, "Password of alice:", PASSWORD)
    alice.see_cursor_line("Lobby >")
    leave(alice)


def test_registering_by_command(alice, room):
    alice.type("/logout")
    alice.see_cursor_line("Lobby (offline) >")
    alice.type(f"/register bob {room.url}")
    answer(alice, "Password, at least 8 characters:", "battery staple")
    answer(alice, "The same again:", "battery staple")
    alice.see(re.compile("registered and in as bob"))
    leave(alice)


def test_register_refuses_a_taken_name(alice, client, room):
    bob = client(room.port, "bob", register=True)
    alice.type("/logout")
    alice.see_cursor_line("Lobby (offline) >")
    alice.type("/register bob")
    answer(alice, "Password, at least 8 characters:", "battery staple")
    answer(alice, "The same again:", "battery staple")
    alice.see(re.compile("(?i)(taken|exists)"))
    alice.type("/login alice")
    answer(alice, "Password of alice:", "wrong horse")
    alice.see("refused the login of alice")
    leave(alice)
    everything = "\n".join(alice.everything())  # each is told once
    assert everything.count("refused the registration of bob") == 1
    assert everything.count("refused the login of alice") == 1
    assert bob.finish() == 0


def test_going_to_another_room(alice, open_room, room):
    other = open_room("--zeros", "1", home="other")
    alice.type(f"/connect {other.url}")
    answer(alice, "Do you have an account in this room already? [y/n]", "n")
    answer(alice, "Name:", "alice")
    answer(alice, "Password, at least 8 characters:", "battery staple")
    answer(alice, "The same again:", "battery staple")
    alice.wait(lambda: "\n".join(alice.everything()).count("registered and in as alice") == 2, "the other room")
    alice.type("/ipinfo")
    alice.see(f"127.0.0.1:{other.port}")
    alice.type(f"/connect {room.url}")
    answer(alice, "Do you have an account in this room already? [y/n]", "y")
    answer(alice, "Name: [alice]", "")
    answer(alice, "Password of alice:", PASSWORD)
    alice.see_cursor_line("Lobby >")
    leave(alice)


def test_going_nowhere(alice):
    alice.type("/connect 127.0.0.1:1")
    answer(alice, "Do you have an account in this room already? [y/n]", "y")
    answer(alice, "Name: [alice]", "")
    answer(alice, "Password of alice:", PASSWORD)
    alice.see("Nobody is listening at 127.0.0.1:1.")
    alice.type("/connect nonsense://x")
    alice.see("nonsense")
    leave(alice)


def test_notes(alice):
    alice.type("/query alice")
    alice.see("These are your notes")
    alice.type("buy milk")
    alice.see("buy milk")
    alice.type("/me hums")
    alice.see("* alice hums")
    leave(alice)


def test_clear(alice):
    alice.type("hello there")
    alice.see("hello there")
    alice.type("/clear")
    alice.wait(lambda: not any("hello there" in line for line in alice.lines()), "an empty screen")
    leave(alice)


def test_history(alice):
    alice.type("one thing and another")
    alice.see("one thing and another")
    alice.type("/history 2")
    alice.see(re.compile(r"\d +one thing and another"))
    leave(alice)


def test_chats(alice, client, room):
    bob = client(room.port, "bob", register=True)
    alice.see("bob is in")
    alice.type("/query bob")
    alice.see_cursor_line("bob >")
    alice.type("only for you")
    bob.out.expect("alice> only for you")
    alice.type("/me nods")
    bob.out.expect("alice> * alice nods")
    alice.type("/chats")
    alice.see(re.compile(r"2 +bob +private +here"))
    alice.type("/close")
    alice.see_cursor_line("Lobby >")
    alice.type("/close")
    alice.see(re.compile("(?i)lobby"))
    leave(alice)
    assert bob.finish() == 0


def test_login_is_remembered_when_asked(sit_down):
    alice = sit_down("alice", remember="ask")
    alice.type("/logout")
    alice.see_cursor_line("Lobby (offline) >")
    alice.type("/login alice")
    answer(alice, "Password of alice:", PASSWORD)
    answer(alice, "Remember on this computer: login, name or no? [login]", "perhaps")
    alice.see("Please type login, name or no.")
    answer(alice, "Remember on this computer: login, name or no? [login]", "login")
    alice.type("/logout")
    alice.see_cursor_line("Lobby (offline) >")
    alice.type("/login")
    alice.see_cursor_line("Lobby >")
    leave(alice)


@pytest.mark.parametrize(
    "typed, line",
    [
        ("/lea", "/leaderboard"),
        ("/w ali", "/w alice"),
        ("/mine sto", "/mine stop"),
        ("/mine start cl", "/mine start classic"),
        ("/color whi", "/color whisper"),
        ("/set time", "/set time.format"),
        ("/set color of", "/set color off"),
        ("/help lea", "/help leaderboard"),
        ("/buy adm", "/buy adminStatus"),
        ("/notify of", "/notify off"),
        ("/script load gre", "/script load greeter"),
    ],
)
def test_tab_completes_arguments(alice, typed, line):
    alice.type("/ping")
    alice.see(re.compile(r"answered in \d+ ms"))  # the commands are there
    alice.key(typed + "\t")
    alice.see_cursor_line(f"Lobby > {line}")
    alice.key(b"\x15")
    leave(alice)
