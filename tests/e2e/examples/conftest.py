"""One room for the tests of a file, and people in it who load the examples by name."""

import re

import pytest

import moonroom


class Person:
    """Somebody in the room, whose `moonroom` reads its lines from a pipe."""

    def __init__(self, program, name):
        self.program, self.name = program, name

    def type(self, *lines):
        self.program.type(*lines)

    def sees(self, pattern):
        """Waits for a line about the room or from a script: whatever is no chat goes to stderr."""
        return self.program.err.expect(re.compile(rf".*{pattern}.*"))

    def hears(self, pattern):
        """Waits for a line of chat."""
        return self.program.out.expect(re.compile(pattern))

    def loads(self, name, *more):
        self.type(f"/script load {name}")
        self.sees(f"{name} is loaded")
        self.type(*more)
        return self


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A room in which a block is found at once."""
    room = moonroom.Room(tmp_path_factory.mktemp("town") / "room", "--zeros", "1")
    yield room
    room.stop()


@pytest.fixture(scope="module")
def enter(town, tmp_path_factory):
    """enter(NAME) puts somebody into the room who stays to the end of the file."""
    people = {}

    def start(name):
        if name not in people:
            home = tmp_path_factory.mktemp(name)
            people[name] = Person(moonroom.Client(town.port, home, name, register=True), name)
            people[name].type("/ping")
            people[name].sees(r"answered in \d+ ms")
        return people[name]

    yield start
    for person in people.values():
        person.program.kill()
        person.program.check_reports()
