"""/script new, edit, install and remove: the user's scripts folder, and nothing else, changes."""

import json
import os
import re
import signal
import stat
import subprocess
import termios
from pathlib import Path

import pytest

from moonroom import MOONROOM

BELL = """
-- bell: /bell rings.
script {{ name = "bell", version = "{version}", help = "Rings.", needs = {{ {needs} }} }}
command {{ name = "bell", run = function() ui.print("{says}") end }}
"""


def bell(version="1.0.0", says="ding", needs='"store"'):
    return BELL.format(version=version, says=says, needs=needs)


@pytest.fixture
def shelf(tmp_path):
    """A folder from which scripts are installed."""
    path = tmp_path / "shelf"
    path.mkdir()
    return path


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def commands_are_up(alice):
    alice.type("/help active")
    alice.see("Also: /who")


# --- new


def test_new_makes_a_script_whose_test_passes(alice, folder, home):
    alice.type("/script new first")
    alice.see("/script load first starts it.")
    assert names(folder) == [".luarc.json", "first.lua", "first_test.lua"]
    (types,) = json.loads((folder / ".luarc.json").read_text())["workspace.library"]
    assert (Path(types) / "moonroom.lua").exists()
    result = subprocess.run(
        [MOONROOM, "test", folder / "first_test.lua"], capture_output=True, text=True, timeout=60,
        env={**os.environ, "HOME": str(home)},
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    alice.type("/script load first")
    alice.see("first is loaded.")
    alice.type("/first")
    alice.see("first| Answered 0 times.")
    assert "Warning" not in "\n".join(alice.everything())


def test_new_refuses_names(alice, folder):
    commands_are_up(alice)
    for name, why in (
        ("init", "init.lua is what the script of a folder is called"),
        ("First", "begins with a letter"),
        ("../x", "begins with a letter"),
        ("greeter", "There is a script greeter already"),
        ("whisper", "There is a command /whisper already"),
    ):
        alice.type(f"/script new {name}")
        alice.see(why)
    assert names(folder) == []


# --- edit

EDITOR = """#!/bin/sh
echo "the editor has $1"
test -t 0 && test -t 1 && stty -a | grep -q ' icanon' && echo "a plain terminal"
printf 'its line? '; read -r line
echo "it got $line"
{act}
"""


@pytest.fixture
def editor(tmp_path):
    """editor(SHELL TEXT) makes an editor that asks for a line and then does that to the file $1."""

    def make(act):
        path = tmp_path / "my editor"
        path.write_text(EDITOR.format(act=act))
        path.chmod(0o755)
        return f"'{path}' --"

    return make


def test_edit_gives_the_terminal_and_reloads(start, folder, editor):
    (folder / "bell.lua").write_text(bell(needs=""))
    alice = start(VISUAL=editor("sed -i s/ding/dong/ \"$2\""))
    alice.type("/script load bell")
    alice.see("bell is loaded.")
    alice.key("/script edit bell\r")
    alice.see("its line?")
    alice.see("a plain terminal")
    alice.type("typed for the editor")
    alice.see("it got typed for the editor")
    alice.see(re.compile("loaded anew"))
    alice.see_cursor_line("Lobby (offline) >")
    alice.type("/bell")
    alice.see("bell| dong")
    alice.type("/quit")
    assert alice.exit_status() == 0


def test_messages_wait_for_the_end_of_the_editor(start, folder, editor):
    (folder / "clock.lua").write_text(
        'command { name = "soon", run = function() timer.after(0.2, function() ui.print("it is late") end) end }\n'
    )
    alice = start(EDITOR=editor("sleep 1"))
    alice.type("/script load clock")
    alice.see("clock is loaded.")
    alice.key("/soon\r/script edit clock\r")
    alice.see("its line?")
    alice.key("a\x03")
    alice.see(re.compile(r"clock\| it is late"))
    assert alice.raw.index(b"its line?") < alice.raw.index(b"it is late")
    alice.see_cursor_line("Lobby (offline) >")
    alice.type("/soon")
    alice.see(re.compile(r"it is late(.|\n)*it is late"))


def test_a_shipped_script_is_copied_where_it_changes(start, folder, editor):
    alice = start(VISUAL=editor("true"))
    alice.type("/script edit commands/active")
    alice.see("its line?")
    alice.key("\r")
    alice.see("Nothing was changed.")
    assert not (folder / "commands" / "active.lua").exists()
    alice.type("/quit")
    assert alice.exit_status() == 0
    alice = start(VISUAL=editor("echo '-- mine' >> \"$2\""))
    commands_are_up(alice)
    alice.type("/script edit commands/active")
    alice.see("its line?")
    alice.key("\r")
    alice.see("loaded anew")
    assert (folder / "commands" / "active.lua").read_text().endswith("-- mine\n")


def test_no_editor(start, folder):
    (folder / "bell.lua").write_text(bell())
    alice = start(VISUAL="/nowhere/ed")
    alice.type("/script edit bell")
    alice.see("The editor /nowhere/ed could not be run")
    alice.see_cursor_line("Lobby (offline) >")


# --- install and remove


def test_install_and_remove_a_file(alice, folder, shelf, home):
    source = shelf / "anything.lua"
    source.write_text(bell())
    alice.type(f"/script install {source}")
    alice.see(re.compile(r"^name +bell$", re.M))
    alice.see(re.compile(r"^version +1\.0\.0$", re.M))
    alice.see(re.compile(r"^wants to +keep data of its own", re.M))
    alice.see("Install it, and let it do that? [y/N]")
    alice.type("yes")
    alice.see("Load it now, and whenever moonroom starts? [y/N]")
    alice.type("yes")
    alice.see("bell is loaded.")
    assert (folder / "bell.lua").read_text() == bell()
    assert stat.S_IMODE((folder / "bell.lua").stat().st_mode) == 0o600
    assert (folder / "autoload").read_text() == "bell\n"
    alice.type("/bell")
    alice.see("bell| ding")
    kept = home / ".local/share/moonroom/store/bell.json"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text("{}")
    alice.type("/script remove bell")
    alice.see(re.compile(r"Remove bell"))
    alice.type("y")
    alice.see("Forget what it has kept, too")
    alice.key("\r")
    alice.see("bell is removed; what it kept is still there.")
    assert names(folder) == ["autoload"]
    assert (folder / "autoload").read_text() == ""
    assert kept.exists()
    alice.type("/bell")
    alice.see("There is no command /bell")


def test_a_newer_version_takes_the_place(alice, folder, shelf):
    source = shelf / "bell.lua"
    for version, says, answer in (("1.9.0", "ding", True), ("1.9.0", "dong", False), ("1.10.0", "dong", True)):
        source.write_text(bell(version, says))
        alice.type(f"/script install {source}")
        if answer and says == "ding":
            alice.see("Install it, and let it do that?")
            alice.type("y")
            alice.see("Load it now")
            alice.key("\r")
            alice.see("/script load bell starts it.")
        elif answer:
            alice.see("Put it in the place of bell 1.9.0, which is installed?")
            alice.type("y")
            alice.see(re.compile(r"bell is installed(.|\n)*bell is installed"))
            alice.see("Load it now")
        else:
            alice.see(re.compile(r"bell 1\.9\.0 is there already, and 1\.9\.0\s+is not newer"))
    assert '"dong"' in (folder / "bell.lua").read_text()


def test_a_folder_comes_as_a_whole(alice, folder, shelf):
    source = shelf / "chimes"
    (source / "parts").mkdir(parents=True)
    (source / "init.lua").write_text('script { needs = {} }\nui.print(require("parts.tone"))\n')
    (source / "parts" / "tone.lua").write_text('return "bong"\n')
    (source / "README.md").write_text("Chimes.\n")
    (source / ".git").mkdir()
    alice.type(f"/script install {source}/")
    alice.see(re.compile(r"^is +3 files", re.M))
    alice.see("Install it, and let it do that?")
    alice.type("y")
    alice.see("Load it now")
    alice.type("y")
    alice.see("chimes| bong")
    assert names(folder) == [
        "autoload", "chimes", "chimes/README.md", "chimes/init.lua", "chimes/parts", "chimes/parts/tone.lua",
    ]  # fmt: skip
    alice.type("/script remove chimes")
    alice.see("Remove chimes")
    alice.type("y")
    alice.see("chimes is removed.")
    assert names(folder) == ["autoload"]


def test_what_is_not_installed(alice, folder, shelf):
    (shelf / "target.lua").write_text("")
    (shelf / "link.lua").symlink_to(shelf / "target.lua")
    (shelf / "big.lua").write_text("-" * 131073)
    (shelf / "bytes.lua").write_bytes(b"\xff\n")
    (shelf / "text.txt").write_text("")
    (shelf / "broken.lua").write_text("this is no Lua\n")
    (shelf / "future.lua").write_text('script { api = "1.7", needs = {} }\n')
    (shelf / "odd.lua").write_text('script { version = "new", needs = {} }\n')
    (shelf / "own.lua").write_text('script { name = "commands", needs = {} }\n')
    for name, content in (("empty", None), ("linked", "link"), ("named", "bad name.lua")):
        (shelf / name).mkdir()
        if content:
            (shelf / name / "init.lua").write_text("")
    (shelf / "linked" / "a.lua").symlink_to("/etc/passwd")
    (shelf / "named" / "bad name.lua").write_text("")
    for name, why in (
        ("nothing.lua", "There is no file or folder"),
        ("link.lua", "it is a link"),
        ("big.lua", "it is larger than 128 KiB"),
        ("bytes.lua", "it is no UTF-8 text"),
        ("text.txt", "it is no Lua file, NAME.lua"),
        ("broken.lua", "syntax error near 'is'"),
        ("future.lua", "this needs api 1.7, and this moonroom has 1.0"),
        ("odd.lua", "the manifest's version is like 1.2.3"),
        ("own.lua", "Its name is one of moonroom's own"),
        ("empty", "there is no init.lua in it"),
        ("linked", "it is a link"),
        ("named", "more than letters, digits, dots"),
    ):
        alice.key("\x0c")
        alice.type(f"/script install {shelf}/{name}")
        alice.wait(
            lambda why=why: why in re.sub(r"\s+", " ", " ".join(alice.everything())), f"{name}: {why}"
        )
    assert names(folder) == []


def test_no_is_no(alice, folder, shelf):
    (shelf / "bell.lua").write_text(bell())
    alice.type(f"/script install {shelf}/bell.lua")
    alice.see("Install it, and let it do that?")
    alice.key("\r")
    alice.see("It was not installed.")
    alice.type("/script remove greeter")
    alice.see("greeter is shipped with moonroom and stays")
    assert names(folder) == []


def test_init_is_no_script_to_remove(alice, folder):
    """It would stand for the whole folder."""
    (folder / "init.lua").write_text("script { needs = {} }\n")
    (folder / "bell.lua").write_text(bell())
    alice.type("/script remove init")
    alice.see("is no script of its own")
    assert names(folder) == ["bell.lua", "init.lua"]


def test_files_of_a_script_are_forgotten_with_it(alice, folder, home):
    (folder / "bell.lua").write_text(bell())
    kept = home / ".local/share/moonroom/files/bell/notes.txt"
    kept.parent.mkdir(parents=True)
    kept.write_text("ding")
    alice.type("/script remove bell")
    alice.see("Remove bell")
    alice.type("y")
    alice.see("Forget what it has kept, too")
    alice.type("y")
    alice.see("bell is removed, with all that it kept.")
    assert names(folder) == [] and not kept.parent.exists()


def test_a_strategy_goes_to_the_strategies(alice, folder, shelf):
    (shelf / "still.lua").write_text("function mine(client)\n  task.sleep(600)\nend\n")
    alice.type(f"/script install {shelf}/still.lua")
    alice.see("Install it, and let it do that?")
    alice.type("y")
    alice.see("/mine start still uses it.")
    assert names(folder) == ["strategies", "strategies/still.lua"]
    alice.type("/script remove still")
    alice.see("Remove still")
    alice.type("y")
    alice.see("still is removed.")
    assert names(folder) == ["strategies"]


def test_an_end_in_the_middle_leaves_nothing_behind(start, folder, shelf, editor):
    """Questions that are open, and an editor that runs, end with moonroom."""
    (shelf / "bell.lua").write_text(bell())
    alice = start()
    alice.type(f"/script install {shelf}/bell.lua")
    alice.see("Install it, and let it do that?")
    os.kill(alice.pid, signal.SIGTERM)
    assert alice.exit_status() == 0
    assert names(folder) == []
    (folder / "bell.lua").write_text(bell())
    alice = start(VISUAL=editor("true"))
    before = alice.modes()
    alice.type("/script edit bell")
    alice.see("its line?")
    os.kill(alice.pid, signal.SIGTERM)
    assert alice.exit_status() == 0
    assert alice.modes()[3] & termios.ICANON
    assert not before[3] & termios.ICANON
