"""Every way in which `moonroom` with plain standard input can fail: its exit code, and a sentence about it."""

import socket

import pytest
import rsa

import moonroom
from legacy import ACCOUNTS, wait_for
from peer import Faults, OldServer

USAGE, UNREACHABLE, LOGIN_REFUSED, REGISTRATION_REFUSED, KICKED, LOST = 2, 3, 4, 5, 6, 7


def one_sentence(program):
    """What the user is told: something on stderr, no crash, and no password."""
    text = "\n".join(program.err.history)
    assert text.strip()
    assert "correct horse" not in text and ACCOUNTS["alice"] not in text
    return text


def test_nobody_listens(client):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    alice = client(port, "alice")
    assert alice.wait() == UNREACHABLE
    one_sentence(alice)


def test_silent_room(client):
    with OldServer(faults=Faults(silent=True)) as server:
        alice = client(server.port, "alice")
        assert alice.wait(60) == UNREACHABLE
        one_sentence(alice)


@pytest.mark.parametrize("faults", [Faults(refuse="Wrong name or password."), Faults(refuse_encrypted="Go away.")])
def test_login_refused(client, faults):
    with OldServer(accounts=ACCOUNTS, faults=faults) as server:
        alice = client(server.port, "alice")
        assert alice.wait() == LOGIN_REFUSED
        one_sentence(alice)


@pytest.mark.parametrize(
    "faults", [Faults(), Faults(refuse="No more accounts."), Faults(refuse_encrypted="Go away.")]
)
def test_registration_refused(client, faults):
    with OldServer(accounts=ACCOUNTS, faults=faults) as server:
        alice = client(server.port, "alice", register=True)
        assert alice.wait() == REGISTRATION_REFUSED
        one_sentence(alice)


def test_kicked_by_a_user(server, enter):
    alice = enter()
    wait_for(lambda: server.of("alice"))
    server.kick("alice", "bob")
    assert alice.wait() == KICKED
    assert "bob" in one_sentence(alice)


@pytest.mark.parametrize("reset", [False, True])
def test_connection_lost(server, enter, reset):
    alice = enter()
    wait_for(lambda: server.of("alice"))
    server.stop_listening()
    server.drop("alice", reset)
    assert alice.wait(60) in (LOST, UNREACHABLE)
    one_sentence(alice)


KEY = rsa.newkeys(512)[0]


@pytest.mark.parametrize(
    "line",
    [
        b"1\n65537",
        b"0\n65537",
        b"-%d\n65537" % KEY.n,
        b"%d\n65537" % (KEY.n - 1),
        b"%d\n1" % KEY.n,
        b"%d\n2" % KEY.n,
        b"%d\n0" % KEY.n,
        b"%d\n65537" % ((1 << 248) - 1),
        b"%d\n65537" % ((1 << 4097) - 1),
        b"9" * 100000,
        b"\x00\xff\x1b[2Jgarbage",
    ],
    ids=["1", "0", "negative", "even", "e1", "e2", "e0", "short", "long", "endless", "garbage"],
)
def test_bad_keys_are_not_used(client, line):
    with OldServer(accounts=ACCOUNTS, faults=Faults(key_line=line)) as server:
        alice = client(server.port, "alice")
        assert alice.wait(60) in (UNREACHABLE, LOGIN_REFUSED, LOST)
        one_sentence(alice)
        assert server.joined.history == []


@pytest.mark.parametrize(
    "info",
    [
        "nan\n0\n{hash}\n2",
        "0\n9223372036854775808\n{hash}\n2",
        "0\n0\nshort\n2",
        "0\n0\n{hash}\n129",
        "0\n0\n{hash}\n-1",
        "0\n0\n{hash}",
        "hello",
    ],
)
def test_bad_info_frames(client, info):
    with OldServer(accounts=ACCOUNTS, faults=Faults(info=info.format(hash="a" * 128))) as server:
        alice = client(server.port, "alice")
        assert alice.wait(60) in (UNREACHABLE, LOGIN_REFUSED, LOST)
        one_sentence(alice)


@pytest.mark.parametrize("sent", [0, 1, 100, 159, 160, 161, 190, 300, 350])
@pytest.mark.parametrize("reset", [False, True])
def test_room_dies_in_the_handshake(client, sent, reset):
    with OldServer(accounts=ACCOUNTS, faults=Faults(close_after=sent, reset=reset)) as server:
        alice = client(server.port, "alice")
        wait_for(lambda: server.sessions)
        server.stop_listening()
        assert alice.wait(60) in (UNREACHABLE, LOGIN_REFUSED, LOST)
        one_sentence(alice)


@pytest.mark.parametrize("arguments", [["--nonsense"], ["legacy://127.0.0.1:99999"], ["ftp://127.0.0.1"], ["a", "b"]])
def test_wrong_usage(tmp_path, arguments):
    result = moonroom.run(*arguments, home=tmp_path)
    assert result.returncode == USAGE
    assert result.stdout == "" and result.stderr.strip()


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version(tmp_path, option):
    result = moonroom.run(option, home=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert "moonroom" in result.stdout


def test_garbage_in_the_room(server, enter):
    alice = enter()
    wait_for(lambda: server.of("alice"))
    server.stop_listening()
    (session,) = server.of("alice")
    try:
        for _ in range(200):
            session.write(bytes(range(11, 256)) * 10)
    except Exception:  # noqa: BLE001 - the client hung up, as it should
        pass
    assert alice.wait(60) in (LOST, UNREACHABLE)
    one_sentence(alice)
