"""Shared by every folder of Python tests. MOONROOM_BUILD names the build to test; without it, build/gcc."""

import pytest

import moonroom


def pytest_make_parametrize_id(val, argname):
    """Short names for long values; None leaves the choice to pytest."""
    if isinstance(val, (str, bytes)) and len(val) > 60:
        return f"{argname}-of-{len(val)}"
    if isinstance(val, int) and abs(val) > 2**64:
        return f"{argname}-of-{val.bit_length()}-bits"
    return None


@pytest.fixture
def open_room(tmp_path):
    """open_room(*OPTIONS) starts `moonroom host` in the test's own folder; all rooms are stopped in the end."""
    rooms = []

    def start(*options, home="room", port=0):
        room = moonroom.Room(tmp_path / home, *options, port=port)
        rooms.append(room)
        return room

    yield start
    for room in rooms:
        room.stop()


@pytest.fixture
def room(open_room):
    """A room in which a block takes some 256 tries."""
    return open_room("--zeros", "2")


@pytest.fixture
def client(tmp_path):
    """client(PORT, NAME, ...) starts a `moonroom` without a terminal that has a home of its own."""
    clients = []

    def start(port, user, *options, **more):
        home = tmp_path / f"{user}-{len(clients)}" if "home" not in more else more.pop("home")
        program = moonroom.Client(port, home, user, *options, **more)
        clients.append(program)
        return program

    yield start
    for program in clients:
        program.kill()
        program.check_reports()


@pytest.fixture
def terminal(tmp_path):
    """terminal(ARGUMENT...) starts moonroom on a pseudo-terminal with an 80x24 screen."""
    from terminal import Terminal

    terminals = []

    def start(*arguments, home="home", **options):
        program = Terminal(arguments, tmp_path / home, **options)
        terminals.append(program)
        return program

    yield start
    for program in terminals:
        program.close()
