"""What a peer has received, and how a test waits for it."""

import re
import threading
import time

# Generous: it bounds a failing test, a passing one never waits for it.
PATIENCE_S = 20


class Inbox:
    """Lines in the order they came. A test takes out what it expects and leaves the rest."""

    def __init__(self):
        self._lines = []
        self._all = []
        self._changed = threading.Condition()
        self._closed = None

    def put(self, line):
        with self._changed:
            self._lines.append(line)
            self._all.append(line)
            self._changed.notify_all()

    def close(self, why="closed"):
        with self._changed:
            self._closed = self._closed or why
            self._changed.notify_all()

    @property
    def history(self):
        with self._changed:
            return list(self._all)

    def expect(self, wanted, timeout=PATIENCE_S):
        """Waits for a line that equals the string WANTED, matches the whole compiled pattern or is
        accepted by the function, and takes it out."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                for i, line in enumerate(self._lines):
                    match = _matches(wanted, line)
                    if match:
                        del self._lines[i]
                        return match
                left = deadline - time.monotonic()
                if self._closed or left <= 0:
                    raise AssertionError(
                        f"waited for {wanted!r} ({self._closed or 'nothing more came'}); unread: {self._lines!r}"
                    )
                self._changed.wait(left)

    def take_all(self, wanted):
        """Takes out every line there is now that matches."""
        with self._changed:
            found = [line for line in self._lines if _matches(wanted, line)]
            self._lines = [line for line in self._lines if line not in found]
            return found

    def absent(self, wanted):
        """Asserts that no such line has come so far. Ask for something else first, whose answer comes behind it."""
        with self._changed:
            found = [line for line in self._all if _matches(wanted, line)]
        assert not found, f"unexpected: {found!r}"

    def wait_closed(self, timeout=PATIENCE_S):
        deadline = time.monotonic() + timeout
        with self._changed:
            while not self._closed:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"still open; unread: {self._lines!r}")
                self._changed.wait(left)
            return self._closed


def _matches(wanted, line):
    if callable(wanted):
        return line if wanted(line) else None
    if isinstance(wanted, re.Pattern):
        return wanted.fullmatch(line)
    return line if line == wanted else None
