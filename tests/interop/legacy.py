"""What the tests of the client share about the room that is not moonroom."""

import time

from peer import password_hash

ACCOUNTS = {name: password_hash("correct horse", name) for name in ("alice", "bob")}


def wait_for(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)
