"""The wall around a script's process, seen from outside: by strace and in /proc."""

import json
import os
import re
import socket
import subprocess
import sys
import time

import moonroom
import pytest

HOST = moonroom.BUILD / "bin" / "moonroom-lua"

# Rule 9 of docs/processes.md, and how some of them are called.
ALLOWED = {
    "read", "write", "brk", "mmap", "munmap", "mremap", "clock_gettime", "poll", "ppoll", "getrandom",
    "rt_sigreturn", "restart_syscall", "exit_group",
}  # fmt: skip


def test_wall_is_real():
    """With sanitizers the host has a wider wall; nothing below would say anything then."""
    cache = (moonroom.BUILD / "CMakeCache.txt").read_text(encoding="utf-8")
    if "MR_TEST_WALL:BOOL=ON" in cache:
        pytest.skip("a build with the test wall")


class Host:
    """moonroom-lua and a core of a few lines: every call of the script is answered with true."""

    def __init__(self, *before):
        ours, theirs = socket.socketpair()
        self.lines = ours.makefile("rw", encoding="utf-8")
        # Everything else that Python has open is closed on exec.
        self.process = subprocess.Popen(
            [*before, HOST, "--parent", str(os.getpid())],
            close_fds=False,
            preexec_fn=lambda: os.dup2(theirs.fileno(), 3),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        ours.close()
        theirs.close()

    def request(self, method, **params):
        self.lines.write(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}) + "\n")
        self.lines.flush()
        for line in self.lines:
            message = json.loads(line)
            if "method" not in message:
                return message
            if "id" in message:
                self.lines.write(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": True}) + "\n")
                self.lines.flush()
        return None

    def load(self, source):
        return self.request("load", kind="script", name="t", path="t.lua", source=source)

    def end(self):
        self.lines.close()
        return self.process.wait(10)


BUSY = """
chat.say("x") print(os.date(), os.time(), os.clock()) print(crypto.random_string(9000))
local t = {} for i = 1, 200000 do t[i] = tostring(i) end t = nil
for _ = 1, 20 do local s = ("x"):rep(1000000) end
pcall(require, "../x") pcall(load, "\\27Lua") pcall(error, "x")
local function f() return f end print(f, debug.traceback())
task.spawn(function() chat.request("ping") end)
"""


def test_system_calls_behind_the_wall(tmp_path):
    test_wall_is_real()
    log = tmp_path / "strace"
    host = Host("strace", "-D", "-f", "-o", log)
    assert "result" in host.load(BUSY)
    assert "result" in host.request("unload")
    assert host.process.wait(20) == 0
    text = log.read_text(encoding="utf-8")
    # The last one is the filter; those before ask what the kernel knows.
    before, _, behind = text.rpartition("seccomp(SECCOMP_SET_MODE_FILTER, ")
    assert before and behind
    calls = set(re.findall(r"^\d+ +(\w+)\(", behind.partition("\n")[2], re.M))
    assert {"read", "write", "exit_group"} <= calls <= ALLOWED
    assert "PROT_EXEC" not in behind


def status(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def test_process_is_walled_in(tmp_path):
    test_wall_is_real()
    host = Host()
    pid = host.process.pid
    assert "result" in host.load("chat.say('x')")
    facts = status(pid)
    assert facts["Seccomp"].strip() == "2" and facts["NoNewPrivs"].strip() == "1"
    assert os.getsid(pid) == pid
    assert os.getpriority(os.PRIO_PROCESS, pid) == 19
    autogroup = f"/proc/{pid}/autogroup"
    if os.path.exists(autogroup):
        with open(autogroup, encoding="utf-8") as file:
            assert file.read().rstrip().endswith("nice 19")
    assert sorted(os.listdir(f"/proc/{pid}/fd"), key=int) == ["0", "1", "2", "3"]
    with open(f"/proc/{pid}/limits", encoding="utf-8") as file:
        limits = file.read()
    assert re.search(r"Max address space +67108864", limits)
    assert re.search(r"Max core file size +0 ", limits)
    assert re.search(r"Max processes +0 ", limits)
    assert re.search(r"Max file size +0 ", limits)
    assert host.end() == 0


def is_running(pid):
    try:
        return not status(pid)["State"].startswith("Z")
    except FileNotFoundError:
        return False


def test_dies_with_its_parent(tmp_path):
    """The process of a script that loops does not outlive a core that was killed."""
    script = tmp_path / "core.py"
    folders = [str(moonroom.TOP / "tests" / name) for name in ("fault", "support", "interop")]
    script.write_text(
        f"""import sys
sys.path[1:1] = {folders!r}
import test_wall
host = test_wall.Host()
host.load("print(1)")
print(host.process.pid, flush=True)
host.load("while true do end")
""",
        encoding="utf-8",
    )
    core = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    pid = int(core.stdout.readline())
    core.kill()
    core.wait()
    deadline = time.monotonic() + 10
    while is_running(pid):
        assert time.monotonic() < deadline
        time.sleep(0.02)
