"""A room that a test scripts line by line, and people at terminals in it."""

import re

import pytest

from peer import OldServer, password_hash

PASSWORD = "correct horse"


@pytest.fixture
def server():
    """A room with accounts for alice, bob and carol, into which a test puts every line it wants."""
    accounts = {name: password_hash(PASSWORD, name) for name in ("alice", "bob", "carol")}
    with OldServer(accounts=accounts) as room:
        yield room


@pytest.fixture
def password_file(tmp_path):
    path = tmp_path / "password"
    path.touch(mode=0o600)
    path.write_text(PASSWORD + "\n")
    return path


@pytest.fixture
def enter(server, terminal, password_file):
    """enter(NAME) puts NAME at the prompt of a terminal, inside the room."""

    def start(name="alice", *options, **more):
        program = terminal(
            f"legacy://127.0.0.1:{server.port}", "--user", name, "--password-file", password_file, *options,
            home=more.pop("home", name), **more,
        )  # fmt: skip
        server.joined.expect(re.compile(rf"{name} is in at .*"))
        program.see(f"You are in as {name}")
        program.see_cursor_line("Lobby >")
        return program

    return start


@pytest.fixture
def alice(enter):
    return enter("alice")
