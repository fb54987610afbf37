"""The command line itself: help, version, wrong usage."""

import json

import pytest

import moonroom


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["host", "--help"]])
def test_help(words, tmp_path):
    result = moonroom.run(*words, home=tmp_path)
    assert result.returncode == 0 and result.stderr == ""
    assert result.stdout.startswith("Usage: moonroom")
    assert all(len(line) <= 80 for line in result.stdout.splitlines())


@pytest.mark.parametrize("words", [["--version"], ["run", "--version"], ["host", "--version"]])
def test_version(words, tmp_path):
    result = moonroom.run(*words, home=tmp_path)
    assert result.returncode == 0
    assert result.stdout.split()[0] == "moonroom"


@pytest.mark.parametrize(
    "words, complaint",
    [
        (["--nonsense"], "nonsense"),
        (["--user"], "user"),
        (["a", "b"], "one ADDRESS"),
        (["--local", "a"], "takes no ADDRESS"),
        (["--rpc"], "needs an ADDRESS"),
        (["run"], "at least one SCRIPT"),
        (["run", "x.lua"], "--to ADDRESS"),
        (["legacy://host:99999"], "port"),
        (["http://host"], "begins with legacy://"),
        (["--password-file", "/nonexistent", "host"], "password file"),
        (["host", "--port", "x"], "port"),
    ],
)
def test_wrong_usage(words, complaint, tmp_path):
    result = moonroom.run(*words, home=tmp_path)
    assert result.returncode == 2
    assert complaint in result.stderr
    assert result.stdout == ""


def test_the_api_describes_itself(tmp_path):
    result = moonroom.run("--describe-api", home=tmp_path)
    rows = json.loads(result.stdout)
    assert result.returncode == 0
    assert {"chat.say", "mine.submit", "ui.print"} <= {row["name"] for row in rows}
    assert all(row["help"].endswith(".") for row in rows)
