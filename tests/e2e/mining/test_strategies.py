"""The strategies that let the engine search, in a real room."""

import csv
import hashlib
import json
import os
import re
import signal
import time

import pytest

import moonroom
from peer.inbox import PATIENCE_S


def sees(program, pattern):
    return program.err.expect(re.compile(f".*{pattern}.*"))


def engines(parent):
    """Process ids of the engines of a client."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        if b"--rpc" in words and f"--exit-with-parent={parent}".encode() in words:
            found.append(int(name))
    return found


def wait_until(holds, what):
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def check_csv(path):
    """What `/mine log csv` writes: a line for each block that was found."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert any(row["result"] == "accepted" for row in rows)
    for row in rows:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["time"])
        assert len(row["s"].removeprefix("'")) == 86 and re.fullmatch("000[0-9a-f]{125}", row["digest"])
        assert row["result"] in ("sent", "accepted", "refused", "too late")


@pytest.mark.parametrize(
    "name, order", [("sweep", "s_prev"), ("sweep", "prev_s"), ("polite", "s_prev"), ("race", "s_prev")]
)
def test_strategy_finds_blocks(name, order, open_room, client, tmp_path):
    room = open_room("--zeros", "3", "--order", order)
    alice = client(room.port, "alice", register=True)
    alice.type(f"/mine start {name}")
    sees(alice, f"Mining with {name}")
    for _ in range(1 if name == "polite" else 3):  # it rests while the machine is busy
        alice.err.expect(re.compile(".*took your block.*"), timeout=3 * PATIENCE_S)
    alice.type("/mine stop")
    sees(alice, "Mining has stopped")
    alice.type("/mine log csv")
    sees(alice, "blocks? written: files/commands/mined.csv")
    check_csv(tmp_path / "alice-0" / "moonroom" / "data" / "files" / "commands" / "mined.csv")
    # A room of the other order refuses until the client has noticed.
    refused = [line for line in alice.err.history if "refused your block" in line]
    assert len(refused) <= (0 if order == "s_prev" else 2)
    assert not [line for line in alice.err.history if "Error" in line]
    pid = alice.process.pid
    assert alice.finish() == 0
    wait_until(lambda: not engines(pid), "the engine is still there")
    room.stop()
    books = moonroom.run("host", "--verify", "--home", tmp_path / "room", home=tmp_path)
    assert books.returncode == 0, books.stderr


def test_status_and_change(open_room, client):
    """The engine's figures, and another strategy while it searches: the same engine, another search."""
    room = open_room("--zeros", "30")
    alice = client(room.port, "alice", register=True)
    alice.type("/mine start sweep")
    sees(alice, "Mining with sweep")
    wait_until(lambda: engines(alice.process.pid), "there is no engine")
    first = engines(alice.process.pid)

    def shows(pattern):
        alice.type("/mine status")
        sees(alice, "needs 30 zeros")
        return any(re.search(pattern, line) for line in alice.err.history)

    wait_until(lambda: shows(r"A block takes .* on average; chance so far 0\.0 %"), "no figures")
    assert shows(r"Engine \(\w+\): .* tries a second now")
    alice.type("/mine strategy polite")
    sees(alice, "Mining with polite")
    assert engines(alice.process.pid) == first


class Bot(moonroom.Program):
    """`moonroom --rpc`: a program of the user's, with all methods."""

    def __init__(self, room, home):
        home.mkdir()
        secret = home / "password"
        secret.touch(mode=0o600)
        secret.write_text("correct horse\n")
        login = ["--user", "bot", "--password-file", secret, "--register", "--accept-terms", "--home", home / "moonroom"]
        super().__init__(["--rpc", room.url, *login], home)

    def send(self, number, method, **params):
        self.type(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}))

    def answer(self, number):
        while True:
            message = json.loads(self.out.expect(re.compile(".*"))[0])
            if message.get("id") == number:
                return message

    def ask(self, number, method, **params):
        self.send(number, method, **params)
        return self.answer(number)


def test_search_by_a_program(open_room, tmp_path):
    room = open_room("--zeros", "3")
    with Bot(room, tmp_path / "bot") as bot:
        bot.send(1, "mine.search", prefix="bot:", alphabet="01", threads=1)
        found = bot.answer(1)["result"]
        job = bot.ask(2, "mine.job")["result"]
        assert re.fullmatch("bot:[01]{82}", found["s"])
        digest = hashlib.sha512((found["s"] + job["prev_hash"]).encode()).hexdigest()
        assert found["digest"] == digest and digest.startswith("000")
        assert bot.ask(3, "mine.submit", s=found["s"])["result"] is True


def test_searches_give_up(open_room, tmp_path):
    room = open_room("--zeros", "30")
    with Bot(room, tmp_path / "bot") as bot:
        bot.send(1, "mine.search", seconds=0.1)
        assert bot.answer(1)["error"]["data"]["code"] == "timeout"
        bot.send(2, "mine.search")
        bot.send(3, "mine.search", alphabet="ab", prefix="x" * 64)
        assert bot.answer(2)["error"]["data"]["code"] == "canceled"
        assert bot.answer(3)["error"]["data"]["code"] == "not_found"
        error = bot.ask(4, "mine.search", alphabet="a")["error"]
        assert error["data"]["code"] == "invalid" and "two letters" in error["message"]
        told = bot.ask(5, "mine.engine")["result"]
        assert told["searching"] is False and told["zeros"] == 30
        assert 0 <= bot.ask(6, "mine.machine")["result"]["others"] <= 1


def searches(bot, number):
    """Waits until the engine has tried something."""
    attempts = bot.ask(number, "mine.engine")["result"]["attempts"]
    wait_until(lambda: bot.ask(number, "mine.engine")["result"]["attempts"] > attempts, "nothing is searched")


def test_deaths(open_room, tmp_path):
    """An engine that is killed ends the search, and the next one has another; it goes with its client."""
    room = open_room("--zeros", "30")
    with Bot(room, tmp_path / "bot") as bot:
        pid = bot.process.pid
        bot.send(1, "mine.search")
        searches(bot, 2)
        first = engines(pid)
        assert len(first) == 1
        os.kill(first[0], signal.SIGKILL)
        assert bot.answer(1)["error"]["data"]["code"] == "io"
        bot.send(3, "mine.search")
        searches(bot, 4)
        assert engines(pid) not in ([], first)
        bot.kill()
        wait_until(lambda: not engines(pid), "the engine has outlived the client")


def test_pause(open_room, tmp_path):
    """The engine's threads rest in the middle of their job and go on with it; no time passes for the search."""
    room = open_room("--zeros", "30")
    with Bot(room, tmp_path / "bot") as bot:

        def engine():
            return bot.ask(1, "mine.engine")["result"]

        def rests():
            before = engine()["attempts"]
            time.sleep(1.2)  # the engine is looked at once a second
            return engine()["attempts"] == before

        assert bot.ask(2, "mine.pause")["error"]["data"]["code"] == "state"
        assert bot.ask(3, "mine.start", strategy="sweep")["result"] == "sweep"
        searches(bot, 4)
        assert bot.ask(5, "mine.pause")["result"] is True
        wait_until(rests, "the engine does not rest")
        paused = engine()
        assert paused["searching"] and paused["rate"] == 0 and paused["best"]
        assert bot.ask(6, "mine.stats")["result"]["paused"] is True
        assert bot.ask(7, "mine.resume")["result"] is True
        searches(bot, 8)
        resumed = engine()
        assert resumed["chance"] >= paused["chance"] > 0 and resumed["best"] <= paused["best"]
        # A search of somebody else's that begins in a pause waits for its end.
        assert bot.ask(9, "mine.pause")["result"] is True
        bot.send(10, "mine.search", seconds=0.1)
        wait_until(rests, "the engine does not rest")
        assert bot.ask(11, "mine.resume")["result"] is True
        assert bot.answer(10)["error"]["data"]["code"] == "timeout"
        # sweep ends when another search takes the place of its own. With the strategy the pause is over.
        wait_until(lambda: not bot.ask(1, "mine.stats")["result"]["running"], "sweep goes on")
        assert bot.ask(12, "mine.start", strategy="sweep")["result"] == "sweep"
        assert bot.ask(12, "mine.pause")["result"] is True
        assert bot.ask(12, "mine.stop")["result"] is True
        bot.send(13, "mine.search")
        searches(bot, 14)
