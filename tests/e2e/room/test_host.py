"""`moonroom host` as a program: what survives a kill, the lock, the keeper's commands, shutdown."""

import os
import re
import resource
import signal
import socket
import sqlite3
import stat
import subprocess
import threading
import time

import moonroom
import pytest
from peer import OldClient, Refused, solve

ERROR = re.compile(r"Server> /e .+")


@pytest.fixture
def enter():
    clients = []

    def start(room, name, **options):
        client = OldClient(room.port, name, register=options.pop("register", True), **options)
        clients.append(client)
        client.ping("inside")
        return client

    yield start
    for client in clients:
        client.close()


def mine(client):
    client.send(f"/mine {solve(client.prev_hash, client.zeros)}")
    client.expect("/balance 5")
    client.prev_hash = client.expect(re.compile(r"/newHash ([0-9a-f]{128})"))[1]


def verify(room, tmp_path):
    result = moonroom.run("host", "--home", room.home, "--verify", home=tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.rstrip().endswith("ok: every balance and every block is what it should be")
    return result.stdout


# --- what was answered survives


def work(client):
    """Mines and spends until the room is gone, no faster than the room allows."""
    try:
        while True:
            client.send(f"/mine {solve(client.prev_hash, client.zeros)}")
            client.send("/buy cookie")
            client.ping("done")
            for line in client.inbox.take_all(re.compile("/newHash .+")):
                client.prev_hash = line.split(" ")[1]
            time.sleep(0.6)
    except (AssertionError, OSError):
        pass


def books(room):
    """What the database says of each user: blocks found, cookies, coins fined, coins."""
    with sqlite3.connect(room.home / "room.db") as database:
        rows = database.execute(
            """SELECT name, (SELECT count(*) FROM blocks WHERE finder = a.id), cookies,
                      (SELECT ifnull(-sum(amount), 0) FROM postings JOIN ledger ON ledger.id = entry
                       WHERE holder = a.id AND cause = 'fine'), balance
               FROM accounts a JOIN holders ON holders.id = a.id"""
        ).fetchall()
    database.close()
    return {row[0]: row[1:] for row in rows}


def test_kill_loses_nothing_that_was_answered(open_room, enter, tmp_path):
    """Miners and spenders are at work when the room is killed. Whatever each of them was told must be there."""
    names = [f"user{i}" for i in range(4)]
    told = {name: [0, 0, 0] for name in names}
    for cycle in range(3):
        room = open_room("--zeros", 1)
        clients = [enter(room, name, register=cycle == 0) for name in names]
        threads = [threading.Thread(target=work, args=(client,)) for client in clients]
        for thread in threads:
            thread.start()
        clients[0].expect("/balance 5")  # they are at it
        time.sleep(1.5)
        room.kill()
        for thread in threads:
            thread.join()
        verify(room, tmp_path)
        kept = books(room)
        for client in clients:
            lines, sums = client.inbox.history, told[client.user]
            blocks, cookies, fines, coins = kept[client.user]
            sums[0] += lines.count("/balance 5")
            sums[1] += lines.count("/cookies 1")
            sums[2] += lines.count("/balance -1")
            assert sums[0] <= blocks and sums[1] <= cookies and sums[2] <= fines
            assert coins == 5 * blocks - 10 * cookies - fines
            # An answer may have been lost on its way; the act was not.
            told[client.user] = [blocks, cookies, fines]
            client.close()
    assert sum(blocks for blocks, *_ in kept.values()) > 0


def test_registration_survives_a_kill(open_room, enter):
    room = open_room("--zeros", 2)
    enter(room, "alice")
    room.kill()
    again = enter(open_room("--zeros", 2), "alice", register=False)
    assert again.money == 0


def test_verify_notices_a_changed_balance(room, enter, tmp_path):
    alice = enter(room, "alice")
    mine(alice)
    assert "5 coins made = 5 held + 0 spent" in verify(room, tmp_path)
    room.stop()
    with sqlite3.connect(room.home / "room.db") as database:
        database.execute("UPDATE holders SET balance = balance + 1 WHERE kind = 'account'")
    database.close()
    result = moonroom.run("host", "--home", room.home, "--verify", home=tmp_path)
    assert result.returncode == 1
    assert "wrong: The balance of holder" in result.stdout


# --- the folder


def test_folder_is_private_and_locked(room, open_room, tmp_path):
    assert stat.S_IMODE(os.stat(room.home / "room.db").st_mode) == 0o600
    for name in os.listdir(room.home):
        if name.startswith("room.db") or name == "lock":
            assert stat.S_IMODE(os.stat(room.home / name).st_mode) == 0o600
    second = moonroom.run("host", "--home", room.home, "--port", "0", home=tmp_path)
    assert second.returncode == 1
    assert "open already" in second.stderr
    room.stop()
    open_room()


def test_default_folder(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    data = home / "data"
    program = moonroom.Program(["host", "--port", 0], home, XDG_DATA_HOME=str(data))
    program.out.expect(re.compile(r"listening on 127\.0\.0\.1:\d+"))
    assert program.stop() == 0
    assert (data / "moonroom/room/room.db").exists()
    assert stat.S_IMODE(os.stat(data / "moonroom/room").st_mode) == 0o700


def test_terms_are_fixed_for_life(room, tmp_path):
    room.stop()
    for option, value in (("--zeros", "3"), ("--order", "prev_s")):
        result = moonroom.run("host", "--home", room.home, "--port", "0", option, value, home=tmp_path)
        assert result.returncode == 1
        assert "fixed for its life" in result.stderr


def test_other_order(open_room, enter, tmp_path):
    room = open_room("--zeros", 1, "--order", "prev_s")
    alice = enter(room, "alice")
    alice.send(f"/mine {solve(alice.prev_hash, 1, 'prev+S')}")
    alice.expect("/balance 5")
    alice.ping("told")
    verify(room, tmp_path)


# --- the keeper


def test_accounts(room, enter, tmp_path):
    empty = moonroom.run("host", "accounts", "--home", room.home, home=tmp_path)
    assert (empty.returncode, empty.stdout) == (0, "There are no accounts.\n")
    mine(enter(room, "alice"))
    enter(room, "Bob")
    result = moonroom.run("host", "accounts", "--home", room.home, home=tmp_path)
    lines = [line.split()[:3] for line in result.stdout.splitlines()]
    assert lines == [["NAME", "COINS", "COOKIES"], ["alice", "5", "0"], ["Bob", "0", "0"]]


def test_reset_password(room, enter, tmp_path):
    """Works while the room is open; the password never is in argv."""
    enter(room, "alice").close()

    def reset(name, text):
        return moonroom.run("host", "reset-password", name, "--home", room.home, home=tmp_path, stdin=text)

    assert reset("alice", b"short\n").returncode == 1
    assert reset("nobody", b"long enough\n").returncode == 1
    assert reset("alice", b"long enough\n").returncode == 0
    with pytest.raises(Refused):
        OldClient(room.port, "alice")
    enter(room, "alice", password="long enough", register=False)
    room.stop()
    with sqlite3.connect(room.home / "room.db") as database:
        acts = database.execute("SELECT act, target FROM audit ORDER BY id").fetchall()
    assert acts == [("create", "2"), ("reset-password", "alice")]


def test_keepers_commands_need_a_room(tmp_path):
    for command in (["accounts"], ["--verify"], ["reset-password", "alice"]):
        result = moonroom.run("host", *command, "--home", tmp_path / "none", home=tmp_path, stdin=b"long enough\n")
        assert result.returncode == 1
        assert "There is no room" in result.stderr
        assert not (tmp_path / "none").exists()


def test_admin_of_an_account_that_is_there_already(open_room, enter):
    room = open_room("--zeros", 2)
    enter(room, "alice")
    room.stop()
    room = open_room("--admin", "ALICE", "--admin", "carol")
    alice, bob = enter(room, "alice", register=False), enter(room, "bob")
    alice.send("/a /kick bob")
    bob.expect("Server> You have been kicked by alice. ")


def test_welcome(open_room, enter, tmp_path):
    text = tmp_path / "welcome.txt"
    text.write_text("Welcome to the moon.\nBe kind.\n")
    alice = enter(open_room("--welcome-file", text), "alice")
    history = alice.inbox.history
    assert history.index("Server> Welcome to the moon.") + 1 == history.index("Server> Be kind.")


@pytest.mark.parametrize("arguments", [["--port", "x"], ["--nope"], ["nope"], ["--zeros", "0"], ["reset-password"]])
def test_wrong_command_line(arguments, tmp_path):
    result = moonroom.run("host", *arguments, home=tmp_path)
    assert result.returncode == 2
    assert result.stdout == "" and "Try 'moonroom host --help'." in result.stderr


def test_port_in_use(room, tmp_path):
    result = moonroom.run("host", "--home", tmp_path / "other", "--port", room.port, home=tmp_path)
    assert result.returncode == 1
    assert "another program listens there" in result.stderr


def test_log_file_is_private_and_safe(open_room, enter, tmp_path):
    log = tmp_path / "room.log"
    room = open_room("--log", log)
    with pytest.raises(Refused):
        OldClient(room.port, "a\x1b]0;x\x07", register=True)
    enter(room, "alice")
    room.stop()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    text = log.read_text()
    assert "alice is in from 127.0.0.1:" in text
    assert "\x1b" not in text and "\x07" not in text


# --- the end


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_clean_shutdown(open_room, enter, number, tmp_path):
    room = open_room("--zeros", 2)
    alice = enter(room, "alice")
    with socket.create_connection(("127.0.0.1", room.port)):
        assert room.stop(number) == 0
    alice.expect("Server> You have been kicked by Server. ")
    assert not (room.home / "room.db-wal").exists()
    verify(room, tmp_path)


def test_told_again_and_again_to_end(tmp_path):
    """Who presses Ctrl-C twice may hit a room that is half taken down. Once it is, the signal ends the process."""
    for i in range(5):
        with moonroom.Room(tmp_path / str(i)) as room:
            while room.process.poll() is None:
                room.process.send_signal(signal.SIGTERM)
            assert room.wait() in (0, -signal.SIGTERM)


def test_exit_with_parent(tmp_path):
    """The shell in between dies without a word; the room goes with it."""
    home = tmp_path / "room"
    shell = subprocess.Popen(
        ["sh", "-c", '"$0" host --home "$1" --port 0 --exit-with-parent & wait', str(moonroom.MOONROOM), str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=moonroom.environment(tmp_path),
    )
    assert shell.stdout.readline().startswith(b"listening on 127.0.0.1:")
    shell.kill()
    shell.wait()
    assert shell.stdout.read() == b""  # ends when the room has ended
    shell.stdout.close()


# --- a hostile world


def test_three_wrong_passwords_a_minute(room, enter):
    enter(room, "alice").close()
    answers, lock = [], threading.Lock()

    def guess(i):
        try:
            OldClient(room.port, "alice", f"wrong password {i}").close()
        except Refused as refused:
            with lock:
                answers.append(refused.text)

    threads = [threading.Thread(target=guess, args=(i,)) for i in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 12
    assert sum("Too many" not in answer for answer in answers) == 3
    with pytest.raises(Refused):
        OldClient(room.port, "alice")
    enter(room, "bob").ping("others notice nothing")


def test_one_name_for_many(room):
    """Of all who register one name at once, in any case of letters, one gets it."""
    won, lock = [], threading.Lock()

    def register(i):
        try:
            client = OldClient(room.port, ["ann", "Ann", "ANN"][i % 3], register=True)
            with lock:
                won.append(client)
        except Refused as refused:
            assert refused.encrypted

    threads = [threading.Thread(target=register, args=(i,)) for i in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for client in won:
        client.close()
    assert len(won) == 1


def test_one_who_never_reads_is_dropped(room, enter):
    """Its lines pile up to a limit; the others stay."""
    deaf, listener = enter(room, "deaf"), enter(room, "listener")
    deaf.stop_reading()
    deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    senders = [enter(room, f"sender{i}") for i in range(14)]
    rounds = 0
    # This is more than an old client can read without damage, so the room's log is what is looked at.
    while not any("deaf at" in line and "it does not read" in line for line in room.err.history):
        for sender in senders:
            sender.send("x" * 1400)
        rounds += 1
        assert rounds < 200, "it is still there"
        time.sleep(0.25)
    late = enter(room, "late")
    late.send("/active")
    late.ping("listed")
    names = {client.user for client in [listener, late, *senders]}
    assert names == set(late.inbox.history) & (names | {"deaf"})


def test_no_core_file(room):
    """There are passwords in its memory. Builds with sanitizers cannot do without."""
    if "asan" in moonroom.BUILD.name or "tsan" in moonroom.BUILD.name:
        pytest.skip("not with sanitizers")
    assert resource.prlimit(room.process.pid, resource.RLIMIT_CORE) == (0, 0)


def test_out_of_descriptors(open_room, enter):
    """With all its descriptors taken the room does not spin, keeps serving, and takes the next when one is free."""
    room = open_room()
    resource.prlimit(room.process.pid, resource.RLIMIT_NOFILE, (48, 48))
    alice = enter(room, "alice")
    crowd = [socket.create_connection(("127.0.0.1", room.port)) for _ in range(80)]
    alice.ping("still served")
    before = cpu_seconds(room.process.pid)
    time.sleep(3)
    assert cpu_seconds(room.process.pid) - before < 2, "the accept loop spins"
    for one in crowd:
        one.close()
    enter(room, "bob").ping("there is room again")


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_half_a_login_is_dropped_and_disturbs_nobody(room, enter):
    with socket.create_connection(("127.0.0.1", room.port), timeout=60) as raw:
        raw.sendall(b"12345")
        enter(room, "alice").ping("not disturbed")
        assert raw.recv(10) == b""


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own, of one MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this user cannot mount")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_full_disk(open_room, enter, small_disk, tmp_path):
    """What cannot be saved is refused in clear words and leaves nothing half done; later it goes on."""
    room = open_room("--zeros", 1, home=small_disk / "room")
    alice = enter(room, "alice")
    mine(alice)
    filler = small_disk / "filler"
    with open(filler, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 512)
        except OSError:
            pass
    failed = None
    for _ in range(200):  # what SQLite has set aside already may take a few
        alice.send(f"/mine {solve(alice.prev_hash, 1)}")
        line = alice.expect(re.compile(r"/newHash .+|Server> /e .+"))[0]
        if line.startswith("Server> /e"):
            failed = line
            break
        alice.prev_hash = line.split(" ")[1]
        time.sleep(0.25)
    assert failed == "Server> /e The room cannot save this now. Nothing was changed. "
    alice.send("chat goes on")
    alice.expect("alice> chat goes on")
    with pytest.raises(Refused):
        OldClient(room.port, "bob", register=True)
    filler.unlink()
    alice.inbox.take_all(re.compile("/balance .+"))
    mine(alice)
    enter(room, "bob")
    verify(room, tmp_path)
