"""Hostile scripts: each ends as its first line says, and a script beside it keeps answering.

tests/scripts/hostile/*.lua are set off by the event `block`; see hostile_trial.c. The figures are printed, not
asserted.
"""

import json
import re
import subprocess
from pathlib import Path

import moonroom
import pytest

SCRIPTS = sorted((Path(__file__).resolve().parents[1] / "scripts" / "hostile").glob("*.lua"))


def expected_end(script):
    return re.match(r"-- (timeout|no_memory|running|refused): ", script.read_text(encoding="utf-8"))[1]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_hostile(script, record_property):
    trial = [moonroom.BUILD / "tests" / "hostile_trial", script, expected_end(script)]
    run = subprocess.run(trial, capture_output=True, text=True, timeout=240, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    figures = json.loads(re.search(r"^\{.*\}$", run.stdout, re.M)[0])
    print(script.stem, figures)
    for name, value in figures.items():
        record_property(name, value)
