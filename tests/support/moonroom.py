"""Starts the real programs for tests: a room, and a client without a terminal.

MOONROOM_BUILD names the build folder to test; without it, build/gcc. Every program gets a home of its own and an
environment without anything of the user's. A sanitizer's report on stderr fails the test that looks at the result.
"""

import os
import re
import signal
import subprocess
import threading
from pathlib import Path

from peer.inbox import PATIENCE_S, Inbox

TOP = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("MOONROOM_BUILD", TOP / "build" / "gcc")).resolve()
MOONROOM = BUILD / "bin" / "moonroom"
REPORTS = re.compile(r"(ERROR|WARNING): \w+Sanitizer|runtime error: |Assertion .* failed")
KEPT = ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS", "MOONROOM_BUILD")


def environment(home, **more):
    """A small environment with HOME and the XDG folders inside HOME."""
    env = {name: os.environ[name] for name in KEPT if name in os.environ}
    env.update(HOME=str(home), LANG="C.UTF-8", LC_ALL="C.UTF-8", TZ="UTC", TERM="dumb")
    env.update(more)
    return env


class Program:
    """A child with pipes. What it prints is in the inboxes `out` and `err`, line by line."""

    def __init__(self, arguments, home, **more):
        self.home = Path(home)
        self.home.mkdir(parents=True, exist_ok=True)
        self.arguments = [str(MOONROOM), *map(str, arguments)]
        self.process = subprocess.Popen(
            self.arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(home, **more),
            cwd=home,
        )
        self.out, self.err = Inbox(), Inbox()
        self._threads = [
            threading.Thread(target=self._read, args=pair, daemon=True)
            for pair in ((self.process.stdout, self.out), (self.process.stderr, self.err))
        ]
        for thread in self._threads:
            thread.start()

    @staticmethod
    def _read(stream, inbox):
        for line in stream:
            inbox.put(line.decode("utf-8", "replace").rstrip("\n"))
        inbox.close("end of output")

    def type(self, *lines):
        """Lines on its standard input; bytes are written as they are."""
        for line in lines:
            self.process.stdin.write(line if isinstance(line, bytes) else line.encode() + b"\n")
        self.process.stdin.flush()

    def end_input(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass

    def wait(self, timeout=PATIENCE_S):
        """The exit status, once it has ended and all of its output is in the inboxes."""
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(
                f"still running: {self.arguments}; out {self.out.history}; err {self.err.history}"
            ) from None
        for thread in self._threads:
            thread.join(PATIENCE_S)
        self.check_reports()
        return status

    def check_reports(self):
        report = [line for line in self.err.history if REPORTS.search(line)]
        assert not report, "\n".join(self.err.history)

    def finish(self, timeout=PATIENCE_S):
        """No more input; the exit status."""
        self.end_input()
        return self.wait(timeout)

    def stop(self, number=signal.SIGTERM, timeout=PATIENCE_S):
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.wait(timeout)

    def kill(self):
        """Now, and without a look at what it says."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE_S)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.kill()
        if kind is None:
            self.check_reports()


class Room(Program):
    """`moonroom host` on a free port of loopback; `port` is where it listens."""

    def __init__(self, home, *arguments, port=0):
        # A run of the tests that is cut off leaves no room behind.
        end = f"--exit-with-parent={os.getpid()}"
        super().__init__(["host", "--home", home, "--port", port, end, *arguments], home)
        try:
            line = self.out.expect(re.compile(r"listening on (\S+):(\d+)"))
        except AssertionError as problem:
            self.kill()
            raise AssertionError(f"{problem}; stderr: {self.err.history}") from None
        self.address, self.port = line[1], int(line[2])

    @property
    def url(self):
        return f"legacy://127.0.0.1:{self.port}"


class Client(Program):
    """`moonroom legacy://127.0.0.1:PORT` with plain standard input."""

    def __init__(self, port, home, user, *arguments, password="correct horse", register=False):
        home = Path(home)
        home.mkdir(parents=True, exist_ok=True)
        secret = home / "password"
        secret.touch(mode=0o600)
        secret.write_text(password + "\n")
        options = ["--register", "--accept-terms"] if register else []
        super().__init__(
            [
                f"legacy://127.0.0.1:{port}",
                *("--user", user, "--password-file", secret, "--home", home / "moonroom"),
                *options,
                *arguments,
            ],
            home,
        )


def run(*arguments, home, stdin=b"", timeout=60, **more):
    """Runs moonroom to its end; a subprocess.CompletedProcess with text."""
    result = subprocess.run(
        [str(MOONROOM), *map(str, arguments)],
        input=stdin,
        capture_output=True,
        timeout=timeout,
        env=environment(home, **more),
        cwd=home,
        check=False,
    )
    result.stdout, result.stderr = result.stdout.decode(), result.stderr.decode("utf-8", "replace")
    assert not REPORTS.search(result.stderr), result.stderr
    return result
