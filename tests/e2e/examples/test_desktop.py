"""Desktop notifications: a notify-send of the test's own takes the place of the real one."""

import json
import os
import re
import time

import pytest

import moonroom


@pytest.fixture
def notified(tmp_path):
    """A notify-send that keeps its arguments, one a line, and ends each call with an empty one."""
    folder = tmp_path / "bin"
    folder.mkdir()
    calls = tmp_path / "calls"
    program = folder / "notify-send"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" "" >>{calls}\n')
    program.chmod(0o755)
    return folder, calls


def test_desktop(town, tmp_path, notified, enter):
    folder, calls = notified
    home = tmp_path / "home"
    (home / "config").mkdir(parents=True)
    (home / "config" / "settings.json").write_text(json.dumps({"desktop.always": True, "desktop.quiet": 0}))
    secret = tmp_path / "password"
    secret.touch(mode=0o600)
    secret.write_text("correct horse\n")
    script = moonroom.TOP / "scripts" / "examples" / "desktop.lua"
    arguments = ["run", script, "--to", town.url, "--user", "dora", "--register", "--accept-terms"]
    arguments += ["--password-file", secret, "--home", home, "--grant", "process:notify-send"]
    bob = enter("bob")
    with moonroom.Program(arguments, tmp_path, PATH=f"{folder}:{os.environ['PATH']}") as dora:
        bob.sees("dora is in")
        bob.type("/w dora -- $(id) 'x'", "nothing for her", "ask Dora")
        bob.hears("bob> ask Dora")
        bob.type("/ping")
        bob.sees("answered")
        deadline = time.monotonic() + 20
        while not calls.exists() or calls.read_text().count("\n\n") < 2:
            assert time.monotonic() < deadline, dora.err.history
            time.sleep(0.02)
        assert dora.stop() == 0
    assert sorted(call.splitlines() for call in calls.read_text().split("\n\n")[:2]) == [
        ["--app-name=moonroom", "--", "bob in the room", "ask Dora"],
        ["--app-name=moonroom", "--", "bob whispers", "-- $(id) 'x'"],
    ]
    assert not [line for line in dora.err.history if re.search("denied|permission", line)]
