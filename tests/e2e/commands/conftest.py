"""One room for all tests of a file, and people in it."""

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
        """Waits for a line about the room or from a command: whatever is no chat goes to stderr."""
        return self.program.err.expect(re.compile(rf".*{pattern}.*"))

    def hears(self, line):
        """Waits for exactly this line of chat."""
        return self.program.out.expect(line)

    def runs(self, line, pattern):
        self.type(line)
        return self.sees(pattern)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A room in which a block is found at once, with an admin called root."""
    home = tmp_path_factory.mktemp("town")
    room = moonroom.Room(home / "room", "--zeros", "1", "--admin", "root")
    yield room
    room.stop()


@pytest.fixture(scope="module")
def enter(town, tmp_path_factory):
    """enter(NAME) puts somebody into the room who stays to the end of the file."""
    people = {}

    def start(name):
        if name not in people:
            home = tmp_path_factory.mktemp(name)
            program = moonroom.Client(town.port, home, name, register=True)
            people[name] = Person(program, name)
            people[name].runs("/ping", r"answered in \d+ ms")
        return people[name]

    yield start
    for person in people.values():
        if person.program.process.poll() is None:
            assert person.program.finish() == 0


@pytest.fixture
def alice(enter):
    return enter("alice")


@pytest.fixture
def bob(enter):
    return enter("bob")


@pytest.fixture
def rich(enter):
    """Somebody who mined a few coins."""
    person = enter("rich")
    person.type("/mine start")
    for _ in range(6):
        person.sees("took your block")
    person.runs("/mine stop", "has stopped")
    person.runs("/ping", "answered")  # what was on its way is answered before this
    return person
