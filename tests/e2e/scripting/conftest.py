"""Alice at the prompt, in a room of moonroom, with the tools for people who write and run scripts."""

import pytest

PASSWORD = "correct horse"


@pytest.fixture
def home(tmp_path):
    return tmp_path / "alice"


@pytest.fixture
def folder(home):
    """Alice's scripts folder."""
    path = home / ".config" / "moonroom" / "scripts"
    path.mkdir(parents=True)
    return path


@pytest.fixture
def start(tmp_path, folder, terminal):
    """start(*OPTIONS) puts alice at a prompt that is in no room."""

    def begin(*options, **more):
        program = terminal(*options, home="alice", **more)
        program.see("Which room, as host")
        program.key("\x04")
        program.see_cursor_line("Lobby (offline) >")
        return program

    return begin


@pytest.fixture
def alice(start):
    return start()
