"""A room that a test scripts line by line, and people in it who read their lines from a pipe."""

import re

import pytest

import moonroom
from peer import OldServer, password_hash

PASSWORD = "correct horse"


class Person:
    def __init__(self, program, server, name):
        self.program, self.server, self.name = program, server, name

    def type(self, *lines):
        self.program.type(*lines)

    def sees(self, pattern):
        """Waits for a line about the room or from a script: whatever is no chat goes to stderr."""
        return self.program.err.expect(re.compile(rf".*{pattern}.*"))

    def hears(self, line):
        """Waits for exactly this line of chat."""
        return self.program.out.expect(line)

    def heard(self):
        return self.program.out.history

    def told(self, *lines):
        """The room sends lines to this person."""
        for line in lines:
            self.server.send(self.name, line)

    def says(self, line):
        """Waits for a line of this person at the room."""
        self.server.received.expect(f"{self.name} {line}")

    def load(self, name):
        self.type(f"/script load {name}")
        self.sees(f"{name} is loaded")

    def write(self, name, text):
        """A script of this person's own; those on the autoload list get what they name once asked for, so that
        these name nothing that has to be asked."""
        folder = self.program.home / "moonroom" / "config" / "scripts"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.lua").write_text(text, encoding="utf-8")


@pytest.fixture
def server():
    accounts = {name: password_hash(PASSWORD, name) for name in ("alice", "bob")}
    with OldServer(accounts=accounts) as room:
        yield room


@pytest.fixture
def enter(server, tmp_path):
    people = []

    def start(name):
        program = moonroom.Client(server.port, tmp_path / name, name)
        person = Person(program, server, name)
        people.append(person)
        server.joined.expect(re.compile(rf"{name} is in at .*"))
        person.sees(f"in as {name}")
        return person

    yield start
    for person in people:
        person.program.kill()
        person.program.check_reports()


@pytest.fixture
def alice(enter):
    return enter("alice")


@pytest.fixture
def bob(enter):
    return enter("bob")
