"""`moonroom mine` and `moonroom bench` as a person, a script and a supervising program use them."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

import moonroom
from peer.inbox import PATIENCE_S
from terminal import Terminal

PREV = hashlib.sha512(b"the block before").hexdigest()
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
NEVER = ["--prev", PREV, "--zeros", "40"]  # nobody finds this


def mine(*options, home, **more):
    return moonroom.run("mine", *options, home=home, **more)


def zeros(s, order="s_prev", prev=PREV):
    digest = hashlib.sha512((s + prev if order == "s_prev" else prev + s).encode()).hexdigest()
    return len(digest) - len(digest.lstrip("0"))


@pytest.mark.parametrize("order", ["s_prev", "prev_s"])
def test_solution_is_printed(order, tmp_path):
    run = mine("--prev", PREV, "--zeros", "4", "--order", order, home=tmp_path)
    assert run.returncode == 0 and run.stderr == ""
    s = run.stdout.rstrip("\n")
    assert len(s) == 86 and set(s) <= set(ALPHABET)
    assert zeros(s, order) >= 4


def kernels(tmp_path):
    run = mine("--rpc", home=tmp_path, stdin=b'{"jsonrpc":"2.0","id":1,"method":"kernels"}\n')
    return json.loads(run.stdout)["result"]


def test_alphabet_prefix_and_kernel(tmp_path):
    names = kernels(tmp_path)
    assert "scalar" in names
    for name in names:
        options = ["--alphabet", "01", "--prefix", "moonroom!", "--kernel", name, "--threads", "1"]
        run = mine("--prev", PREV, "--zeros", "3", "--json", *options, home=tmp_path)
        told = json.loads(run.stdout)
        assert told["found"] and told["kernel"] == name and told["threads"] == 1
        assert re.fullmatch("moonroom![01]{77}", told["s"])
        assert zeros(told["s"]) >= 3
        assert told["digest"] == hashlib.sha512((told["s"] + PREV).encode()).hexdigest()
        assert told["attempts"] > 0 and told["hashes_per_s"] > 0
        assert (told["prev_hash"], told["zeros"], told["order"]) == (PREV, 3, "s_prev")


def test_exhausted_space(tmp_path):
    options = ["--alphabet", "ab", "--prefix", "x" * 64, "--threads", "2"]
    run = mine("--prev", PREV, "--zeros", "30", *options, home=tmp_path)
    assert run.returncode == 1 and run.stdout == ""
    assert "every solution of this search was tried" in run.stderr
    told = json.loads(mine("--prev", PREV, "--zeros", "30", "--json", *options, home=tmp_path).stdout)
    assert told["found"] is False and told["attempts"] == 2 * 64 * 256


@pytest.mark.parametrize(
    "options, complaint",
    [
        ([], "--prev=HASH and --zeros=N say what to search for"),
        (["--prev", PREV], "--prev=HASH and --zeros=N"),
        (["--prev", PREV.upper(), "--zeros", "3"], "--prev: .* 128 hex digits"),
        (["--prev", PREV, "--zeros", "129"], "--zeros: A number from 0 to 128"),
        (["--prev", PREV, "--zeros", "3", "--order", "both"], "--order: .*s_prev or prev_s"),
        (["--prev", PREV, "--zeros", "3", "--threads", "0"], "--threads: A number from 1"),
        (["--prev", PREV, "--zeros", "3", "--kernel", "gpu"], "--kernel: There is no such kernel.*scalar"),
        (["--prev", PREV, "--zeros", "3", "--alphabet", "aa"], "--alphabet: .*twice"),
        (["--prev", PREV, "--zeros", "3", "--alphabet", "a"], "--alphabet: .*two letters"),
        (["--prev", PREV, "--zeros", "3", "--prefix", "a b"], "--prefix: .*no blank"),
        (["--prev", PREV, "--zeros", "3", "--prefix", "x" * 65], "--prefix: .*64 characters"),
        (["--prev", PREV, "--zeros", "3", "--shard", "3/3"], "--shard: A number from 0 to 2"),
        (["--prev", PREV, "--zeros", "3", "--shard", "3"], "--shard: Which shard"),
        (["--prev", PREV, "--zeros", "3", "--stop-file", ""], "--stop-file: "),
        (["--prev", PREV, "--zeros", "3", "--fast"], "no such option: --fast"),
        (["--prev", PREV, "--zeros"], "wants a value: --zeros"),
        (["--prev", PREV, "--zeros", "3", "now"], "means nothing here: now"),
    ],
)
def test_wrong_usage(options, complaint, tmp_path):
    run = mine(*options, home=tmp_path)
    assert run.returncode == 2 and run.stdout == ""
    assert re.search(complaint, run.stderr), run.stderr
    assert "Try 'moonroom mine --help'" in run.stderr


def test_too_many_workers_for_an_alphabet(tmp_path):
    run = mine(*NEVER, "--alphabet", "ab", "--shard", "0/257", "--threads", "1", home=tmp_path)
    assert run.returncode == 1 and "too small for so many shards" in run.stderr


# Many processes


def worker_number(s):
    number = 0
    for letter in s[72:80]:
        number = number * 64 + ALPHABET.index(letter)
    return number


@pytest.mark.parametrize(
    "name, first",
    [("SLURM_PROCID", 0), ("OMPI_COMM_WORLD_RANK", 0), ("JOB_COMPLETION_INDEX", 0), ("PARALLEL_SEQ", 1)],
)
def test_shard_of_a_launcher(name, first, tmp_path):
    for shard in (0, 4):
        options = ["--shard", "5", "--threads", "1", "--json"]
        environment = {name: str(shard + first)}
        told = json.loads(mine("--prev", PREV, "--zeros", "3", *options, home=tmp_path, **environment).stdout)
        assert (told["shard"], told["shards"]) == (shard, 5)
        assert worker_number(told["s"]) == shard
    run = mine(*NEVER, "--shard", "5", home=tmp_path, **{name: str(first + 5)})
    assert run.returncode == 2 and name in run.stderr


def test_stop_file_ends_the_others(tmp_path):
    stop = tmp_path / "found"
    with moonroom.Program(["mine", *NEVER, "--stop-file", stop, "--threads", "1"], tmp_path) as other:
        run = mine("--prev", PREV, "--zeros", "3", "--stop-file", stop, home=tmp_path)
        assert run.returncode == 0
        assert stop.read_text() == run.stdout
        assert other.wait() == 0
        assert other.out.history == [] and "another one has found" in other.err.history[0]
    # Who comes late ends at once, and the first solution stays.
    assert mine(*NEVER, "--stop-file", stop, home=tmp_path).returncode == 0
    assert stop.read_text() == run.stdout
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("found")] == ["found"]


def launch(command, tmp_path, **more):
    """Runs a launcher of four shards; its exit status and what each of them said."""
    run = subprocess.run(
        [str(word) for word in command],
        env=moonroom.environment(tmp_path, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S * 4,
        check=False,
    )
    told = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    winners = [one for one in told if one["found"]]
    assert winners, run.stderr
    for one in winners:
        assert zeros(one["s"]) >= 4 and worker_number(one["s"]) == one["shard"]
    shards = [one["shard"] for one in told]
    assert len(shards) == len(set(shards)) and set(shards) <= {0, 1, 2, 3}
    return run.returncode, told, winners


def shard_command(*options):
    words = ["--prev", PREV, "--zeros", "4", "--threads", "1", "--json", "--shard", "4"]
    return [moonroom.MOONROOM, "mine", *words, *options]


@pytest.mark.skipif(not shutil.which("parallel"), reason="GNU parallel is not installed")
def test_gnu_parallel(tmp_path):
    one = " ".join(map(str, shard_command()))
    launch(["parallel", "--halt", "now,success=1", "-j4", "-N0", one, ":::", *range(4)], tmp_path)


@pytest.mark.skipif(not shutil.which("mpirun"), reason="mpirun (Debian: openmpi-bin) is not installed")
def test_mpirun(tmp_path):
    launcher = ["mpirun", "--allow-run-as-root", "--oversubscribe", "-np", "4"]
    # One machine needs no ssh, but Open MPI looks for it.
    command = [*launcher, *shard_command("--stop-file", tmp_path / "stop")]
    status, told, winners = launch(command, tmp_path, OMPI_MCA_plm_rsh_agent="/bin/false")
    assert status == 0 and len(told) == 4
    assert (tmp_path / "stop").read_text().strip() in [one["s"] for one in winners]


# As a process


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def wait_until(holds, what):
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def is_gone(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def niceness(pid):
    """Nice of the process and all its threads, and its session."""
    values = set()
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        values.add((int(fields[16]), int(fields[3])))
    return values


def check_is_last(pid):
    wait_until(lambda: len(os.listdir(f"/proc/{pid}/task")) > 2, "the threads do not start")
    assert niceness(pid) == {(19, pid)}
    autogroup = f"/proc/{pid}/autogroup"
    if os.path.exists(autogroup):
        with open(autogroup, encoding="ascii") as file:
            assert file.read().split()[-1] == "19"


def engine_of(program):
    """The process that mines: the child of the one in the foreground."""
    wait_until(lambda: children(program.process.pid), "there is no child")
    return children(program.process.pid)[0]


def test_priority_and_signals(tmp_path):
    for number in (signal.SIGINT, signal.SIGTERM):
        with moonroom.Program(["mine", *NEVER], tmp_path) as program:
            engine = engine_of(program)
            check_is_last(engine)
            assert program.stop(number) == 128 + number
            assert program.err.history == ["moonroom mine: interrupted"]
            assert is_gone(engine)


def test_nothing_is_left_when_it_is_killed(tmp_path):
    with moonroom.Program(["mine", *NEVER], tmp_path) as program:
        engine = engine_of(program)
        program.kill()
        wait_until(lambda: is_gone(engine), "the engine has outlived its parent")


def test_progress_line_and_ctrl_c(tmp_path):
    with Terminal(["mine", *NEVER], tmp_path) as terminal:
        terminal.see("chance so far 0.0 %")
        terminal.see("tried in")
        terminal.key("\x03")
        terminal.see("interrupted")
        assert terminal.exit_status() == 130


# Driven by a program


class Engine(moonroom.Program):
    """`moonroom mine --rpc`."""

    def __init__(self, home, *options):
        super().__init__(["mine", "--rpc", *options], home)
        self.last = 0

    def ask(self, method, **params):
        self.last += 1
        self.type(json.dumps({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params}))
        return self.next(lambda message: message.get("id") == self.last)

    def call(self, method, **params):
        answer = self.ask(method, **params)
        assert "result" in answer, answer
        return answer["result"]

    def next(self, fits):
        """The next message that fits; the others are lost."""
        while True:
            message = json.loads(self.out.expect(re.compile(".*"))[0])
            assert message["jsonrpc"] == "2.0"
            if fits(message):
                return message

    def told(self, method):
        return self.next(lambda message: message.get("method") == method)["params"]


@pytest.fixture
def engine(tmp_path):
    with Engine(tmp_path) as program:
        yield program


def test_driven_engine_finds_blocks(engine):
    prev = PREV
    begun = engine.call("start", prev_hash=prev, zeros=3, threads=2)
    assert begun["job"] == 1 and begun["threads"] == 2
    for job in range(1, 6):
        found = engine.told("found")
        assert found["job"] == job
        assert found["digest"] == hashlib.sha512((found["s"] + prev).encode()).hexdigest()
        assert found["digest"].startswith("000")
        prev = found["digest"]
        assert engine.call("stats")["running"] is False  # one was wanted
        assert engine.call("block", prev_hash=prev)["job"] == job + 1
    assert engine.finish() == 0


def test_driven_engine_changes_and_stops(engine):
    engine.call("start", prev_hash=PREV, zeros=40, threads=2)
    check_is_last(engine.process.pid)
    wait_until(lambda: engine.call("stats")["job_attempts"] > 0, "it does not work")
    changed = engine.call("start", prev_hash=PREV, zeros=2, alphabet="01", prefix="changed", threads=1, wanted=3)
    for _ in range(3):
        found = engine.told("found")
        assert found["job"] == changed["job"]
        assert re.fullmatch("changed[01]{79}", found["s"])
    stats = engine.call("stats")
    assert not stats["running"] and stats["best"]["digest"].startswith("00")
    assert stats["attempts"] == sum(stats["threads"]) and stats["cpu_seconds"] > 0
    engine.call("block", zeros=40)
    assert engine.call("stats")["running"]
    assert not engine.call("stop")["running"]
    engine.call("start", prev_hash=PREV, zeros=30, alphabet="ab", prefix="x" * 64, threads=1)
    assert engine.told("exhausted")["job"] == engine.call("stats")["job"]


def test_driven_engine_refuses(engine):
    assert engine.ask("block", prev_hash=PREV)["error"]["data"]["code"] == "state"
    for params, complaint in [
        ({}, "prev_hash and zeros"),
        ({"prev_hash": "x", "zeros": 2}, "128 hex digits"),
        ({"prev_hash": PREV, "zeros": 2.5}, "zeros: a whole number"),
        ({"prev_hash": PREV, "zeros": "2"}, "zeros: a whole number"),
        ({"prev_hash": PREV, "zeros": 2, "threads": 10**9}, "threads: a whole number"),
        ({"prev_hash": PREV, "zeros": 2, "shards": 2, "shard": 2}, "shard: a whole number"),
        ({"prev_hash": PREV, "zeros": 2, "alphabet": ["a"]}, "alphabet: a text"),
        ({"prev_hash": PREV, "zeros": 2, "kernel": "gpu"}, "no such kernel"),
    ]:
        error = engine.ask("start", **params)["error"]
        assert error["data"]["code"] == "invalid" and complaint in error["message"], error
    assert engine.ask("dance")["error"]["data"]["code"] == "not_found"
    for line in (b"nonsense\n", b"[1]\n", b'{"id":7} x\n', b'"\xff"\n', b"\n"):
        engine.type(line)
        message = engine.next(lambda message: True)
        assert message["error"]["data"]["code"] == "protocol" and message["id"] is None
    assert engine.call("kernels")[-1] == "scalar"


def test_driven_engine_ends_with_too_long_a_line(engine):
    engine.type(b"x" * 300000 + b"\n")
    assert engine.wait() == 0


PARENT = """
import subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE)
child.stdin.write(b'{"method":"start","params":{"prev_hash":"%s","zeros":40}}\\n')
child.stdin.flush()
print(child.pid, flush=True)
child.wait()
"""


def test_driven_engine_dies_with_its_parent(tmp_path):
    """Also when something else still holds the other end of its input."""
    command = [sys.executable, "-c", PARENT % PREV, str(moonroom.MOONROOM), "mine", "--rpc", "--exit-with-parent"]
    environment = moonroom.environment(tmp_path)
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    pid = int(parent.stdout.readline())
    holder = os.open(f"/proc/{parent.pid}/fd/{pipe_of(parent.pid)}", os.O_WRONLY)
    check_is_last(pid)
    parent.kill()
    parent.wait()
    wait_until(lambda: is_gone(pid), "the engine has outlived its parent")
    os.close(holder)
    parent.stdout.close()


def pipe_of(pid):
    """The descriptor of a process that is the writing end of a pipe, other than its output."""
    for name in os.listdir(f"/proc/{pid}/fd"):
        with open(f"/proc/{pid}/fdinfo/{name}", encoding="ascii") as file:
            writes = int(file.read().split("flags:")[1].split()[0], 8) & os.O_ACCMODE == os.O_WRONLY
        if int(name) > 2 and writes and os.readlink(f"/proc/{pid}/fd/{name}").startswith("pipe:"):
            return name
    raise AssertionError("no pipe")


# Measuring


def test_bench_as_json(tmp_path):
    run = moonroom.run("bench", "--seconds", "1", "--json", home=tmp_path)
    assert run.returncode == 0 and run.stderr == ""
    told = json.loads(run.stdout)
    assert set(told) == {"cpu", "kernels", "openssl", "best", "engine"}
    assert [kernel["name"] for kernel in told["kernels"]] == kernels(tmp_path)
    for kernel in told["kernels"]:
        assert set(kernel) == {"name", "hashes_per_s", "ratio_sha512", "ratio_evp", "limit_share"}
        assert kernel["hashes_per_s"] > 0
        assert kernel["ratio_sha512"] == pytest.approx(kernel["hashes_per_s"] / told["openssl"]["sha512_per_s"])
        assert kernel["ratio_evp"] == pytest.approx(kernel["hashes_per_s"] / told["openssl"]["evp_per_s"])
        assert kernel["limit_share"] is None or kernel["limit_share"] > 0
    best = max(told["kernels"], key=lambda kernel: kernel["hashes_per_s"])
    assert told["best"] == best["name"]
    assert told["engine"]["threads"] >= 1 and told["engine"]["hashes_per_s"] > 0


def test_bench_as_a_table(tmp_path):
    run = moonroom.run("bench", "--seconds", "1", home=tmp_path)
    assert run.returncode == 0
    for word in [*kernels(tmp_path), "OpenSSL EVP, reused", "OpenSSL SHA512()", "The engine with"]:
        assert word in run.stdout
    assert moonroom.run("bench", "--seconds", "0", home=tmp_path).returncode == 2


@pytest.mark.parametrize("name", ["mine", "bench"])
def test_help_and_version(name, tmp_path):
    run = moonroom.run(name, "--help", home=tmp_path)
    assert run.returncode == 0 and run.stdout.startswith(f"Usage: moonroom {name}")
    assert re.fullmatch(rf"moonroom {name} \d+\.\d+\.\d+\n", moonroom.run(name, "--version", home=tmp_path).stdout)
