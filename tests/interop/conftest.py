"""A room that is not moonroom, and clients in it."""

import re

import pytest

from legacy import ACCOUNTS
from peer import OldServer


@pytest.fixture
def server():
    with OldServer(accounts=ACCOUNTS) as room:
        yield room
        assert room.ambiguous == []


@pytest.fixture
def enter(server, client):
    """enter(NAME) starts a client and waits until it is inside."""

    def start(name="alice", *options, **more):
        program = client(server.port, name, *options, **more)
        try:
            server.joined.expect(re.compile(rf"{name} is in at .*"))
        except AssertionError as problem:
            raise AssertionError(f"{problem}; stderr: {program.err.history}") from None
        return program

    return start
