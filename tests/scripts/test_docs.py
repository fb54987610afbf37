"""The scripting guide: its tables are those of the code, its examples run as printed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
GUIDE = (TOP / "docs" / "scripting.md").read_text(encoding="utf-8")

# ```lua NAME.lua begins a whole script, a bare ```lua a part of one.
BLOCKS = re.findall(r"^```lua *(\S*)\n(.*?)^```$", GUIDE, re.M | re.S)
SCRIPTS = {name: text for name, text in BLOCKS if name and not name.startswith("strategies/")}
STRATEGIES = {name: text for name, text in BLOCKS if name.startswith("strategies/")}


def test_tables_are_up_to_date():
    check = [sys.executable, str(TOP / "docs" / "make_tables.py"), "--check"]
    assert subprocess.run(check, check=False).returncode == 0, "run docs/make_tables.py"


def test_names_are_used_once():
    names = [name for name, _ in BLOCKS if name]
    assert len(names) == len(set(names)) >= 10


@pytest.mark.parametrize("text", [text for name, text in BLOCKS if not name])
def test_parts_of_scripts_are_good_lua(text):
    lint = ["luacheck", "--config", str(TOP / ".luacheckrc"), "--no-color", "-"]
    run = subprocess.run(lint, input=text, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


@pytest.fixture
def author(room, client, tmp_path):
    """Somebody in the room with the guide's scripts in the scripts folder."""
    folder = tmp_path / "author" / "moonroom" / "config" / "scripts"
    for name, text in {**SCRIPTS, **STRATEGIES}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return client(room.port, "author", register=True, home=tmp_path / "author")


def sees(program, pattern):
    return program.err.expect(re.compile(f".*{pattern}.*"))


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_loads(author, name):
    stem = name.removesuffix(".lua")
    author.type(f"/script load {stem}", "/script list")
    sees(author, rf"\b{stem}\b.*\brunning\b")
    assert author.finish() == 0


def test_first_responder_answers(author, room, client):
    author.type("/script load pong", "/script list")
    sees(author, r"\bpong\b.*\brunning\b")
    bob = client(room.port, "bob", register=True)
    bob.type("ping")
    bob.out.expect("author> pong")


def test_waiting_for_an_answer(author, room, client):
    author.type("/script load askback", "/script list")
    sees(author, r"\baskback\b.*\brunning\b")
    bob = client(room.port, "bob", register=True)
    bob.type("guess what")
    bob.out.expect("author> What, bob?")
    bob.type("I saw a heron")
    bob.out.expect("author> Really? I saw a heron")


def test_settings_and_memory(author, room, client):
    author.type("/script load karma", "/script list")
    sees(author, r"\bkarma\b.*\brunning\b")
    bob = client(room.port, "bob", register=True)
    bob.type("carol++", "carol++")
    bob.out.expect("author> carol has 2")
    author.type("/set karma.tell off")
    sees(author, "karma.tell is now off")
    bob.type("carol--")
    bob.out.expect("bob> carol--")
    author.type("/script reload karma", "/karma carol")
    sees(author, "carol has 1")


def test_command_with_arguments(author):
    author.type("/script load dice", "/script list")
    sees(author, r"\bdice\b.*\brunning\b")
    author.type("/roll 1 3")
    author.out.expect("author> rolls 1, 1, 1")
    author.type("/roll many")
    sees(author, r"/roll \[sides\] \[n\]")


@pytest.mark.parametrize("name", STRATEGIES)
def test_strategy_finds_a_block(author, name):
    stem = Path(name).stem
    author.type(f"/mine start {stem}")
    sees(author, f"Mining with {stem}")
    sees(author, "took your block")
    author.type("/mine stop")
    sees(author, "has stopped")
