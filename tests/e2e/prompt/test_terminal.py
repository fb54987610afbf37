"""What the terminal is given, and how it is left behind."""

import os
import re
import signal

import pytest

from moonroom import MOONROOM


@pytest.mark.parametrize("how", ["/quit", "ctrl-d", "TERM", "HUP"])
def test_the_terminal_is_put_back(server, terminal, password_file, how, tmp_path):
    """A shell's modes are the same before and after; the program runs as its child."""
    script = tmp_path / "wrapper.sh"
    script.write_text(
        "stty -a > before\n"
        f"(echo $BASHPID > pid; exec '{MOONROOM}' legacy://127.0.0.1:{server.port} --user alice"
        f" --password-file {password_file})\n"
        "stty -a > after; echo finished; sleep 1\n"
    )
    program = terminal(home="alice", argv=["/bin/bash", str(script)])
    program.see("You are in as alice")
    program.key("typed")
    program.see_cursor_line("Lobby > typed")
    pid = int((tmp_path / "alice/pid").read_text())
    if how == "/quit":
        program.key("\x15/quit\r")
    elif how == "ctrl-d":
        program.key("\x15\x04")
    else:
        os.kill(pid, getattr(signal, "SIG" + how))
    program.see("finished")
    home = tmp_path / "alice"
    assert (home / "before").read_text() == (home / "after").read_text()
    assert program.raw.rstrip().rfind(b"\x1b[?2004l") > program.raw.rfind(b"\x1b[?2004h")


def test_stop_and_go_on(server, terminal, password_file, tmp_path):
    """Ctrl-Z gives the terminal back to the shell; fg brings line and room back."""
    program = terminal(home="alice", argv=["/bin/bash", "--norc", "-i"], PS1="shell$ ")
    program.see("shell$")
    program.type(f"'{MOONROOM}' legacy://127.0.0.1:{server.port} --user alice --password-file {password_file}")
    program.see("You are in as alice")
    program.key("half a line")
    program.see_cursor_line("Lobby > half a line")
    program.key("\x1a")
    program.see("Stopped")
    program.see_cursor_line("shell$")
    server.send("alice", "bob> while you were away")
    program.type("fg")
    program.see("bob> while you were away")
    program.see_cursor_line("Lobby > half a line")
    program.key("!\r")
    server.received.expect("alice half a line!")
    program.type("/quit")
    program.see_cursor_line("shell$")


SGR = re.compile(rb"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"term": "dumb"}], ids=["NO_COLOR", "dumb"])
def test_no_colors(server, enter, environment):
    alice = enter(**environment)
    server.send("alice", "bob> hi alice")
    server.send("alice", "bob> /w psst")
    server.send("alice", "Server> /e an error")
    alice.see("bob> hi alice")
    alice.see("an error")
    alice.see("psst")
    assert not SGR.search(alice.raw)


def test_colors(server, alice):
    server.send("alice", "bob> hi alice")
    server.send("alice", "Server> /e an error")
    alice.see("an error")
    assert SGR.search(alice.raw)


def test_dumb_terminals_work(server, enter):
    alice = enter(term="dumb")
    alice.key("typed")
    server.send("alice", "bob> hello")
    alice.see("bob> hello")
    alice.key(" on\r")
    server.received.expect("alice typed on")
    assert b"\x1b" not in alice.raw


def test_nothing_dangerous_reaches_the_terminal(server, alice):
    mark = len(alice.raw)
    for text in ("\x1b]0;title\x07", "\x1b[2J", "\x9b31m", "\u202eevil", "a\rb", "\x1b]52;c;aGk=\x07", "\x0e"):
        server.send("alice", f"bob> {text}")
        server.send("alice", f"bob> /w {text}")
        server.send("alice", f"Server> {text}")
        server.send("alice", f"Server> /e {text}")
    server.send("alice", "bob> end")
    alice.see("bob> end")
    ours = re.sub(rb"\x1b\[[0-9;]*[mKJACD]|\x1b\[\?2004[hl]|[\r\n\x08\x07]", b"", alice.raw[mark:])
    text = ours.decode()
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    alice.see_cursor_line("Lobby [bob:7] >")


def test_the_room_goes_away(server, alice):
    alice.key("half a line")
    alice.see_cursor_line("Lobby > half a line")
    server.drop("alice")
    alice.see_cursor_line("Lobby (offline) > half a line")
