"""After a room has shut down, the prompt finds its way back by itself; after a person's kick it does not."""


def enter(terminal, room, tmp_path):
    secret = tmp_path / "password"
    secret.touch(mode=0o600)
    secret.write_text("correct horse\n")
    options = ["--user", "alice", "--password-file", secret, "--register", "--accept-terms"]
    program = terminal(room.url, *options, home="alice")
    program.see("You are registered and in as alice")
    return program


def test_the_room_shuts_down_and_opens_again(terminal, open_room, tmp_path):
    room = open_room("--zeros", "2")
    program = enter(terminal, room, tmp_path)
    program.key("half a line")
    program.see_cursor_line("Lobby > half a line")
    assert room.stop() == 0
    program.see("Trying to come back")
    open_room("--zeros", "2", port=room.port)
    program.see("You are in as alice")
    program.see_cursor_line("Lobby > half a line")


def test_the_room_stays_closed(terminal, open_room, tmp_path):
    room = open_room("--zeros", "2")
    program = enter(terminal, room, tmp_path)
    assert room.stop() == 0
    program.see("Trying to come back")
    program.see("Nobody is listening")
    program.type("/logout")
    program.type("/logout")
    program.see("You are not in a room")
