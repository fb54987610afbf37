"""Keys: Ctrl-C, Ctrl-D, history, and what is never sent."""


def test_ctrl_c_clears_the_line(server, alice):
    alice.key("do not send this")
    alice.see_cursor_line("Lobby > do not send this")
    alice.key("\x03")
    alice.see_cursor_line("Lobby >")
    alice.key("\x03")
    alice.see("Type /quit or press Ctrl-D to leave.")
    alice.type("sent")
    server.received.expect("alice sent")
    assert not any("do not send" in line for line in server.received.history)


def test_ctrl_d_leaves_from_an_empty_line(alice):
    alice.key("ab\x01\x04")
    alice.see_cursor_line("Lobby > b")
    alice.key("\x04\x04")
    assert alice.exit_status() == 0


def test_unknown_commands_are_never_sent(server, alice):
    alice.type("/pasword secret123")
    alice.see("There is no command /pasword")
    alice.type("/")
    alice.type(" /with a blank it is text")
    server.received.expect("alice  /with a blank it is text")
    assert not any("secret123" in line or line == "alice /" for line in server.received.history)


def test_history_is_kept_without_secrets(server, enter, tmp_path):
    alice = enter()
    for line in ("first", "second", "/password old-secret new-secret", "/pasword old-secret"):
        alice.type(line)
    server.received.expect("alice second")
    alice.type("/quit")
    assert alice.exit_status() == 0
    file = tmp_path / "alice/.local/state/moonroom/history"
    assert file.stat().st_mode & 0o777 == 0o600
    text = file.read_text()
    assert text.startswith("first\nsecond\n") and "secret" not in text
    again = enter()
    again.key("\x10\x10\x10\x10\x10")
    again.see_cursor_line("Lobby > first")
