"""A program on a pseudo-terminal of its own, with the screen that a person would see."""

import fcntl
import os
import pty
import re
import signal
import struct
import termios
import threading
import time

import pyte

from moonroom import KEPT, MOONROOM, REPORTS

PATIENCE_S = 20


def set_size(fd, rows, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


class Terminal:
    """Runs moonroom (or the program in `argv`) on a pty and feeds what it writes to a screen.

    `raw` is every byte written so far. A test types with type() and key(), and waits with see().
    """

    def __init__(self, arguments, home, *, rows=24, columns=80, argv=None, term="xterm-256color", **environment):
        self.rows, self.columns = rows, columns
        self.screen = pyte.HistoryScreen(columns, rows, history=100000, ratio=0.5)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.changed = threading.Condition()
        self.ended = False
        env = {name: os.environ[name] for name in KEPT if name in os.environ}
        env.update(HOME=str(home), LANG="C.UTF-8", LC_ALL="C.UTF-8", TZ="UTC", TERM=term)
        env.update(environment)
        argv = argv or [str(MOONROOM), *map(str, arguments)]
        os.makedirs(home, exist_ok=True)
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            try:
                set_size(0, rows, columns)
                os.chdir(home)
                os.execve(argv[0], argv, env)
            finally:
                os._exit(127)
        self.status = None
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        while True:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                data = b""
            with self.changed:
                if data:
                    self.raw += data
                    self.stream.feed(data)
                else:
                    self.ended = True
                self.changed.notify_all()
            if not data:
                return

    # --- typing

    def key(self, data):
        """Bytes as a keyboard sends them."""
        os.write(self.master, data if isinstance(data, bytes) else data.encode())

    def type(self, line):
        self.key(line + "\r")

    def resize(self, rows, columns):
        with self.changed:
            self.rows, self.columns = rows, columns
            self.screen.resize(rows, columns)
        set_size(self.master, rows, columns)

    # --- seeing

    def lines(self):
        """The screen, without blanks at the ends of lines."""
        with self.changed:
            return [line.rstrip() for line in self.screen.display]

    def everything(self):
        """What has scrolled off, and the screen below it."""
        with self.changed:
            top = [
                "".join(line[x].data for x in range(self.columns)).rstrip() for line in self.screen.history.top
            ]
            return top + [line.rstrip() for line in self.screen.display]

    def cursor(self):
        """(row, column), both from 0."""
        with self.changed:
            return self.screen.cursor.y, self.screen.cursor.x

    def wait(self, condition, what, timeout=PATIENCE_S):
        """Waits until condition() is true; it is looked at again whenever the screen changes."""
        deadline = time.monotonic() + timeout
        while True:
            result = condition()
            if result:
                return result
            with self.changed:
                left = deadline - time.monotonic()
                if left <= 0 or self.ended:
                    shown = "\n".join(line.rstrip() for line in self.screen.display)
                    raise AssertionError(f"waited for {what}{' (it ended)' if self.ended else ''}:\n{shown}")
                self.changed.wait(min(left, 0.2))

    def see(self, pattern, timeout=PATIENCE_S):
        """Waits for PATTERN (a string, or a compiled pattern) anywhere on the screen or above it."""
        wanted = pattern if isinstance(pattern, re.Pattern) else re.compile(re.escape(pattern))
        return self.wait(lambda: wanted.search("\n".join(self.everything())), repr(pattern), timeout)

    def see_cursor_line(self, text, timeout=PATIENCE_S):
        """Waits until the line with the cursor reads TEXT up to its end."""
        return self.wait(lambda: self.lines()[self.cursor()[0]] == text, f"the cursor in {text!r}", timeout)

    # --- ending

    def exit_status(self, timeout=PATIENCE_S):
        """Waits for its end; a negative number is a signal."""
        deadline = time.monotonic() + timeout
        while self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > deadline:
                raise AssertionError("still running:\n" + "\n".join(self.lines()))
            else:
                time.sleep(0.01)
        self._reader.join(PATIENCE_S)
        report = REPORTS.search(self.raw.decode("utf-8", "replace"))
        assert not report, self.raw.decode("utf-8", "replace")
        return self.status

    def modes(self):
        """The terminal's modes (termios), to compare before and after."""
        return termios.tcgetattr(self.master)

    def close(self):
        if self.status is None:
            try:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
            except (ProcessLookupError, ChildProcessError):
                pass
            self.status = -9
        # Closed under the reader, the number would soon be that of another test's pipe, and the
        # reader would take what is written there.
        self._reader.join(PATIENCE_S)
        if self._reader.is_alive():
            return
        try:
            os.close(self.master)
        except OSError:
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
