"""The old client, unmodified in its ways, against `moonroom host`: docs/protocol.md, command by command."""

import re

import pytest

from peer import OldClient, Refused, password_hash, seal, solve

KICKED = "Server> You have been kicked by Server. "
ERROR = re.compile(r"Server> /e .+")


@pytest.fixture
def enter(room):
    """enter(NAME, ...) registers unless told otherwise, and waits for the notice that NAME is in."""
    clients = []

    def start(name, **options):
        target = options.pop("room", room)
        client = OldClient(target.port, name, register=options.pop("register", True), **options)
        clients.append(client)
        client.ping("inside")
        return client

    yield start
    damaged = [piece for client in clients for piece in client.damaged]
    for client in clients:
        client.close()
    assert damaged == []


def mine(client, prev_hash=None, order="S+prev"):
    """Finds and sends a block; its hash."""
    s = solve(prev_hash or client.prev_hash, client.zeros, order)
    client.send(f"/mine {s}")
    client.expect("/balance 5")
    client.prev_hash = client.expect(re.compile(r"/newHash ([0-9a-f]{128})"))[1]
    return s


# --- talking


def test_info_frame(enter):
    alice = enter("alice")
    assert (alice.cookies, alice.zeros) == (0, 2)
    assert alice.money >= 0
    assert re.fullmatch(r"[0-9a-f]{128}", alice.prev_hash)
    assert alice.block == 64


def test_chat_reaches_everybody(enter):
    alice, bob = enter("alice"), enter("bob")
    alice.expect("Server> bob is in. ")
    alice.send("hello")
    assert alice.expect("alice> hello") and bob.expect("alice> hello")
    bob.close()
    alice.expect("Server> bob has left. ")


def test_join_and_leave_are_told_once_a_user(enter):
    alice, first = enter("alice"), enter("bob")
    alice.expect("Server> bob is in. ")
    second = enter("bob", register=False)
    second.close()
    alice.ping("a")
    first.close()
    alice.expect("Server> bob has left. ")
    assert alice.inbox.history.count("Server> bob is in. ") == 1
    assert alice.inbox.history.count("Server> bob has left. ") == 1


def test_latin_1_and_utf_8(enter):
    alice, bob = enter("alice"), enter("bob")
    alice.send("caf\u00e9 \u00fc\u00df")
    bob.expect("alice> caf\u00e9 \u00fc\u00df")
    alice.write(seal("\u65e5\u672c \u20ac".encode(), alice.server_key))
    bob.expect("alice> \u65e5\u672c \u20ac")


def test_longest_text_and_one_more(enter):
    alice, bob = enter("alice"), enter("bob")
    alice.send("x" * 1500)
    bob.expect("alice> " + "x" * 1500)
    alice.send("y" * 1501)
    alice.expect(ERROR)
    alice.send("end")
    bob.expect("alice> end")
    bob.inbox.absent(re.compile("alice> y+"))


@pytest.mark.parametrize("line", ["/nonsense", "/", "/W bob hi", "/w", "/w bob", "/a", "/a /ban bob", "/mine",
                                  "/mine short", "/cost", "/cost moon", "/buy", "/buy moon", "/buy cookie -1",
                                  "/buy cookie 0", "/buy cookie 1001", "/buy cookie x", "/changepass",
                                  "/changepass x", "/pay", "/pay bob", "/pay bob -1", "/pay bob 0", "/balance 5",
                                  "/newHash x"])  # fmt: skip
def test_malformed_commands_are_errors_and_never_text(enter, line):
    alice, bob = enter("alice"), enter("bob")
    alice.send(line)
    alice.expect(ERROR)
    alice.send("end")
    bob.expect("alice> end")
    bob.inbox.absent(re.compile(r"alice> /.*"))
    alice.inbox.absent(re.compile(r"/balance .*"))


def test_what_looks_like_a_command_but_is_text(enter):
    alice, bob = enter("alice"), enter("bob")
    alice.send("[exit]")
    bob.expect("alice> [exit]")
    alice.send(" /w bob hi")
    bob.expect("alice>  /w bob hi")
    alice.send("a > b /w")
    bob.expect("alice> a > b /w")


def test_several_lines_in_one_frame_and_empty_ones(enter):
    alice, bob = enter("alice"), enter("bob")
    alice.send("one\n\n/ping two\nthree\n")
    alice.expect("/ping two")
    bob.expect("alice> one")
    bob.expect("alice> three")
    bob.inbox.absent("alice> ")
    alice.send("")
    alice.ping("after an empty frame")


def test_control_characters_do_not_get_through(enter):
    alice, bob = enter("alice"), enter("bob")
    alice.send("a\x1b[31mb\x07\x00c\rd")
    alice.send("end")
    bob.expect("alice> end")
    assert not any(set(line) & set("\x1b\x07\x00\r") for line in bob.inbox.history)


# --- whispers


def test_whisper_to_several_devices(enter):
    alice, other = enter("alice"), enter("alice", register=False)
    bob, desk = enter("bob"), enter("bob", register=False)
    carol = enter("carol")
    alice.send("/w bob  two  blanks")
    for device in (bob, desk):
        device.expect("alice> /w  two  blanks")
    for device in (alice, other):
        device.expect("alice> /w To:bob  two  blanks")
    carol.ping("x")
    carol.inbox.absent(re.compile(".*two.*"))


def test_whisper_to_oneself_and_to_nobody(enter):
    alice = enter("alice")
    alice.send("/w alice note")
    alice.expect("alice> /w To:alice note")
    alice.send("/w nobody hi")
    alice.expect("Server> /e nobody is not here. ")
    alice.inbox.absent("alice> /w note")
    assert alice.inbox.history.count("alice> /w To:alice note") == 1


# --- small questions


@pytest.mark.parametrize("data", ["", " 12345", " a b  c"])
def test_ping_comes_back_unchanged(enter, data):
    alice = enter("alice")
    alice.send("/ping" + data)
    alice.expect("/ping" + data)


def test_active(enter):
    alice = enter("alice")
    enter("bob")
    enter("bob", register=False)
    alice.send("/active")
    text = alice.frames.expect(re.compile(r"Server> Active users: \n.*", re.DOTALL))[0]
    assert sorted(text.split("\n")[1:]) == ["alice", "bob"]


def test_leaderboard_in_both_spellings(enter):
    alice = enter("alice")
    enter("bob")
    mine(alice)
    alice.send("/requestLeaderboard")
    for spelling in ("/update_leaderboard", "/updateLeaderboard"):
        board = alice.expect(re.compile(spelling + r" (\S+,\d+( \S+,\d+)*)"))[1].split(" ")
        assert board[0].startswith("alice,")
        assert sorted(entry.split(",")[0] for entry in board) == ["alice", "bob"]


def test_request_hash(enter):
    alice = enter("alice")
    alice.send("/requestHash")
    alice.expect(f"/newHash {alice.prev_hash}")


# --- mining and coins


def test_block_is_paid_and_told(enter):
    alice, phone, bob = enter("alice"), enter("alice", register=False), enter("bob")
    mine(alice)
    phone.expect("/balance 5")
    bob.expect(f"/newHash {alice.prev_hash}")
    bob.inbox.absent(re.compile("/balance.*"))
    mine(bob, alice.prev_hash)
    alice.expect(f"/newHash {bob.prev_hash}")
    assert enter("alice", register=False).money == alice.money + 5


@pytest.mark.parametrize("zeros", [3, 4])  # with fewer, one S often fits the next block as well
def test_wrong_and_stale_blocks(open_room, enter, zeros):
    room = open_room("--zeros", zeros, "--fine", 1, home=f"room-{zeros}")
    alice = enter("alice", room=room)
    start = alice.money
    if start == 0:
        alice.send("/mine " + "x" * 86)
        alice.expect(ERROR)
        alice.inbox.absent(re.compile("/balance .*"))  # nothing below 0
    s = mine(alice)
    alice.send(f"/mine {s}")  # valid for the block before: no fine
    alice.expect(ERROR)
    alice.ping("stale")
    assert alice.inbox.take_all(re.compile("/balance .*")) == []
    alice.send("/mine " + "x" * 86)
    alice.expect("/balance -1")
    alice.expect(ERROR)
    alice.send("/mine " + "x" * 85)
    alice.expect(ERROR)
    alice.close()
    assert enter("alice", register=False, room=room).money in (start + 4, start + 3)


def test_buying_and_paying(enter):
    alice, bob = enter("alice"), enter("bob")
    for item, price in (("cookie", 10), ("adminStatus", 1000)):
        alice.send(f"/cost {item}")
        alice.expect(f"Server> {item} costs {price} coins. ")
    alice.send("/buy cookie")
    alice.expect(ERROR)
    for _ in range(5):
        mine(alice)
    alice.send("/buy cookie")
    alice.expect("/balance -10")
    alice.expect("/cookies 1")
    alice.send("/pay bob 7")
    alice.expect("/balance -7")
    bob.expect("/balance 7")
    alice.send("/pay bob 1000000")
    alice.expect(ERROR)
    alice.send("/pay nobody 1")
    alice.expect(ERROR)
    alice.ping("paid")
    alice.close()
    bob.close()
    again = enter("alice", register=False)
    assert (again.money, again.cookies) == (alice.money + 25 - 10 - 7, 1)
    assert enter("bob", register=False).money == bob.money + 7


def test_ledger_and_chain_verify(room, open_room, enter, tmp_path):
    import moonroom

    alice = enter("alice")
    for _ in range(3):
        mine(alice)
    alice.ping("done")
    last = alice.prev_hash
    room.kill()  # what was acknowledged is there, however the room ends
    result = moonroom.run("host", "--home", room.home, "--verify", home=tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    again = enter("alice", register=False, room=open_room("--zeros", 2, home="room"))
    assert again.prev_hash == last
    assert again.money == alice.money + 15


def test_admin_status_is_bought_once_for_a_thousand(open_room, enter):
    room = open_room("--zeros", 1, home="rich")
    devices = [enter("alice", room=room)]
    devices += [enter("alice", register=False, room=room) for _ in range(13)]
    bob = enter("bob", room=room)
    latest = devices[0].prev_hash
    for device in devices:
        device.ping("told")  # of the blocks that the other devices have found
        device.inbox.take_all(re.compile("/(balance|newHash) .*"))
        for _ in range(15):
            mine(device, latest)
            latest = device.prev_hash
    buyer, again, kicker = devices[0], devices[1], devices[2]
    buyer.send("/buy adminStatus")
    buyer.expect("/balance -1000")
    again.send("/buy adminStatus")
    again.expect(ERROR)
    kicker.send("/a /kick bob")
    bob.expect("Server> You have been kicked by alice. ")


# --- accounts


def test_wrong_password_and_unknown_name_get_the_same_plain_sentence(room, enter):
    enter("alice")
    answers = set()
    for name in ("alice", "nobody"):
        with pytest.raises(Refused) as refused:
            OldClient(room.port, name, "not the password")
        assert not refused.value.encrypted
        assert not refused.value.text.strip().isdigit() and "\n" not in refused.value.text
        answers.add(refused.value.text)
    assert len(answers) == 1


@pytest.mark.parametrize("name", ["alice", "ALICE", "Server", "server", "Lobby", "admins", "keychars", "a b", "a>b",
                                  "a'b", "a,b", "", "x" * 33, "caf\u00e9", "a\x1bb"])  # fmt: skip
def test_names_that_cannot_be_registered(room, enter, name):
    enter("alice")
    with pytest.raises(Refused) as refused:
        OldClient(room.port, name, register=True)
    assert refused.value.encrypted and refused.value.text


def test_login_matches_the_name_exactly(room, enter):
    enter("alice")
    with pytest.raises(Refused):
        OldClient(room.port, "Alice", hash=password_hash("correct horse", "alice"))


@pytest.mark.parametrize("command", ["/changepass", "/newpass"])
def test_password_change(room, enter, command):
    alice = enter("alice")
    new = password_hash("another password", "alice")
    alice.send(f"{command} {'0' * 128} {new}")
    alice.expect(re.compile(r"/e changepass .+"))
    alice.send(f"{command} {alice.hash} {new}")
    alice.expect("Server> /w Your password has been successfully changed.")
    alice.close()
    with pytest.raises(Refused):
        OldClient(room.port, "alice")
    enter("alice", password="another password", register=False)


def test_account_deletion(room, enter):
    alice, phone, bob = enter("alice"), enter("alice", register=False), enter("bob")
    alice.send(f"/delacc {'0' * 128}")
    alice.expect(re.compile(r"/e delacc .+"))
    alice.send(f"/delacc {alice.hash}")
    for device in (alice, phone):
        device.expect(KICKED)
        device.inbox.wait_closed()
    bob.expect("Server> alice has left. ")
    with pytest.raises(Refused):
        OldClient(room.port, "alice")


def test_exit_leaves(enter):
    alice, bob = enter("alice"), enter("bob")
    bob.send("/exit")
    bob.expect(KICKED)  # or an old client, which sees no close, stays
    bob.inbox.wait_closed()
    alice.expect("Server> bob has left. ")


# --- the keeper


def test_kick(open_room, enter):
    room = open_room("--zeros", 2, "--admin", "alice", home="kept")
    alice, bob, phone = enter("alice", room=room), enter("bob", room=room), enter("bob", register=False, room=room)
    bob.send("/a /kick alice")
    bob.expect(ERROR)
    alice.send("/a /kick nobody")
    alice.expect(ERROR)
    alice.send("/a /kick bob")
    for device in (bob, phone):
        device.expect("Server> You have been kicked by alice. ")
        device.inbox.wait_closed()
    alice.expect("Server> bob has left. ")


def test_shutdown_tells_everybody(room, enter):
    alice, bob = enter("alice"), enter("bob")
    assert room.stop() == 0
    for client in (alice, bob):
        client.expect(KICKED)
        client.inbox.wait_closed()


def test_accounts_outlive_the_room(room, open_room, enter):
    alice = enter("alice")
    room.stop()
    again = enter("alice", register=False, room=open_room("--zeros", 2))
    assert again.prev_hash == alice.prev_hash


def test_home_is_locked_while_in_use(room, tmp_path):
    import moonroom

    result = moonroom.run("host", "--home", room.home, "--port", "0", home=tmp_path)
    assert result.returncode != 0 and "listening" not in result.stdout
    assert result.stderr.strip()


def test_flood_is_cut_off(enter):
    alice, bob = enter("alice"), enter("bob")
    for i in range(100):
        try:
            alice.send(f"flood {i}")
        except OSError:
            break
    alice.expect(KICKED)
    alice.inbox.wait_closed()
    bob.expect("Server> alice has left. ")
    heard = [line for line in bob.inbox.history if line.startswith("alice> flood")]
    assert 19 <= len(heard) < 100  # the ping at the beginning counts
