"""Typing while hostile scripts run: every key is echoed, the line stays whole, and what is said comes through.

How long a key takes to appear is measured at the pseudo-terminal and printed, not asserted:
MOONROOM_BUILD=build/gcc python3 -m pytest -s tests/fault/test_hostile_echo.py
"""

import os
import time
from pathlib import Path

HOSTILE = Path(__file__).resolve().parents[1] / "scripts" / "hostile"
LOOPS = ("loop", "gc_loop", "pattern", "table_concat", "sort_loop", "pcall_loop")
FLOODS = ("print_flood", "call_flood", "log_flood", "wait_storm", "event_storm")
BOMBS = ("memory_table", "memory_double", "memory_keys")
KEYS = "\u03b1\u03b2\u03b3\u03b4\u03b5\u03b6\u03b7\u03b8\u03b9\u03ba\u03bb\u03bc"  # nobody else writes Greek here

TYPING_S = 3  # by then those that loop are gone, if the machine gives them a core


def prepare(home, names):
    """The scripts in the user's folder; they are set off by what somebody says."""
    folder = home / "config" / "scripts"
    folder.mkdir(parents=True)
    for name in names:
        text = (HOSTILE / f"{name}.lua").read_text(encoding="utf-8")
        (folder / f"{name}.lua").write_text(text.replace('chat.on("block"', 'chat.on("message"'), encoding="utf-8")


def echoes_ms(program):
    """Milliseconds until each key of a line is on the terminal; the line is taken away before and after."""
    program.key("\x15")
    program.see_cursor_line("Lobby >")
    times = []
    for key in KEYS:
        seen = len(program.raw)
        begin = time.perf_counter()
        program.key(key)
        program.wait(lambda: key.encode() in program.raw[seen:], f"the echo of {key!r}")  # noqa: B023
        times.append((time.perf_counter() - begin) * 1000)
    program.see_cursor_line("Lobby > " + KEYS)
    program.key("\x15")
    return times


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def test_echo_while_hostile_scripts_run(room, client, terminal, tmp_path, record_property):
    names = LOOPS + FLOODS + BOMBS
    prepare(tmp_path / "alice", names)
    secret = tmp_path / "password"
    secret.touch(mode=0o600)
    secret.write_text("correct horse\n")
    alice = terminal(
        room.url, "--user", "alice", "--register", "--accept-terms", "--home", tmp_path / "alice",
        "--password-file", secret, rows=40, columns=120,
    )  # fmt: skip
    alice.see("in as alice")
    for name in names:
        alice.type(f"/script load {name}")
        alice.see(f"{name} is loaded.")
    bob = client(room.port, "bob", register=True)
    quiet = echoes_ms(alice)
    bob.type("go")
    alice.see("bob> go")
    times = []
    end = time.monotonic() + TYPING_S
    while time.monotonic() < end:
        times += echoes_ms(alice)
    alice.key("\x15still whole")
    alice.see_cursor_line("Lobby > still whole")
    bob.type("the last word")
    alice.see("bob> the last word")
    figures = {
        "echo_quiet_p50_ms": percentile(quiet, 0.5),
        "echo_p50_ms": percentile(times, 0.5),
        "echo_p99_ms": percentile(times, 0.99),
        "keys": len(times),
    }
    print({name: round(value, 2) for name, value in figures.items()}, os.getloadavg()[0])
    for name, value in figures.items():
        record_property(name, value)
