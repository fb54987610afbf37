"""The scripting guide and the pages around it: what they print runs as printed."""

import ast
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import moonroom
from terminal import Terminal

TOP = Path(__file__).resolve().parents[2]
PAGES = ("scripting", "testing", "permissions", "cookbook", "coming-from")
BESIDE = Path(__file__).parent / "cookbook"  # tests of the cookbook's scripts

# ```lua NAME.lua begins a whole script, a bare ```lua a part of one.
BLOCKS = [
    (page, *block)
    for page in PAGES
    for block in re.findall(
        r"^```(\w+) *(\S*)\n(.*?)^```$", (TOP / "docs" / f"{page}.md").read_text(encoding="utf-8"), re.M | re.S
    )
]
FILES = {name: text for _, _, name, text in BLOCKS if name}
STRATEGIES = {name: text for name, text in FILES.items() if name.startswith("strategies/")}
COOKBOOK = {name: text for page, _, name, text in BLOCKS if page == "cookbook" and name}


def is_script(name):
    return name.endswith(".lua") and not name.endswith("_test.lua") and name not in STRATEGIES


SCRIPTS = {name: text for name, text in FILES.items() if is_script(name) and name not in COOKBOOK}


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
    names = [name for _, _, name, _ in BLOCKS if name]
    assert len(names) == len(set(names)) >= 30


def test_links_lead_somewhere():
    def anchors(file):
        heads = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.M)
        return {re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in heads}

    for page in [*(TOP / "docs").glob("*.md"), *TOP.glob("*.md")]:
        text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
        for link, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)", re.sub(r"`[^`\n]*`", "", text)):
            file = (page.parent / link) if link else page
            assert file.exists(), (page.name, link)
            assert not anchor or anchor in anchors(file), (page.name, link, anchor)


@pytest.mark.parametrize("text", [text for _, kind, name, text in BLOCKS if kind == "lua" and not name])
def test_parts_of_scripts_are_good_lua(text):
    lint = ["luacheck", "--config", str(TOP / ".luacheckrc"), "--no-color", "-"]
    if "expect(" in text:
        lint += ["--filename", "some_test.lua"]
    run = subprocess.run(lint, input=text, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_python_is_python():
    blocks = [text for _, kind, _, text in BLOCKS if kind == "python"]
    assert len(blocks) >= 3
    for text in blocks:
        ast.parse(text)


def lay_out(folder, files):
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def test_tests_of_the_pages_pass(tmp_path):
    """The tests that are printed, and those of the cookbook's scripts."""
    folder = tmp_path / "scripts"
    lay_out(folder, {name: text for name, text in FILES.items() if name.endswith(".lua")})
    shutil.copytree(BESIDE, folder, dirs_exist_ok=True)
    tested = {test.name.replace("_test.lua", ".lua") for test in folder.glob("*_test.lua")}
    assert {name for name in COOKBOOK if is_script(name)} <= tested
    done = moonroom.run("test", folder, home=tmp_path, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(re.findall(r"^  ok ", done.stdout, re.M)) >= len(tested)
    lint = ["luacheck", "--config", str(TOP / ".luacheckrc"), "--no-color", str(BESIDE)]
    assert subprocess.run(lint, check=False, cwd=TOP).returncode == 0


@pytest.fixture
def author_home(tmp_path):
    """A home with the guide's scripts in its scripts folder."""
    home = tmp_path / "author"
    config = home / "moonroom" / "config"
    lay_out(config / "scripts", {name: text for name, text in FILES.items() if name.endswith(".lua")})
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


def test_cookbook_at_a_terminal(author_terminal, room, client):
    """All of it at once, beside each other, with what `moonroom test` cannot show: programs and the desktop."""
    for name in COOKBOOK:
        if is_script(name):
            stem = name.removesuffix(".lua")
            author_terminal.type(f"/script load {stem}")
            if not is_modest(COOKBOOK[name]):
                author_terminal.see(re.compile(f"{stem} wants to:.*"))
                author_terminal.see("Allow that?")
                author_terminal.type("y")
            author_terminal.see(f"{stem} is loaded")
    author_terminal.type("/script unload hush")  # or nobody would hear what follows
    author_terminal.see("hush is")
    bob = client(room.port, "bob", register=True)
    bob.out.expect(re.compile("author> Welcome! Say !rules .*"))
    bob.type("!rules", "!load")
    bob.out.expect(re.compile("author> Be nice.*"))
    bob.out.expect(re.compile(r"author> load \d.*"))


def test_python_controls_the_client(room, client, tmp_path):
    path = tmp_path / "control.sock"
    author = client(room.port, "author", f"--listen={path}", register=True)
    sees(author, "in as author")
    program = tmp_path / "say.py"
    program.write_text(COOKBOOK["say.py"])
    run = [sys.executable, program, "the build is green", path]
    assert subprocess.run(run, capture_output=True, text=True, check=False).stdout == "said\n"
    author.out.expect("author> the build is green")


def test_the_unit_keeps_a_bot(author, author_home, room, client):
    """The command line of the unit is what systemd would run."""
    sees(author, "in as author")
    assert author.finish() == 0
    secret = author_home / ".rulesbot-password"
    secret.touch(mode=0o600)
    secret.write_text("correct horse\n")
    line = re.search(r"^ExecStart=(.*)$", COOKBOOK["rulesbot.service"], re.M)[1]
    for name, value in (
        ("%E/moonroom", author_home / "moonroom" / "config"),
        ("%h", author_home),
        ("legacy://room.example:1235", room.url),
        ("--user rulesbot", "--user author"),
    ):
        assert name in line
        line = line.replace(name, str(value))
    words = shlex.split(line)
    assert words[0] == "moonroom"
    bob = client(room.port, "bob", register=True)
    with moonroom.Program([*words[1:], "--home", author_home / "moonroom"], author_home):
        sees(bob, "author is in")
        bob.type("!rules")
        bob.out.expect(re.compile("author> Be nice.*"))
