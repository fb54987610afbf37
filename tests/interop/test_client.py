"""`moonroom` with plain standard input against a v5 room that is not moonroom."""

import re

import pytest

from legacy import ACCOUNTS, wait_for
from peer import Faults, OldServer, ambiguous_frame, password_hash, seal

LINE = re.compile(r"[^\x00-\x1f\x7f>]+> [^\x00-\x1f\x7f]*")


# --- getting in


@pytest.mark.parametrize("bits", [256, 512, 1024, 2048])
def test_login_with_room_keys_of_every_size(client, bits):
    with OldServer(bits=bits, accounts=ACCOUNTS) as server:
        alice = client(server.port, "alice")
        server.joined.expect(re.compile(r"alice is in at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\."))
        alice.type("hello")
        alice.out.expect("alice> hello")
        assert alice.finish() == 0


def test_credentials_are_the_old_clients(server, enter):
    enter().finish()
    n, e, name, given = server.sessions[0].credentials.decode().split("\n")
    assert 249 <= int(n).bit_length() <= 256 and int(n) % 2 == 1
    assert (e, name, given) == ("65537", "alice", ACCOUNTS["alice"])


def test_registration(server, enter):
    carol = enter("carol", register=True)
    assert server.sessions[0].credentials.endswith(b"\nnewacc")
    carol.type("new here")
    carol.out.expect("carol> new here")
    assert carol.finish() == 0
    assert server.accounts["carol"] == password_hash("correct horse", "carol")


@pytest.mark.parametrize("faults", [Faults(dribble=True), Faults(join=3)], ids=["dribble", "joined"])
def test_frames_in_pieces_and_together(server, enter, faults):
    server.faults.dribble = faults.dribble
    alice = enter()
    wait_for(lambda: server.of("alice"))
    server.faults.join = faults.join
    for i in range(12):
        server.send("alice", f"bob> line {i}")
    for i in range(12):
        alice.out.expect(f"bob> line {i}")
    server.faults.join = 1
    assert alice.finish() == 0


@pytest.mark.parametrize("kind", ["head", "tail"])
@pytest.mark.parametrize("together", [False, True])
def test_ambiguous_frames(server, enter, kind, together):
    alice = enter()
    wait_for(lambda: server.of("alice"))
    (session,) = server.of("alice")
    pairs = [ambiguous_frame(f"bob> number {i} ".encode(), session.public, kind) for i in range(4)]
    if together:
        session.write(b"".join(frame for frame, _ in pairs))
    for frame, text in pairs:
        if not together:
            session.write(frame)
        alice.out.expect(text.decode())
    assert alice.finish() == 0


def test_five_lf_inside_a_frame_damage_only_that_frame(server, enter):
    """One frame in 10^9 looks like two; nothing can tell, but the stream must go on."""
    alice = enter()
    wait_for(lambda: server.of("alice"))
    (session,) = server.of("alice")
    frame, _ = ambiguous_frame(b"bob> the unlucky one", session.public, "inner")
    session.write(frame + seal(b"bob> the next one", session.public, safe=True))
    alice.out.expect("bob> the next one")
    session.write(frame)
    session.write(seal(b"bob> and one more", session.public, safe=True))
    alice.out.expect("bob> and one more")
    assert alice.finish() == 0


# --- what is printed


def test_stdout_is_exactly_the_lines(server, enter):
    alice = enter()
    wait_for(lambda: server.of("alice"))
    for line in (
        "bob> hello",
        "bob> a > b",
        "bob> /newHash is text behind a name",
        "bob> caf\u00e9 \u65e5\u672c",
        "Server> Welcome to the room",
        "/balance 5",
        "/cookies 2",
        "/newHash " + "0" * 128,
        "/update_leaderboard alice,5 bob,0",
        "/updateLeaderboard alice,5 bob,0,",
        "/ping nobody asked",
        "/unknown thing",
        "",
        "bob> end",
    ):
        server.send("alice", line)
    alice.out.expect("bob> end")
    assert alice.finish() == 0
    assert all(LINE.fullmatch(line) for line in alice.out.history)
    shown = [line for line in alice.out.history if line.startswith("bob> ")]
    assert shown == [
        "bob> hello",
        "bob> a > b",
        "bob> /newHash is text behind a name",
        "bob> caf\u00e9 \u65e5\u672c",
        "bob> end",
    ]
    assert not any(line.startswith(("/balance", "/cookies", "/newHash", "/update")) for line in alice.out.history)


def test_several_lines_in_one_frame(server, enter):
    alice = enter()
    wait_for(lambda: server.of("alice"))
    server.send("alice", "bob> one\n/balance 5\nbob> two\n\nbob> three\n")
    for word in ("one", "two", "three"):
        alice.out.expect(f"bob> {word}")
    assert alice.finish() == 0


@pytest.mark.parametrize("line", ["/balance", "/balance x", "/cookies", "/newHash", "/newHash x", "/e delacc", "/e",
                                  "/update_leaderboard", "/update_leaderboard  ", "/update_leaderboard Bob,100,",
                                  "> nameless", "/", "\x00", "/balance 99999999999999999999"])  # fmt: skip
def test_lines_that_kill_the_old_client(server, enter, line):
    alice = enter()
    wait_for(lambda: server.of("alice"))
    server.send("alice", line)
    server.send("alice", "bob> still here")
    alice.out.expect("bob> still here")
    assert alice.finish() == 0


@pytest.mark.parametrize(
    "line",
    [
        "bob> \x1b]0;title\x07 \x1b[2J red",
        "b\x1b[31mob> hi",
        "bob> \x9b31m c1",
        "Server> \x1b[31mred",
        "bob> \u202eevil",
        "bob> a\rb",
        "x" * 5000 + "> long name",
    ],
)
def test_nothing_dangerous_is_printed(server, enter, line):
    alice = enter()
    wait_for(lambda: server.of("alice"))
    server.send("alice", line)
    server.send("alice", "bob> end")
    alice.out.expect("bob> end")
    assert alice.finish() == 0
    for text in alice.out.history + alice.err.history:
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


# --- what is typed


def test_lines_are_sent_and_all_arrive_before_the_end(server, enter):
    alice = enter()
    alice.type(*(f"line {i}" for i in range(15)))
    assert alice.finish(60) == 0
    for i in range(15):
        server.received.expect(f"alice line {i}")
        assert f"alice> line {i}" in alice.out.history


def test_the_end_does_not_wait_for_ever(server, enter):
    """A room that answers no ping is left all the same."""
    server.faults.mute = ("/ping",)
    alice = enter()
    alice.type("bye")
    assert alice.finish() == 0
    server.received.expect("alice bye")
    server.received.expect("alice /exit")


def test_utf_8_and_its_limits(server, enter):
    alice = enter()
    alice.type("caf\u00e9 \u65e5\u672c \U0001f319")
    server.received.expect("alice caf\u00e9 \u65e5\u672c \U0001f319")
    alice.type(b"broken \xff\xfe here\n")
    alice.type("x" * 1500, "y" * 1501)
    server.received.expect("alice " + "x" * 1500)
    alice.type("end")
    server.received.expect("alice end")
    assert alice.finish() == 0
    assert not any("yyy" in line for line in server.received.history)


@pytest.mark.parametrize(
    "typed, wire",
    [
        ("/w bob hush now", "/w bob hush now"),
        ("/active", "/active"),
        ("/leaderboard", "/requestLeaderboard"),
        ("/cost cookie", "/cost cookie"),
        ("/pay bob 3", "/pay bob 3"),
        ("/kick bob", "/a /kick bob"),
        ("/raw /cost adminStatus", "/cost adminStatus"),
    ],
)
def test_commands_reach_the_room(server, enter, typed, wire):
    alice = enter()
    alice.type(typed)
    server.received.expect("alice " + wire)
    assert alice.finish() == 0


def test_unknown_commands_are_never_sent(server, enter):
    alice = enter()
    alice.type("/pasword secret123", "/nonsense", "end")
    server.received.expect("alice end")
    assert alice.finish() == 0
    assert not any("secret123" in line or "nonsense" in line for line in server.received.history)


def test_whispers_come_and_go(server, enter):
    alice, bob = enter("alice"), enter("bob")
    alice.type("/w bob hush")
    bob.out.expect(re.compile(r"alice> .*hush"))
    server.received.expect("alice /w bob hush")
    assert alice.finish() == 0 and bob.finish() == 0
