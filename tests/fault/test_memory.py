"""Memory that runs out: every allocation of a session fails once; see test_session_memory.c."""

import subprocess

import moonroom
import pytest


def test_session():
    program = moonroom.BUILD / "tests" / "test_session_memory"
    if not program.exists():
        pytest.skip("sanitizers have an allocator of their own")
    run = subprocess.run([program], capture_output=True, text=True, timeout=600, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
