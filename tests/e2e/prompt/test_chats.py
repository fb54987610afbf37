"""Chats: unread counters, switching, drafts, the log."""

import re


def test_whispers_open_chats(server, alice):
    server.send("alice", "bob> /w psst")
    alice.see("bob whispers: psst")
    alice.see_cursor_line("Lobby [bob:1] >")
    server.send("alice", "carol> /w hey")
    alice.see_cursor_line("Lobby [bob:1 carol:1] >")
    alice.key("\x1ba")
    alice.see_cursor_line("bob [carol:1] >")
    alice.see("-- bob --")
    alice.type("what is it?")
    server.received.expect("alice /w bob what is it?")
    alice.key("\x1b3")
    alice.see_cursor_line("carol >")
    alice.key("\x1b1")
    alice.see_cursor_line("Lobby >")


def test_each_chat_keeps_its_draft(server, alice):
    server.send("alice", "bob> /w psst")
    alice.see_cursor_line("Lobby [bob:1] >")
    alice.key("to everybody\x1b[D\x1b[D")
    alice.key("\x1b2")
    alice.see_cursor_line("bob >")
    alice.key("to bob alone")
    alice.key("\x1b1")
    alice.see_cursor_line("Lobby > to everybody")
    assert alice.cursor()[1] == len("Lobby > to everybo")
    alice.key("\x1b2")
    alice.see_cursor_line("bob > to bob alone")
    alice.key("\r")
    server.received.expect("alice /w bob to bob alone")
    alice.key("\x1b1\x05!\r")
    server.received.expect("alice to everybody!")


def test_lobby_waits_while_elsewhere(server, alice):
    server.send("alice", "bob> /w psst")
    alice.see_cursor_line("Lobby [bob:1] >")
    alice.key("\x1b2")
    alice.see_cursor_line("bob >")
    server.send("alice", "carol> in the lobby")
    alice.see_cursor_line("bob [Lobby:1] >")
    server.send("alice", "carol> hi alice")
    alice.see_cursor_line("bob [Lobby:2!] >")
    assert "in the lobby" not in "\n".join(alice.everything())
    alice.key("\x1b1")
    alice.see("carol> in the lobby")
    alice.see("carol> hi alice")


def test_no_such_chat(alice):
    alice.key("\x1b7")
    alice.see("There is no chat 7.")
    alice.key("\x1ba")
    alice.see("Nothing is unread.")


def test_the_log_is_kept(server, enter, tmp_path):
    alice = enter()
    server.send("alice", "bob> for the log")
    server.send("alice", "bob> /w between us")
    alice.see("between us")
    alice.type("/quit")
    assert alice.exit_status() == 0
    folder = tmp_path / f"alice/.local/state/moonroom/127.0.0.1:{server.port}"
    for file, line in (("Lobby.log", "bob> for the log"), ("bob.log", "bob> between us")):
        text = (folder / file).read_text()
        assert re.fullmatch(rf"(.*\n)*\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d {line}\n", text)
        assert (folder / file).stat().st_mode & 0o777 == 0o600


def test_notes_stay_here(server, enter, tmp_path):
    alice = enter()
    alice.type("/query alice")
    alice.see_cursor_line("alice >")
    alice.type("buy milk")
    alice.see("buy milk")
    alice.see_cursor_line("alice >")
    alice.key("\x1b1")
    alice.see_cursor_line("Lobby >")
    alice.type("/note and tea")
    alice.see("noted: and tea")
    alice.type("end")
    server.received.expect("alice end")
    assert not any("milk" in line or "tea" in line for line in server.received.history)
    log = tmp_path / f"alice/.local/state/moonroom/127.0.0.1:{server.port}/alice.log"
    assert [line.partition("alice> ")[2] for line in log.read_text().splitlines()] == ["buy milk", "and tea"]


def test_somebody_called_lobby(server, alice):
    server.send("alice", "Lobby> /w this is a whisper")
    alice.see("Lobby whispers: this is a whisper")
    alice.see_cursor_line("Lobby >")
