"""What is no plugin of this moonroom is refused, with the reason, and nothing of it has run."""

import os
import shutil

import pytest

import moonroom


@pytest.fixture
def place(tmp_path):
    """A folder for plugins that passes the checks."""
    folder = tmp_path / "plugins"
    folder.mkdir(mode=0o755)
    return folder


def refused(file, home, *words):
    """Loads it; the complaint, in which all the words are."""
    result = moonroom.run("--describe-api", "--plugin", file, home=home)
    assert result.returncode == 1 and result.stdout == ""
    for word in words:
        assert word in result.stderr
    return result.stderr


def put(keeper_file, place, name="keeper.so"):
    return shutil.copy(keeper_file, place / name)


def test_good_one_is_taken(keeper, place, tmp_path):
    result = moonroom.run("--describe-api", "--plugin", put(keeper(), place), home=tmp_path)
    assert result.returncode == 0 and "keeper.state" in result.stdout


def test_other_abi_runs_no_constructor(keeper, place, tmp_path):
    trace = tmp_path / "constructed"
    options = [f'-DKEEPER_CONSTRUCTOR="{trace}"', "-DKEEPER_ABI=4711"]
    wrong = keeper(*options, '-DKEEPER_MANIFEST="moonroom-plugin 4711 keeper 1.0"')
    refused(put(wrong, place), tmp_path, "made for plugin interface 4711", "this moonroom has plugin interface 1")
    assert not trace.exists()
    # The same constructor does run in a plugin of the right interface: its absence above means something.
    good = keeper(f'-DKEEPER_CONSTRUCTOR="{trace}"')
    assert moonroom.run("--describe-api", "--plugin", put(good, place), home=tmp_path).returncode == 0
    assert trace.exists()


def test_struct_of_another_abi(keeper, place, tmp_path):
    wrong = keeper("-DKEEPER_ABI=4711")
    refused(put(wrong, place), tmp_path, "plugin interface 4711", "this moonroom has plugin interface 1")


def test_short_struct(keeper, place, tmp_path):
    refused(put(keeper("-DKEEPER_SIZE=8"), place), tmp_path, "plugin interface 1 of 8 bytes", "interface 1 of ")


def test_no_symbol(keeper, place, tmp_path):
    refused(put(keeper("-DKEEPER_NO_SYMBOL"), place), tmp_path, "no symbol moonroom_plugin")


def test_no_manifest(keeper, place, tmp_path):
    refused(put(keeper('-DKEEPER_MANIFEST=""'), place), tmp_path, "manifest")


def test_another_name(keeper, place, tmp_path):
    refused(put(keeper(), place, "other.so"), tmp_path, "its manifest calls it keeper")


@pytest.mark.parametrize("text", [b"", b"#!/bin/sh\ntouch /tmp/no\n", b"\x7fELF", b"\x7fELF" + bytes(4000)])
def test_not_elf(text, place, tmp_path):
    file = place / "keeper.so"
    file.write_bytes(text)
    refused(file, tmp_path, "not a shared object")


def test_every_cut_of_the_file(keeper, place, tmp_path):
    """The section table lies at the end: wherever the file is cut, it is gone or damaged."""
    whole = keeper().read_bytes()
    file = place / "keeper.so"
    for cut in (10, 64, 500, len(whole) // 2, len(whole) - 64, len(whole) - 1):
        file.write_bytes(whole[:cut])
        refused(file, tmp_path, "refused")


@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666, 0o777])
def test_file_that_others_can_write(mode, keeper, place, tmp_path):
    file = put(keeper(), place)
    os.chmod(file, mode)
    refused(file, tmp_path, "others can write to it")


@pytest.mark.parametrize("mode", [0o775, 0o757, 0o1777])
def test_folder_that_others_can_write(mode, keeper, place, tmp_path):
    file = put(keeper(), place)
    place.chmod(mode)
    refused(file, tmp_path, "folder of plugins", "others can write to it")


def test_links(keeper, place, tmp_path):
    link = place / "keeper.so"
    link.symlink_to(keeper())
    refused(link, tmp_path, "symbolic link")
    folder = tmp_path / "linked"
    link.unlink()
    put(keeper(), place)
    folder.symlink_to(place)
    refused(folder / "keeper.so", tmp_path, "folder of plugins", "symbolic link")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_file_of_another_user(keeper, place, tmp_path):
    file = put(keeper(), place)
    os.chown(file, 65534, 65534)
    refused(file, tmp_path, "another user")


def test_what_is_no_file(place, tmp_path):
    os.mkfifo(place / "keeper.so", 0o600)
    refused(place / "keeper.so", tmp_path, "not a regular file")
    refused(place / "absent.so", tmp_path, "does not exist")
    refused(place / "keeper", tmp_path, "not the file of a plugin")


def test_client_that_names_it_does_not_start(keeper, place, room, tmp_path):
    file = put(keeper("-DKEEPER_NO_SYMBOL"), place)
    result = moonroom.run(room.url, "--plugin", file, "--home", tmp_path / "m", home=tmp_path)
    assert result.returncode == 1 and "no symbol moonroom_plugin" in result.stderr


def test_list_names_the_refused_ones(keeper, tmp_path):
    plugins = tmp_path / "m" / "config" / "plugins"
    plugins.mkdir(mode=0o755, parents=True)
    put(keeper(), plugins)
    put(keeper("-DKEEPER_ABI=4711", '-DKEEPER_MANIFEST="moonroom-plugin 4711 old 1.0"'), plugins, "old.so")
    (plugins / "odd\x1b[31m.so").write_bytes(b"")
    result = moonroom.run("--plugins", "--home", tmp_path / "m", home=tmp_path)
    assert result.returncode == 0 and "\x1b" not in result.stdout
    lines = result.stdout.splitlines()
    assert lines[0] == "This moonroom has plugin interface 1."
    assert any(line.split()[:4] == ["keeper", "1.0", "ABI", "1"] and "not in autoload" in line for line in lines)
    assert any("made for plugin interface 4711" in line for line in lines)
    assert any("for moonroom host" in line for line in lines)
    (plugins / "autoload").write_text("# mine\n\n  keeper \n")
    result = moonroom.run("--plugins", "--home", tmp_path / "m", home=tmp_path)
    assert any(line.startswith("keeper ") and " loaded " in line for line in result.stdout.splitlines())
