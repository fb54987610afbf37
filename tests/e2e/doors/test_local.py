"""`moonroom --local`: a room on this machine, for as long as its client runs."""

import re
import socket

import pytest

from terminal import Terminal

CTRL_C = b"\x03"
PASSWORD = "correct horse"


@pytest.fixture
def local(tmp_path):
    """Somebody who opened a room of their own and is in it."""
    with Terminal(["--local", "--home", tmp_path / "moonroom"], tmp_path, rows=40, columns=100) as terminal:
        terminal.see("Do you accept these terms?")
        for answer in ("y", "alice", PASSWORD, PASSWORD):
            terminal.type(answer)
        terminal.see("Remember on this computer")
        terminal.type("login")
        terminal.see_cursor_line("Lobby >")
        yield terminal


def port_of(terminal):
    terminal.type("/ipinfo")
    return int(terminal.see(re.compile(r"room +127\.0\.0\.1:(\d+)"))[1])


def leave(terminal):
    terminal.type("/quit")
    assert terminal.exit_status() == 0


def test_ctrl_c_leaves_the_room_open(local):
    local.key("a line to throw away")
    local.see_cursor_line("Lobby > a line to throw away")
    local.key(CTRL_C)
    local.see_cursor_line("Lobby >")
    local.type("still here")
    local.see("alice> still here")
    leave(local)


def test_room_ends_with_its_client(local):
    port = port_of(local)
    leave(local)
    with pytest.raises(ConnectionRefusedError):
        for _ in range(200):
            socket.create_connection(("127.0.0.1", port)).close()


def test_second_start_asks_nothing(local, tmp_path):
    leave(local)
    with Terminal(["--local", "--home", tmp_path / "moonroom"], tmp_path) as again:
        again.see(re.compile("in as alice"))
        again.see_cursor_line("Lobby >")
        leave(again)
