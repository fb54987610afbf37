"""The API page: every function is there and described, and its example does what it says.

The examples of docs/examples run in one moonroom at a terminal, in a room with somebody else in it. Each example is a
function; what it prints is compared with what stands behind its arrows (`--> text`, where … ends a text of which only the
beginning is known).
"""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

import moonroom
from terminal import Terminal

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "docs"))

from tables import source  # noqa: E402

FUNCTIONS = {function.name: function for function in source.functions()}
EXAMPLES = source.examples()
ARROW = re.compile(r"--> (.*)$", re.M)
PATIENCE_S = 40


def test_everything_made_is_up_to_date():
    check = [sys.executable, str(TOP / "docs" / "make_tables.py"), "--check"]
    assert subprocess.run(check, check=False).returncode == 0, "run docs/make_tables.py"


def test_every_function_has_an_example():
    assert set(FUNCTIONS) - set(EXAMPLES) == set()
    assert set(EXAMPLES) - set(FUNCTIONS) == set()


def test_every_function_is_described():
    assert [name for name, function in FUNCTIONS.items() if not re.search(r"[.:?]$|\)$", function.help)] == []


def test_permissions_exist():
    known = {name for name, *_ in source.rows("permissions.def")}
    assert {f.needs for f in FUNCTIONS.values() if f.needs} <= known


def test_examples_are_good_lua(tmp_path):
    for name, text in EXAMPLES.items():
        (tmp_path / (name.replace(":", ".") + ".lua")).write_text(text + "\n", encoding="utf-8")
    lint = ["luacheck", "--config", str(TOP / ".luacheckrc"), "--no-color", "--quiet", str(tmp_path)]
    run = subprocess.run(lint, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("path", sorted((TOP / "scripts" / "types").glob("*.lua")), ids=lambda p: p.name)
def test_types_are_good_lua(path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith("---@meta\n")
    lint = ["luacheck", "-", "--no-config", "--no-color", "--only", "0"]
    run = subprocess.run(lint, input=text, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


WALK = """
local seen = {}
for _, space in ipairs { %s } do
  for name, field in pairs(_G[space] or {}) do
    if type(field) == "function" then
      seen[#seen + 1] = space .. "." .. name
    end
  end
end
print("there: " .. table.concat(seen, " "))
"""


def test_what_is_there_is_listed(room, tmp_path):
    listed = {name for name, function in FUNCTIONS.items() if "." in name and not function.value}
    script = tmp_path / "walk.lua"
    script.write_text(WALK % ", ".join(f'"{space}"' for space in sorted({n.split(".")[0] for n in listed})))
    with moonroom.Program(["run", script, "--to", room.url, "--home", tmp_path / "moonroom"], tmp_path) as program:
        there = set(program.err.expect(re.compile(r".*there: (.*)"))[1].split())
    assert there == listed


# --- the examples at work

RUNNER = """
local function example(name, fn)
  local report = { name = name, out = json.array() }
  local function print(...)
    local words = table.pack(...)
    for i = 1, words.n do words[i] = tostring(words[i]) end
    report.out[#report.out + 1] = table.concat(words, " ")
    log.info("EXAMPLE " .. json.encode(report))
  end
  task.spawn(function()
    local ok, err = pcall(fn, print)
    report.error, report.done = not ok and tostring(err) or nil, true
    log.info("EXAMPLE " .. json.encode(report))
  end)
end
"""


def script_of(path):
    """The examples of one file as a script that reports what they print."""
    head, *parts = re.split(r"^--: ", path.read_text(encoding="utf-8"), flags=re.M)
    text = head + RUNNER
    for part in parts:
        name, _, body = part.partition("\n")
        text += f'example("{name}", function(print)\n{body}\nend)\n'
    return text


class Show:
    """Somebody at a terminal who has all the examples, and what these have reported."""

    def __init__(self, terminal, home):
        self.terminal, self.log = terminal, home / "state" / "moonroom.log"

    def load(self, name):
        self.terminal.type(f"/script load {name}")
        found = self.terminal.see(re.compile(rf"^{name} (is loaded|wants to: )", re.M))
        if "wants" in found[0]:
            self.terminal.type("y")
            self.terminal.see(re.compile(rf"^{name} is loaded", re.M))

    def reports(self):
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        found = (json.loads(line.split("EXAMPLE ", 1)[1]) for line in lines if "EXAMPLE {" in line)
        return {report["name"]: report for report in found}

    def ask(self, line, *answers):
        """Types a command, and the answers to its questions, each a pair of question and answer."""
        self.terminal.type(line)
        for question, answer in answers:
            self.terminal.see_cursor_line_with(question)
            self.terminal.type(answer)

    def printed(self, name):
        return self.reports().get(name, {}).get("out", [])

    def wait_printed(self, name):
        """Waits until an example has printed all that it says."""
        wanted = len(ARROW.findall(EXAMPLES[name]))
        deadline = time.monotonic() + PATIENCE_S
        while len(self.printed(name)) < wanted:
            assert time.monotonic() < deadline, f"{name}: {self.reports().get(name)}\n" + "\n".join(
                self.terminal.everything()[-40:]
            )
            time.sleep(0.05)


class Stage(Terminal):
    def see_cursor_line_with(self, text):
        return self.wait(lambda: text in self.lines()[self.cursor()[0]], f"a question {text!r}")


@pytest.fixture(scope="module")
def show(tmp_path_factory):
    """All examples, after everything that they wait for has happened."""
    top = tmp_path_factory.mktemp("examples")
    home = top / "robin" / "moonroom"
    scripts = home / "config" / "scripts"
    scripts.mkdir(parents=True)
    paths = sorted((TOP / "docs" / "examples").glob("*.lua"))
    for path in paths:
        (scripts / path.name).write_text(script_of(path), encoding="utf-8")
    secret = top / "robin" / "password"
    secret.touch(mode=0o600)
    secret.write_text("correct horse\n")
    room = moonroom.Room(top / "room", "--zeros", "16", "--admin", "robin")
    bob = moonroom.Client(room.port, top / "bob", "bob", register=True)
    options = [room.url, "--user", "robin", "--password-file", secret, "--register", "--accept-terms", "--verbose"]
    with Stage([*options, "--home", home], top / "robin", rows=50, columns=300) as terminal:
        terminal.see("in as robin")
        bob.type("hello all")
        terminal.see("bob> hello all")
        stage = Show(terminal, home)
        for path in paths:
            stage.load(path.stem)
        play(stage, bob)
        yield stage
        assert "Error in" not in "\n".join(terminal.everything())
        terminal.type("/enough")  # the example of chat.quit
        assert terminal.exit_status() == 0
    bob.kill()
    room.stop()


def play(stage, bob):
    """What the examples wait for: other people's lines, keys, commands with their questions."""
    secret = "correct horse"
    bob.type("PING", "/w robin psst")
    stage.wait_printed("chat.wait")
    stage.terminal.key("\x1b[15~")
    stage.ask("/greet bob 3")
    stage.ask("/play queen-of-hearts")
    stage.ask("/my-name", ("Your name?", "Robin Redbreast"))
    stage.ask("/sure", ("Really?", "y"))
    stage.ask("/twice", ("A secret:", "one"), ("Once more:", "one"))
    stage.wait_printed("ui.same")
    stage.ask("/visit")
    stage.wait_printed("ui.open")
    stage.ask("/fresh")
    stage.ask("/dig")
    stage.wait_printed("mine.start")
    stage.ask("/nap")
    stage.wait_printed("mine.pause")
    stage.ask("/dig-on")
    stage.wait_printed("mine.resume")
    stage.ask("/rest")
    stage.wait_printed("mine.stop")
    stage.ask("/out mallory")
    stage.ask("/keep-me")
    stage.ask("/new-password", ("Old password:", secret), ("New password:", "battery staple"))
    stage.wait_printed("account.change_password")
    stage.ask("/leave")
    stage.wait_printed("client.logout")
    stage.ask("/again", ("Password:", "battery staple"))
    stage.wait_printed("client.login")
    stage.ask("/leave")
    stage.terminal.see_cursor_line("Lobby (offline) >")
    stage.ask("/back")
    stage.wait_printed("client.connect")
    stage.terminal.see_cursor_line("Lobby >")
    stage.ask("/forget-me", ("Password:", "battery staple"))
    stage.wait_printed("account.delete")
    stage.terminal.see_cursor_line("Lobby (offline) >")
    stage.ask("/newcomer lark", ("A new password:", secret))
    stage.wait_printed("client.register")


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name not in ("chat.quit",)])
def test_example_does_what_it_says(show, name):
    wanted = ARROW.findall(EXAMPLES[name])
    show.wait_printed(name)
    report = show.reports()[name]
    assert not report.get("error"), report["error"]
    for said, expected in zip(report["out"], wanted):
        if expected.endswith("…"):
            assert said.startswith(expected[:-1])
        else:
            assert said == expected
