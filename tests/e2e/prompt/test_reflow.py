"""Sizes that change in a terminal that folds its lines anew, as most do: tmux."""

import os
import random
import re
import shutil
import subprocess
import time

import pytest

import moonroom

pytestmark = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")


# tmux folds at once, but gathers changes for a quarter of a second before it tells of them. What is drawn in
# between is drawn for a size that is no more.
TELLING_S = 0.6


class Tmux:
    """A window of a tmux server of its own, with moonroom in it."""

    def __init__(self, home, *arguments):
        # Each has a name of its own: the server of the test before may still be on its way out.
        self.server = ["tmux", "-L", f"moonroom-test-{os.getpid()}-{time.monotonic_ns()}", "-f", "/dev/null"]
        env = [f"{name}={value}" for name, value in moonroom.environment(home, TERM="tmux-256color").items()]
        command = ["env", "-i", *env, str(moonroom.MOONROOM), *map(str, arguments)]
        self.run("new-session", "-d", "-x", "80", "-y", "24", *command)
        self.run("set-option", "-g", "history-limit", "50000")

    def run(self, *arguments):
        return subprocess.run([*self.server, *arguments], capture_output=True, text=True, check=False).stdout

    def key(self, text):
        self.run("send-keys", "-l", text)

    def resize(self, columns, rows):
        self.run("resize-window", "-x", str(columns), "-y", str(rows))

    def text(self):
        """Everything, with folded lines joined again."""
        return self.run("capture-pane", "-p", "-J", "-S", "-50000")

    def wait(self, pattern, seconds=20):
        deadline = time.monotonic() + seconds
        while not re.search(pattern, self.text(), re.M):
            assert time.monotonic() < deadline, f"waited for {pattern!r}:\n{self.text()}"
            time.sleep(0.05)

    def close(self):
        self.run("kill-server")


@pytest.fixture
def window(server, password_file, tmp_path):
    tmux = Tmux(
        tmp_path, f"legacy://127.0.0.1:{server.port}", "--user", "alice", "--password-file", password_file
    )
    yield tmux
    tmux.close()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_resize_with_reflow(server, window, seed):
    """Every message is there once, and the typed line once, at the end."""
    chance = random.Random(seed)
    typed = "a line that is long enough to be folded several times in a narrow window, and typed on meanwhile"
    window.wait("You are in as alice")
    sent = 0
    for i in range(0, len(typed), 8):
        window.key(typed[i : i + 8])
        if chance.random() < 0.4:
            window.resize(chance.randint(30, 120), chance.randint(10, 40))
            time.sleep(TELLING_S)
        for _ in range(chance.randint(0, 3)):
            server.send("alice", f"bob> message {sent} ok")
            sent += 1
        time.sleep(chance.random() / 20)
    server.send("alice", f"bob> message {sent} ok")
    window.wait(rf"message {sent} ok")
    window.wait(re.escape("Lobby > " + typed) + r"\s*\Z")
    text = window.text()
    numbers = [int(n) for n in re.findall(r"^\d\d:\d\d bob> message (\d+) ok *$", text, re.M)]
    assert numbers == list(range(sent + 1))
    assert text.count("Lobby > ") == 1
