"""Handshakes and frames of every shape against `moonroom host`: in pieces, together, ambiguous, broken."""

import os
import re
import socket

import pytest
import rsa

from peer import OldClient, Refused, ambiguous_frame, password_hash, seal

# Five LF inside a frame are a cut by the protocol: senders do not make them, receivers do not find them.
KINDS = ["head", "tail"]
KICKED = "Server> You have been kicked by Server. "


@pytest.fixture
def enter(room):
    clients = []

    def start(name, **options):
        client = OldClient(room.port, name, register=options.pop("register", True), **options)
        clients.append(client)
        client.ping("inside")
        return client

    yield start
    damaged = [piece for client in clients for piece in client.damaged]
    for client in clients:
        client.close()
    assert damaged == []


# --- the handshake


@pytest.mark.parametrize("dribble", [False, True])
@pytest.mark.parametrize("ack", ["apart", "hasty", "with-first-frame"])
def test_acknowledgements(enter, ack, dribble):
    alice = enter("alice", ack=ack, dribble=dribble)
    if ack == "with-first-frame":
        alice.expect("/ping first")
    alice.send("hello")
    alice.expect("alice> hello")


def test_old_style_first_acknowledgement_is_not_executed(enter):
    """Acknowledgement 1 is a whole frame; its text must not be said in the room."""
    alice = enter("alice")
    enter("bob")
    alice.ping("x")
    alice.inbox.absent(re.compile(r".*is in at.*"))


def test_first_acknowledgement_of_any_bytes(room):
    """The old document allows any bytes as acknowledgement 1."""
    public, private = rsa.newkeys(256)
    with socket.create_connection(("127.0.0.1", room.port), timeout=20) as raw:
        raw.sendall(f"{public.n}\n{public.e}\nalice\n{password_hash('correct horse', 'alice')}\nnewacc".encode())
        assert re.fullmatch(rb"\d+\n65537", raw.recv(2048))
        raw.sendall(b"ok")
        info = raw.recv(2048)
        assert info.endswith(b"\n" * 5)


@pytest.mark.parametrize("wait_for_silence", [True, False])
def test_login_with_and_without_silence_behind_it(enter, wait_for_silence):
    """A registration ends with newacc; a login only by silence, also when it comes byte by byte."""
    enter("alice").close()
    again = enter("alice", register=False, dribble=not wait_for_silence)
    again.send("hello")
    again.expect("alice> hello")


def test_nothing_is_said_before_the_second_acknowledgement(room, enter):
    """A client in mid-handshake would take a broadcast for its info frame."""
    alice = enter("alice")
    public, private = rsa.newkeys(256)
    with socket.create_connection(("127.0.0.1", room.port), timeout=20) as raw:
        raw.sendall(f"{public.n}\n{public.e}\nbob\n{password_hash('correct horse', 'bob')}\nnewacc".encode())
        n, e = raw.recv(2048).split(b"\n")
        alice.send("too early")
        alice.expect("alice> too early")
        raw.sendall(seal(b"bob is in at 2026-11-22 07:41:49.", rsa.PublicKey(int(n), int(e))))
        info = raw.recv(2048)
        assert info.count(b"\n" * 5) == 1 and info.endswith(b"\n" * 5)
        alice.send("still too early")
        alice.expect("alice> still too early")
        raw.settimeout(0.3)
        with pytest.raises(TimeoutError):
            raw.recv(2048)
        raw.settimeout(20)
        raw.sendall(b" ")
        alice.expect("Server> bob is in. ")


def number_of_bits(bits):
    return (1 << bits) - 1


@pytest.mark.parametrize(
    "n, e",
    [
        (0, 65537),
        (1, 65537),
        (-number_of_bits(256), 65537),
        (number_of_bits(256) - 1, 65537),
        (number_of_bits(248), 65537),
        (number_of_bits(257), 65537),
        (number_of_bits(2048), 65537),
        (number_of_bits(256), 1),
        (number_of_bits(256), 0),
        (number_of_bits(256), 2),
        ("x", 65537),
        (number_of_bits(256), "x"),
    ],
)
def test_bad_keys_are_turned_away(room, n, e):
    with socket.create_connection(("127.0.0.1", room.port), timeout=20) as raw:
        raw.sendall(f"{n}\n{e}\nalice\n{'0' * 128}\nnewacc".encode())
        answer = b""
        while more := raw.recv(4096):
            answer += more
        assert not re.match(rb"\d+\n\d+", answer)
        assert len(answer) < 1024
    with OldClient(room.port, "alice", register=True) as alice:
        alice.ping("the name is free and the room still there")


@pytest.mark.parametrize(
    "data", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\n\n\n\n", b"1\n1\n1\n1\n1\n1\n", b"\0" * 100]
)
def test_nonsense_instead_of_credentials(room, data):
    with socket.create_connection(("127.0.0.1", room.port), timeout=20) as raw:
        raw.sendall(data)
        answer = raw.recv(4096)
        assert not re.match(rb"\d+\n\d+", answer)


def test_endless_credentials_are_cut_off(room):
    with socket.create_connection(("127.0.0.1", room.port), timeout=20) as raw:
        with pytest.raises(OSError):
            for _ in range(10000):
                raw.sendall(b"9" * 1024)
        raw.close()


def test_registration_refused_in_a_frame_the_old_client_can_read(room, enter):
    enter("alice")
    with pytest.raises(Refused) as refused:
        OldClient(room.port, "alice", register=True, dribble=True)
    assert refused.value.encrypted


# --- frames


def test_dribbled_frames(enter):
    alice = enter("alice", dribble=True)
    for i in range(3):
        alice.send(f"line {i}")
    for i in range(3):
        alice.expect(f"alice> line {i}")


def test_frames_in_one_segment(enter):
    alice, bob = enter("alice"), enter("bob")
    alice.write(b"".join(alice.frame(f"line {i}") for i in range(15)))
    for i in range(15):
        bob.expect(f"alice> line {i}")


@pytest.mark.parametrize("kind", KINDS)
def test_ambiguous_frame_alone(enter, kind):
    alice, bob = enter("alice"), enter("bob")
    for _ in range(3):
        frame, text = ambiguous_frame(b"some text", alice.server_key, kind)
        alice.write(frame)
        bob.expect("alice> " + text.decode())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("neighbour", [None, *KINDS])
def test_ambiguous_frames_in_one_segment(enter, kind, neighbour):
    alice, bob = enter("alice"), enter("bob")
    first, one = ambiguous_frame(b"the first", alice.server_key, kind)
    if neighbour:
        second, two = ambiguous_frame(b"the second", alice.server_key, neighbour)
    else:
        second, two = alice.frame("the second"), b"the second"
    alice.write(first + second)
    bob.expect("alice> " + one.decode())
    bob.expect("alice> " + two.decode())


@pytest.mark.parametrize("kind", KINDS)
def test_ambiguous_frames_dribbled(enter, kind):
    """One byte a write, without a pause inside the last run of LF."""
    alice, bob = enter("alice"), enter("bob")
    frame, text = ambiguous_frame(b"slowly", alice.server_key, kind)
    cut = len(frame.rstrip(b"\n"))
    alice.dribble()
    alice.write(frame[:cut])
    alice.dribble(False)
    alice.write(frame[cut:])
    bob.expect("alice> " + text.decode())


def test_five_lf_inside_a_frame_damage_only_that_frame(enter):
    """One frame in 10^9 looks like two; nothing can tell, but the stream must go on."""
    alice, bob = enter("alice"), enter("bob")
    frame, _ = ambiguous_frame(b"the unlucky one", alice.server_key, "inner")
    alice.write(frame + alice.frame("the next one"))
    bob.expect("alice> the next one")


def test_every_split_point_of_a_frame(enter):
    """Two writes, split anywhere; the flood limit spreads the splits over several users."""
    heard = enter("alice")
    length = len(heard.frame("split 000"))
    senders = [enter(f"user{i}") for i in range(-(-length // 14))]
    for at in range(1, length):
        sender = senders[at // 14]
        frame = sender.frame(f"split {at:03d}")
        while len(frame.rstrip(b"\n")) != length - 5:  # an unlucky frame may be ambiguous; that is tested above
            frame = sender.frame(f"split {at:03d}")
        sender.write(frame[:at])
        sender.write(frame[at:])
    for at in range(1, length):
        heard.expect(f"{senders[at // 14].user}> split {at:03d}")


@pytest.mark.parametrize("stray", [b" ", b"\n", b"\n\n\n", b"garbage", bytes(range(64))])
def test_stray_bytes_between_frames(enter, stray):
    alice, bob = enter("alice"), enter("bob")
    alice.write(stray + alice.frame("still there"))
    bob.expect("alice> still there")


def test_garbage_without_end_closes_the_connection(enter):
    alice, bob = enter("alice"), enter("bob")
    try:
        for _ in range(8):
            alice.write(os.urandom(1000).replace(b"\n", b"x"))
    except OSError:
        pass
    alice.expect(KICKED)
    alice.inbox.wait_closed()
    bob.expect("Server> alice has left. ")


def test_frame_over_the_limit_closes_the_connection(enter):
    alice, bob = enter("alice"), enter("bob")
    big = alice.frame("x" * 9000)
    try:
        alice.write(big)
    except OSError:
        pass
    alice.expect(KICKED)
    alice.inbox.wait_closed()
    bob.ping("fine")


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_flood_of_empty_frames_is_cut_off(enter, text):
    """They say nothing, but each of them is decrypted."""
    alice, bob = enter("alice"), enter("bob")
    try:
        for _ in range(100):
            alice.send(text)
    except OSError:
        pass
    alice.expect(KICKED)
    alice.inbox.wait_closed()
    bob.expect("Server> alice has left. ")


def test_empty_lines_between_others_cost_nothing(enter):
    alice, bob = enter("alice"), enter("bob")
    alice.send("one" + "\n" * 100 + "two")
    bob.expect("alice> one")
    bob.expect("alice> two")
    alice.ping("still there")


def test_connection_reset_is_a_leave(enter):
    alice, bob = enter("alice"), enter("bob")
    bob.stop_reading()  # or the thread that reads would keep the socket alive
    bob.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    bob.socket.close()
    alice.expect("Server> bob has left. ")


def test_old_client_loses_nothing_of_a_busy_room(enter):
    """Many lines at once, read as the old client reads: at most 2048 bytes, split at five LF, never joined."""
    listener = enter("listener")
    senders = [enter(f"user{i}") for i in range(12)]
    for i in range(15):
        for sender in senders:
            sender.send(f"line {i} " + "x" * 50)
    for sender in senders:
        for i in range(15):
            listener.expect(f"{sender.user}> line {i} " + "x" * 50)
    assert listener.damaged == []
    assert max(len(text.encode()) for text in listener.frames.history) <= 2011
