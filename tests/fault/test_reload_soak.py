"""A counting script is saved again and again under a stream of messages: reload_soak.c, in short."""

import subprocess

import moonroom


def test_count_is_exact():
    program = moonroom.BUILD / "tests" / "reload_soak"
    run = subprocess.run([program, "25", "1000"], capture_output=True, text=True, timeout=240, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "25 saves, 0 failed" in run.stdout
