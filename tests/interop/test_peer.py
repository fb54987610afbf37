"""The Python peers against each other: what they show about moonroom rests on their agreeing."""

import re
import time

import pytest
import rsa

from peer import (
    Faults,
    OldClient,
    OldServer,
    Refused,
    ambiguous_frame,
    is_safe,
    open_frame,
    password_hash,
    seal,
    solve,
)


@pytest.fixture
def room():
    with OldServer(safe=True) as server:
        yield server


def enter(room, name, **options):
    """A client that is certainly inside. This room's receiver is simple, so the client sends safe frames."""
    client = OldClient(room.port, name, register=name not in room.accounts, safe=True, **options)
    room.joined.expect(re.compile(rf"{name} is in at \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d\."))
    return client


@pytest.mark.parametrize("ack", ["apart", "hasty", "with-first-frame"])
def test_acknowledgements(room, ack):
    with enter(room, "alice", ack=ack) as alice:
        if ack == "with-first-frame":
            alice.expect("/ping first")
        alice.ping("x")
        assert (alice.money, alice.cookies, alice.zeros) == (0, 0, 2)
        assert alice.prev_hash == room.prev_hash
        assert alice.damaged == []


def test_everything_between_two(room):
    with enter(room, "alice") as alice, enter(room, "bob") as bob:
        alice.send("caf\u00e9")
        bob.expect("alice> caf\u00e9")
        alice.expect("alice> caf\u00e9")
        alice.send("/w bob hush")
        bob.expect("alice> /w hush")
        alice.expect("alice> /w To:bob hush")
        alice.send("/w carol hush")
        alice.expect("Server> /e carol is not here. ")
        alice.send("/active")
        alice.frames.expect("Server> Active users: \nalice\nbob")
        alice.send("/requestLeaderboard")
        alice.expect("/update_leaderboard alice,0 bob,0")
        alice.expect("/updateLeaderboard alice,0 bob,0")
        alice.send("/cost cookie")
        alice.expect("Server> cookie costs 10 coins. ")
        for _ in range(2):
            s = solve(room.prev_hash, room.zeros)
            alice.send(f"/mine {s}")
            alice.expect("/balance 5")
            bob.expect(f"/newHash {room.prev_hash}")
        alice.send("/buy cookie")
        alice.expect("/balance -10")
        alice.expect("/cookies 1")
        alice.send("/mine " + "x" * 86)
        alice.expect("/balance -1")
        alice.send(f"/changepass {alice.hash} {password_hash('another one', 'alice')}")
        alice.expect("Server> /w Your password has been successfully changed.")
        alice.send(f"/delacc {alice.hash}")
        alice.expect("/e delacc Wrong password.")
        room.admins.add("alice")
        alice.send("/a /kick bob")
        bob.expect("Server> You have been kicked by alice. ")
        bob.inbox.wait_closed()
        assert alice.damaged == bob.damaged == []


def test_refusals(room):
    with enter(room, "alice"):
        with pytest.raises(Refused) as wrong:
            OldClient(room.port, "alice", "not the password")
        assert not wrong.value.encrypted
        with pytest.raises(Refused) as taken:
            OldClient(room.port, "alice", register=True)
        assert taken.value.encrypted and taken.value.text == "This name is taken."


def test_dribble_and_join(room):
    with enter(room, "alice", dribble=True) as alice:
        room.faults.join = 3
        for i in range(3):
            alice.send(f"/ping {i}")
        for i in range(3):
            alice.expect(f"/ping {i}")
        assert alice.damaged == []


def test_close_after():
    with OldServer(safe=True, faults=Faults(close_after=40)) as room:
        with pytest.raises((Refused, OSError)):
            enter(room, "alice")


def test_old_client_loses_ambiguous_frames():
    """The weakness that moonroom's sender must never trigger."""
    with OldServer(safe=True) as room, enter(room, "alice") as alice:
        (session,) = room.of("alice")
        frame, _ = ambiguous_frame(b"bob> tail one", alice.public, "tail")
        session.write(frame)
        alice.expect("bob> tail on")
        # The surplus LF was left in front of the next piece; only then the old client gives it up.
        frame, _ = ambiguous_frame(b"bob> the inner one", alice.public, "inner")
        session.write(frame)
        time.sleep(0.05)
        session.send("/ping end")
        alice.expect("/ping end")
        assert len(alice.damaged) >= 1


@pytest.mark.parametrize("bits", [256, 512])
@pytest.mark.parametrize("kind", ["head", "tail", "inner"])
def test_ambiguous_frames_are(bits, kind):
    public, private = rsa.newkeys(bits)
    frame, text = ambiguous_frame(b"bob> some text", public, kind)
    assert frame.endswith(b"\n" * 5)
    assert not is_safe(frame[:-5])
    assert open_frame(frame[:-5], private) == text


def test_safe_frames_are_read():
    public, private = rsa.newkeys(256)
    for i in range(300):
        text = f"alice> {i}".encode()
        body = seal(text, public, safe=True)[:-5]
        assert is_safe(body) and open_frame(body, private) == text
