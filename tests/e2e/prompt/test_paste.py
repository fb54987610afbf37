"""Pastes never run commands and are never sent unasked."""

import time

import pytest


def paste(text):
    return f"\x1b[200~{text}\x1b[201~"


def test_one_line_goes_to_the_cursor(server, alice):
    alice.key("<>\x1b[D" + paste("pasted text\r\n"))
    alice.see_cursor_line("Lobby > <pasted text>")
    time.sleep(0.1)
    assert not any("pasted" in line for line in server.received.history)
    alice.key("\r")
    server.received.expect("alice <pasted text>")


def test_several_lines_are_confirmed(server, alice):
    alice.key("my draft" + paste("one\rtwo\r/quit\rthree\r"))
    alice.see("Send these 4 lines to Lobby, one message each? [y/N]")
    assert not any("one" in line for line in server.received.history)
    alice.type("yes")
    for line in ("one", "two", "three"):
        server.received.expect(f"alice {line}")
    alice.see("Line 3 begins with / and was not sent")
    alice.see_cursor_line("Lobby > my draft")
    assert "alice /quit" not in server.received.history


@pytest.mark.parametrize("answer", ["no\r", "\r", "\x03"])
def test_pastes_can_be_refused(server, alice, answer):
    alice.key("my draft" + paste("one\ntwo"))
    alice.see("Send these 2 lines")
    alice.key(answer)
    alice.see("Nothing of the paste was sent.")
    alice.see_cursor_line("Lobby > my draft")
    alice.type("")
    server.received.expect("alice my draft")
    assert not any("one" in line for line in server.received.history)


def test_a_paste_without_its_end_does_not_block(server, alice):
    alice.key("\x1b[200~half a paste")
    server.send("alice", "bob> still here")
    alice.see("bob> still here")
    alice.see_cursor_line("Lobby > half a paste")
    alice.key("\r")
    server.received.expect("alice half a paste")


def test_a_paste_in_pieces(server, alice):
    for byte in paste("piece by piece").encode():
        alice.key(bytes([byte]))
        time.sleep(0.005)
    alice.see_cursor_line("Lobby > piece by piece")


def test_pastes_hold_no_controls(server, alice):
    alice.key(paste("a\x1b[31mb\x00c\td\x07"))
    alice.see_cursor_line("Lobby > a[31mbc    d")


def test_huge_pastes_are_refused(server, alice):
    alice.key(paste("z" * 70000))
    alice.see("This paste is too long")
    alice.key(paste("line\r" * 101))
    alice.wait(lambda: "\n".join(alice.everything()).count("This paste is too long") == 2, "the second refusal")
    alice.type("end")
    server.received.expect("alice end")
    assert not any("zzz" in line or "alice line" in line for line in server.received.history)
