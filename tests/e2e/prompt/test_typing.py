"""The line that is being typed, while the room talks."""

import random
import re
import time

import pytest


def without_times(lines):
    return [re.sub(r"^\d\d:\d\d ", "", line) for line in lines]


def test_a_thousand_messages_while_typing(server, alice):
    """1,000 messages arrive while a line is typed, moved in and edited; line, cursor and messages are exact."""
    line = "the quick brown fox jumps over the lazy dog and does it again, and again, and once more"
    keys = [*line, *["\x1b[D"] * 12, "X", "Y", "\x7f", *["\x1b[C"] * 3, "Z", "\x01", "\x1b[C", "\x1b[C"]
    chance = random.Random(7)
    sent = 0
    for key in keys:
        alice.key(key)
        for _ in range(chance.randint(0, 18)):
            if sent < 1000:
                server.send("alice", f"bob> number {sent} {'x' * chance.randint(0, 90)}")
                sent += 1
        time.sleep(chance.random() / 200)
    while sent < 1000:
        server.send("alice", f"bob> number {sent} end")
        sent += 1
    alice.see(re.compile("bob> number 999 end"))
    typed = line[:-12] + "X" + line[-12:-9] + "Z" + line[-9:]
    row = -(-len("Lobby > " + typed) // 80)
    alice.wait(lambda: bottom(alice, row) == "Lobby > " + typed, "the line")
    first = alice.cursor()[0]
    assert alice.cursor()[1] == len("Lobby > ") + 2
    assert alice.lines()[first].startswith("Lobby > the quick")
    everything = "".join(line.ljust(80) for line in alice.everything())
    numbers = [int(n) for n in re.findall(r"bob> number (\d+) ", everything)]
    assert numbers == list(range(1000))
    assert everything.count("the quick") == 1
    alice.key("\r")
    server.received.expect("alice " + typed)


def bottom(program, rows):
    """The last non-empty rows of the screen, joined as the terminal folded them."""
    lines = program.lines()
    while lines and not lines[-1]:
        lines.pop()
    return "".join(line.ljust(80) for line in lines[-rows:]).rstrip()


@pytest.mark.parametrize("typed", ["caf\u00e9 \u65e5\u672c\u8a9e \U0001f319 ok", "a" * 79, "b" * 72, "c" * 240])
def test_wide_and_long_lines_survive_messages(server, alice, typed):
    alice.key(typed)
    for i in range(20):
        server.send("alice", f"bob> message {i}")
    alice.see("bob> message 19")
    alice.key("\x01\x1b[C")
    for i in range(20, 40):
        server.send("alice", f"bob> message {i}")
    alice.see("bob> message 39")
    alice.key("\r")
    server.received.expect("alice " + typed)
    talk = [line for line in alice.everything() if "bob> message" in line]
    assert without_times(talk) == [f"bob> message {i}" for i in range(40)]


def test_messages_during_a_search(server, alice):
    alice.type("find this needle")
    alice.see("alice> find this needle")
    alice.type("something else")
    alice.see("alice> something else")
    alice.key("\x12need")
    alice.see("find this needle")
    for i in range(10):
        server.send("alice", f"bob> message {i}")
    alice.see("bob> message 9")
    alice.key("\r")
    alice.wait(lambda: server.received.history.count("alice find this needle") == 2, "the line again")
    alice.see_cursor_line("Lobby >")


def test_vi_mode(server, enter, tmp_path):
    inputrc = tmp_path / "inputrc"
    inputrc.write_text("$if moonroom\nset editing-mode vi\n$endif\n")
    alice = enter(INPUTRC=str(inputrc))
    alice.key("one two three")
    alice.see_cursor_line("Lobby > one two three")
    alice.key("\x1b")
    for i in range(10):
        server.send("alice", f"bob> message {i}")
    alice.see("bob> message 9")
    time.sleep(0.6)  # a lonely escape is one only after a while
    alice.key("bcwfour")
    alice.see_cursor_line("Lobby > one two four")
    alice.key("\x1b")
    time.sleep(0.6)
    alice.key("0iX\r")
    server.received.expect("alice Xone two four")
    alice.see_cursor_line("Lobby >")


def test_ctrl_s_does_not_stop_the_room(server, alice):
    alice.key("\x13")
    server.send("alice", "bob> still here")
    alice.see("bob> still here")
    alice.key("\x07typed\r")
    server.received.expect("alice typed")


def test_own_lines_are_shown_once(server, alice):
    alice.type("hello there")
    alice.see("alice> hello there")
    alice.see_cursor_line("Lobby >")
    assert "\n".join(alice.everything()).count("hello there") == 1


def test_half_a_character_does_not_block(server, alice):
    alice.key(b"caf\xc3")
    server.send("alice", "bob> still here")
    alice.see("bob> still here")
    alice.key(b"\xa9\r")
    server.received.expect("alice caf\u00e9")


def test_a_lonely_escape_does_not_block(server, alice):
    alice.key("abc\x1b")
    server.send("alice", "bob> still here")
    alice.see("bob> still here")
    time.sleep(0.2)
    alice.key("[D")
    server.send("alice", "bob> and here")
    alice.see("bob> and here")


def test_long_lines_are_capped(server, alice):
    for _ in range(10):
        alice.key("x" * 1000)
        time.sleep(0.02)
    server.send("alice", "bob> end")
    alice.see("bob> end")
    alice.key("\x01")
    alice.key("\r")  # longer than a message may be: refused, and given back
    alice.see(re.compile("too long|1,?500|longer"))
    assert not any("xxx" in line for line in server.received.history)


def test_a_line_that_was_not_sent_can_be_had_back(server, alice):
    alice.type("y" * 1600)
    alice.see(re.compile(r"The key Up brings the\s+line back"))
    alice.see_cursor_line("Lobby >")
    alice.key("\x1b[A")
    alice.wait(lambda: bottom(alice, 21) == "Lobby > " + "y" * 1600, "the line again")
    assert not any("yyy" in line for line in server.received.history)


def test_resize_storm(server, alice):
    """Sizes change at random while messages arrive and a line is being typed; in the end nothing is amiss."""
    alice.key("typed before the storm")
    chance = random.Random(3)
    for i in range(60):
        alice.resize(chance.randint(5, 40), chance.randint(30, 120))
        server.send("alice", f"bob> message {i}")
        time.sleep(0.01)
    alice.resize(24, 80)
    alice.key(" and after")
    alice.see_cursor_line("Lobby > typed before the storm and after")
    server.send("alice", "bob> the end")
    alice.see("bob> the end")
    alice.see_cursor_line("Lobby > typed before the storm and after")
    alice.key("\r")
    server.received.expect("alice typed before the storm and after")


def test_tiny_terminals(server, alice):
    for rows, columns in ((1, 1), (2, 3), (1, 80), (24, 1), (200, 500), (24, 80)):
        alice.resize(rows, columns)
        server.send("alice", f"bob> at {rows}x{columns}")
        alice.key("k")
        time.sleep(0.05)
    alice.key("\r")
    server.received.expect("alice kkkkkk")
