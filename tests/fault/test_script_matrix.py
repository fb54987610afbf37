"""Every kind of callback against everything a script may do there: script_matrix.c has both lists."""

import subprocess

import moonroom
import pytest

CALLBACKS = (
    "event", "own event", "command", "timer", "every", "setting", "task", "load", "module", "save", "restore",
    "unload", "script event",
)  # fmt: skip


def matrix(*arguments):
    program = moonroom.BUILD / "tests" / "script_matrix"
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=240, check=False)


def test_list_is_complete():
    assert tuple(matrix().stdout.splitlines()) == CALLBACKS


@pytest.mark.parametrize("callback", CALLBACKS)
def test_row(callback):
    run = matrix(callback)
    assert run.returncode == 0, run.stdout + run.stderr
