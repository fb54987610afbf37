"""The guide for plugin authors, as printed: installed below a folder, built there, used in a room by a script."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

import moonroom

TOP = Path(__file__).resolve().parents[2]
GUIDE = (TOP / "docs" / "plugins.md").read_text(encoding="utf-8")
EXAMPLE = TOP / "docs" / "examples" / "plugin"
BLOCKS = {name: text for name, text in re.findall(r"^```\w+ ([\w.]+)\n(.*?)^```$", GUIDE, re.M | re.S)}


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """moonroom installed below a folder, as an author has it."""
    folder = tmp_path_factory.mktemp("prefix") / "usr"
    subprocess.run(["cmake", "--install", moonroom.BUILD, "--prefix", folder], check=True, stdout=subprocess.DEVNULL)
    return folder


@pytest.fixture(scope="module")
def author(prefix, tmp_path_factory):
    """The author's folder, with what the guide prints and what its commands have made there."""
    folder = tmp_path_factory.mktemp("author")
    for name in ("shout.c", "calm.lua"):
        (folder / name).write_text(BLOCKS[name], encoding="utf-8")
    shell(prefix, folder, BLOCKS["build"])
    return folder


def shell(prefix, folder, command):
    env = moonroom.environment(folder)
    env["PATH"] = f"{prefix}/bin:{os.environ['PATH']}"
    env["PKG_CONFIG_PATH"] = str(next(prefix.glob("lib*/**/pkgconfig")))
    run = subprocess.run(["sh", "-euc", "umask 022; " + command], env=env, cwd=folder, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_the_page_prints_the_example():
    assert BLOCKS["shout.c"] == (EXAMPLE / "shout.c").read_text(encoding="utf-8")
    assert BLOCKS["calm.lua"] == (EXAMPLE / "calm.lua").read_text(encoding="utf-8")


def test_what_is_installed(prefix):
    headers = {file.name for file in (prefix / "include" / "moonroom").iterdir()}
    assert {"plugin.h", "errors.h", "filters.h", "filters.def", "events.def", "methods.def"} <= headers
    assert list(prefix.glob("share/doc/*/examples/plugin/shout.c"))


def test_the_headers_are_good_for_every_compiler(prefix, tmp_path):
    """Strict C99 and C++ take them too, in any order, each alone."""
    flags = shlex.split(shell(prefix, tmp_path, "pkg-config --cflags moonroom"))
    for header in ("plugin.h", "errors.h", "filters.h", "events.h"):
        file = tmp_path / "one.c"
        file.write_text(f"#include <moonroom/{header}>\n")
        for how in (["-std=c99", "-xc"], ["-std=c++17", "-xc++"]):
            strict = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"]
            subprocess.run(["c++" if "-xc++" in how else "cc", *strict, *how, *flags, str(file)], check=True)


def test_describe(prefix, author):
    assert '"name":"shout.count"' in shell(prefix, author, BLOCKS["describe"])


def test_installed_moonroom_runs_it(prefix, author, tmp_path, monkeypatch):
    """Room, client, script and plugin are all those of the installed tree."""
    monkeypatch.setattr(moonroom, "MOONROOM", prefix / "bin" / "moonroom")
    with moonroom.Room(tmp_path / "room") as room:
        listener = moonroom.Client(
            room.port, tmp_path / "listener", "carol", "--plugin", author / "shout.so", register=True
        )
        listener.err.expect(re.compile(".*in as carol.*"))
        listener.type(f"/script load {author}/calm.lua")
        listener.err.expect(re.compile(".*calm is loaded.*"))
        shouter = moonroom.Client(room.port, tmp_path / "shouter", "dave", register=True)
        shouter.type("CAN YOU HEAR ME, BOB?", "quietly", "OK?")
        listener.out.expect("dave> can you hear me, bob?")
        listener.out.expect("dave> quietly")
        listener.out.expect("dave> OK?")
        shouter.out.expect("carol> I can hear you, even without capitals.")
        listener.type("/shouts")
        listener.err.expect(re.compile(".*calm.*1 times"))
        listener.type("/plugins")
        listener.err.expect(re.compile(r".*shout +1\.0 +methods shout\.count; events shout\.heard; filters incoming"))
        assert shouter.finish() == 0 and listener.finish() == 0
        assert room.stop() == 0
