"""Commands about moonroom itself: help and settings."""

import re
from pathlib import Path

import pytest

COMMANDS = Path(__file__).resolve().parents[3] / "scripts" / "commands"


def names():
    """Every command that a shipped file registers."""
    found = []
    for file in sorted(COMMANDS.glob("*.lua")):
        found += re.findall(r'^command \{\n  name = "([a-z-]+)"', file.read_text(), re.M)
    return found


@pytest.mark.parametrize("name", names())
def test_every_command_has_help(alice, name):
    alice.runs(f"/help {name}", rf"/{name}\b")


def test_help_lists_every_command(alice):
    alice.type("/help")
    alice.sees("/help NAME tells more")
    listed = "\n".join(alice.program.err.history)
    for name in names():
        assert f"/{name} " in listed or f"/{name}\n" in listed, name
    assert "From commands" not in listed
    assert [line for line in alice.program.err.history if line.startswith("  /") and len(line) > 80] == []


def test_help_of_nothing(alice):
    alice.runs("/help nonesuch", "There is no command /nonesuch")


def test_help_knows_aliases_and_a_slash(alice):
    alice.runs("/help /msg", "Also: /whisper, /msg")


def test_names_of_commands_may_have_large_letters(alice):
    alice.runs("/TERMS", "Terms and Conditions")


def test_set(alice):
    alice.runs("/set time.format", "time.format is %H:%M")
    alice.runs("/set history.lines 50", "history.lines is now 50")
    alice.runs("/set history.lines", r"history.lines is 50 \(1000 usually\)")
    alice.runs("/set history.lines many", "history.lines")
    alice.runs("/set nonesuch", "There is no setting nonesuch")
    alice.runs("/set nonesuch 1", "There is no setting nonesuch")
    alice.runs("/set color.server banana", "no colour banana")
    alice.runs('/set color.server "bold bright red"', "color.server is now bold bright red")
    alice.runs("/set color.names off", "color.names is now off")


def test_set_lists_all(alice):
    alice.type("/set")
    for name in ("color", "log", "mine.strategy", "time.format"):
        alice.sees(rf"{re.escape(name)} .*")


def test_color(alice):
    alice.runs("/color whisper blue", "color.whisper is now blue")
    alice.runs("/color whisper", "color.whisper is blue")
    alice.runs("/color off", "color is now off")
    alice.runs("/color", "color.error is red")
    alice.runs("/color sky", r"/color \[on\|off")
    alice.runs("/color whisper banana", "no colour banana")
    alice.runs("/color whisper bright magenta", "color.whisper is now bright magenta")


@pytest.mark.parametrize(
    "command, on, off",
    [
        ("notify", "The bell is on", "The bell is off"),
        ("log", "Chats are logged", "Chats are not logged any more"),
    ],
)
def test_switches(alice, command, on, off):
    alice.runs(f"/{command} off", off)
    alice.runs(f"/{command} on", on)
    alice.runs(f"/{command} perhaps", r"must be one of on\|off")
    alice.runs(f"/{command}", rf"/{command} <on\|off>")


def test_history(alice):
    alice.runs("/history 5", "Nothing was typed yet")
    alice.runs("/history 0", "at least 1 line")


def test_a_command_of_ones_own_replaces_the_shipped_one(alice):
    """A copy in the scripts folder takes the place of the shipped file; one that does not load gives way again."""
    folder = alice.program.home / "moonroom" / "config" / "scripts" / "commands"
    folder.mkdir(parents=True)
    text = (COMMANDS / "active.lua").read_text()
    copy = folder / "active.lua"
    alice.runs("/set script.watch off", "script.watch is now off")  # each reload here is one that was asked for
    copy.write_text(text.replace("%s here: %s", "%s around: %s"))
    alice.runs("/script reload commands", "loaded anew")
    alice.runs("/active", "around: .*alice")
    copy.write_text(text + "this is no Lua\n")
    alice.type("/script reload commands")
    alice.sees(r"active\.lua:\d+: ")
    alice.sees("loaded anew")
    alice.runs("/active", "here: .*alice")
    alice.runs("/set script.watch on", "script.watch is now on")


def test_too_long_a_text_is_refused(alice):
    alice.runs("/me " + "x" * 1600, "1500")
    alice.runs("/w alice " + "x" * 1600, "1500")
