"""The scripting guide: its examples run as printed."""

import re
import subprocess
from pathlib import Path

import pytest

import moonroom
from terminal import Terminal

TOP = Path(__file__).resolve().parents[2]
GUIDE = (TOP / "docs" / "scripting.md").read_text(encoding="utf-8")

# ```lua NAME.lua begins a whole script, a bare ```lua a part of one.
BLOCKS = re.findall(r"^```lua *(\S*)\n(.*?)^```$", GUIDE, re.M | re.S)
SCRIPTS = {name: text for name, text in BLOCKS if name and not name.startswith("strategies/")}
STRATEGIES = {name: text for name, text in BLOCKS if name.startswith("strategies/")}


@pytest.mark.parametrize(
    "words, page",
    [
        (["--help"], "moonroom.1"),
        (["run", "--help"], "moonroom.1"),
        (["host", "--help"], "moonroom-host.1"),
        (["mine", "--help"], "moonroom-mine.1"),
        (["bench", "--help"], "moonroom-mine.1"),
    ],
)
def test_manual_knows_every_option(words, page, tmp_path):
    text = (TOP / "docs" / "man" / page).read_text(encoding="utf-8").replace("\\-", "-")
    known = set(re.findall(r"--[a-z-]+", text))
    options = set(re.findall(r"^ .*?(--[a-z-]+)", moonroom.run(*words, home=tmp_path).stdout, re.M))
    assert options and options <= known | {"--help", "--version"}


def test_names_are_used_once():
    names = [name for name, _ in BLOCKS if name]
    assert len(names) == len(set(names)) >= 10


@pytest.mark.parametrize("text", [text for name, text in BLOCKS if not name])
def test_parts_of_scripts_are_good_lua(text):
    lint = ["luacheck", "--config", str(TOP / ".luacheckrc"), "--no-color", "-"]
    if "expect(" in text:
        lint += ["--filename", "some_test.lua"]
    run = subprocess.run(lint, input=text, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


@pytest.fixture
def author_home(tmp_path):
    """A home with the guide's scripts in its scripts folder."""
    home = tmp_path / "author"
    config = home / "moonroom" / "config"
    for name, text in {**SCRIPTS, **STRATEGIES}.items():
        file = config / "scripts" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (config / "settings.json").write_text('{"login.remember": "no"}')
    return home


@pytest.fixture
def author(room, client, author_home):
    """Somebody in the room who has these scripts."""
    return client(room.port, "author", register=True, home=author_home)


@pytest.fixture
def author_terminal(room, author_home):
    """The same at a terminal, where moonroom can ask."""
    secret = author_home / "password"
    secret.touch(mode=0o600)
    secret.write_text("correct horse\n")
    options = [room.url, "--user", "author", "--password-file", secret, "--register", "--accept-terms"]
    with Terminal([*options, "--home", author_home / "moonroom"], author_home, rows=40, columns=120) as terminal:
        terminal.see("in as author")
        yield terminal
        terminal.type("/quit")
        assert terminal.exit_status() == 0


def sees(program, pattern):
    return program.err.expect(re.compile(f".*{pattern}.*"))


def load(program, name):
    program.type(f"/script load {name}")
    sees(program, f"{name} is loaded")


def is_modest(text):
    """Whether every script may what this one needs, so that nobody has to be asked."""
    needs = re.search(r"needs = \{(.*?)\}", text)
    return set(re.findall(r'"(.*?)"', needs[1] if needs else "")) <= {"send", "whisper", "mine"}


@pytest.mark.parametrize("name", [name for name, text in SCRIPTS.items() if not is_modest(text)])
def test_script_asks_first(author_terminal, name):
    stem = name.removesuffix(".lua")
    author_terminal.type(f"/script load {stem}")
    author_terminal.see("Allow that?")
    author_terminal.type("y")
    author_terminal.see(f"{stem} is loaded")


@pytest.mark.parametrize("name", [name for name, text in SCRIPTS.items() if is_modest(text)])
def test_script_loads(author, name):
    stem = name.removesuffix(".lua")
    load(author, stem)
    author.type("/script list")
    sees(author, rf"{stem} +running")
    assert author.finish() == 0


def test_first_responder_answers(author, room, client):
    load(author, "pong")
    bob = client(room.port, "bob", register=True)
    bob.type("ping")
    bob.out.expect("author> pong")


def test_waiting_for_an_answer(author, room, client):
    load(author, "askback")
    bob = client(room.port, "bob", register=True)
    bob.type("guess what")
    bob.out.expect("author> What, bob?")
    bob.type("I saw a heron")
    bob.out.expect("author> Really? I saw a heron")


def test_settings_and_memory(author_terminal, room, client):
    author_terminal.type("/script load karma")
    author_terminal.see("Allow that?")
    author_terminal.type("y")
    author_terminal.see("karma is loaded")
    bob = client(room.port, "bob", register=True)
    bob.type("carol++", "carol++")
    bob.out.expect("author> carol has 2")
    author_terminal.type("/set karma.tell off")
    author_terminal.see("karma.tell is now off")
    bob.type("carol--")
    bob.out.expect("bob> carol--")
    author_terminal.type("/script reload karma")
    author_terminal.see(re.compile("karma is (loaded|up|reloaded)"))
    author_terminal.type("/karma carol")
    author_terminal.see("carol has 1")


def test_a_program_and_a_file(author_terminal, room, client):
    author_terminal.type("/script load today")
    author_terminal.see("run the program date")
    author_terminal.type("y")
    author_terminal.see("today is loaded")
    bob = client(room.port, "bob", register=True)
    bob.type("!date")
    bob.out.expect(re.compile(r"author> It is \w+, \d+ \w+"))


def test_command_with_arguments(author):
    load(author, "dice")
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
