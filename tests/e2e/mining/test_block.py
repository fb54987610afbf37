"""A block, mined by hand, as two clients and the room's own books see it."""

import re
import time

import moonroom
from peer.inbox import PATIENCE_S


def verify(home):
    return moonroom.run("host", "--verify", "--home", home / "room", home=home)


def coins(program):
    program.type("/balance")
    return int(program.err.expect(re.compile(r".*You have (\d+) coins? and \d+ cookies?\..*"))[1])


def job(program):
    """The beginning of the hash that the client mines on."""
    program.type("/mine status")
    return program.err.expect(re.compile(r".*The block after ([0-9a-f]{16})\.\.\. needs 3 zeros\..*"))[1]


def learns(program, hash_begin):
    """Waits until the client mines on the hash that begins so: blocks are told to all, in no order among them."""
    deadline = time.monotonic() + PATIENCE_S
    while job(program) != hash_begin:
        assert time.monotonic() < deadline


def test_block_is_seen_by_all_and_survives_the_room(open_room, client, tmp_path):
    room = open_room("--zeros", "3")
    alice = client(room.port, "alice", register=True)
    bob = client(room.port, "bob", register=True)
    first = job(alice)
    assert job(bob) == first

    alice.type("/mine start classic")
    alice.err.expect(re.compile(r".*Mining with classic.*"))
    alice.err.expect(re.compile(r".*took your block.*"))
    alice.type("/mine stop")
    alice.err.expect(re.compile(r".*Mining has stopped.*"))
    alice.type("/ping")  # whatever was on its way is answered before this
    alice.err.expect(re.compile(r".*answered in \d+ ms.*"))

    # What the room acknowledged is on its disk, whatever happens to it now.
    earned = coins(alice)
    assert earned >= 5 and earned % 5 == 0
    newest = job(alice)
    assert newest != first
    learns(bob, newest)
    room.kill()

    books = verify(tmp_path)
    assert books.returncode == 0, books.stderr
    again = open_room("--zeros", "3")
    back = client(again.port, "alice")
    assert coins(back) == earned
    assert job(back) == newest


def test_the_other_order_is_found(open_room, client):
    """A room may hash prev_hash first: the client notices that verified blocks are refused, and changes over."""
    room = open_room("--zeros", "2", "--order", "prev_s")
    alice = client(room.port, "alice", register=True)
    alice.type("/mine start classic")
    alice.err.expect(re.compile(r".*room refused your block.*"))
    alice.err.expect(re.compile(r".*took your block.*"))
    alice.err.expect(re.compile(r".*took your block.*"))
    alice.type("/mine stop")
    alice.err.expect(re.compile(r".*Mining has stopped.*"))
    refused = [line for line in alice.err.history if "refused your block" in line]
    assert len(refused) <= 2
    assert alice.finish() == 0
