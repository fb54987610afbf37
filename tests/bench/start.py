"""How soon the prompt can be used and the commands are ready, and how much memory the client holds."""

import os
import pty
import statistics
import tempfile
import time
from pathlib import Path

import moonroom

ROUNDS = 20


class Start:
    """moonroom at a prompt on a pseudo-terminal, timed from just before its exec."""

    def __init__(self, room, home):
        secret = Path(home) / "password"
        secret.write_text("correct horse\n")
        arguments = [room.url, "--user", "bench", "--password-file", secret, "--home", Path(home) / "client"]
        env = moonroom.environment(home, TERM="xterm-256color")
        self.begin = time.perf_counter()
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.execve(moonroom.MOONROOM, [str(moonroom.MOONROOM), *map(str, arguments)], env)
        self.output = b""

    def key(self, text):
        os.write(self.master, text)

    def until(self, text):
        """Milliseconds from exec until TEXT was on the terminal."""
        while text not in self.output:
            self.output += os.read(self.master, 65536)
        return (time.perf_counter() - self.begin) * 1000

    def end(self):
        self.key(b"\x15/quit\r")
        try:
            while os.read(self.master, 65536):
                pass
        except OSError:
            pass
        os.waitpid(self.pid, 0)
        os.close(self.master)


def kib(pid, name):
    """A figure of the process: Rss or Pss, in KiB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    return 0


def children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def one_start(room, home):
    """The key is pressed before the program runs: it is echoed behind the prompt as soon as both are there."""
    program = Start(room, home)
    program.key(b"x")
    usable = program.until(b"> x")
    program.key(b"\x15/chats\r")
    ready = program.until(b"lobby")
    program.until(b"You are in as bench")
    time.sleep(0.2)
    memory = [(kib(pid, "Rss"), kib(pid, "Pss")) for pid in (program.pid, *children(program.pid)[:1])]
    program.end()
    return usable, ready, memory


def describe(name, values, unit):
    print(f"  {name:34s} {statistics.median(values):8.1f} {unit}   worst {max(values):8.1f}")


def bench_start():
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        room = moonroom.Room(home / "room")
        client = moonroom.Client(room.port, home / "first", "bench", register=True)
        assert client.finish() == 0
        rounds = [one_start(room, home) for _ in range(ROUNDS)]
        room.stop()
    print(f"start, {ROUNDS} rounds")
    describe("prompt usable after", [usable for usable, _, _ in rounds], "ms ")
    describe("first Lua command answered after", [ready for _, ready, _ in rounds], "ms ")
    for i, name in enumerate(("client", "script host of the commands")):
        for j, what in enumerate(("resident", "proportional")):
            values = [memory[i][j] for _, _, memory in rounds if len(memory) > i]
            describe(f"{name}, {what}", values, "KiB")
