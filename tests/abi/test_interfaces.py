"""A plugin that was built against the headers of each released interface works with this moonroom."""

import json
import re
from pathlib import Path

import pytest

import moonroom

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[1]
RELEASED = sorted(int(folder.name) for folder in HERE.iterdir() if folder.name.isdigit())
NOW = int(re.search(r"#define MR_PLUGIN_ABI (\d+)", (TOP / "include/moonroom/plugin.h").read_text())[1])

# What the core supports; the others are refused by their number.
SUPPORTED = [abi for abi in RELEASED if abi == NOW]


def tokens(path):
    """The header without comments and blanks."""
    text = re.sub(r"/\*.*?\*/", " ", path.read_text(encoding="utf-8"), flags=re.S)
    return re.sub(r"\s+", " ", text)


def structs(text):
    return dict(re.findall(r"struct (mr_\w+) \{(.*?)\};", text))


def test_present_interface_is_frozen():
    assert NOW in RELEASED, "copy plugin.h and what it includes to tests/abi/N when the number changes"


@pytest.mark.parametrize("abi", SUPPORTED)
def test_only_the_host_has_grown(abi):
    old = structs(tokens(HERE / str(abi) / "moonroom" / "plugin.h"))
    new = structs(tokens(TOP / "include" / "moonroom" / "plugin.h"))
    assert set(old) <= set(new)
    for name, members in old.items():
        if name == "mr_host":
            assert new[name].startswith(members.rstrip()), "mr_host grows at its end"
        else:
            assert new[name] == members, name


@pytest.mark.parametrize("abi", SUPPORTED)
def test_no_value_has_changed(abi):
    for name in ("errors.h", "filters.h", "plugin.h"):
        old = tokens(HERE / str(abi) / "moonroom" / name)
        new = tokens(TOP / "include" / "moonroom" / name)
        for constant, value in re.findall(r"X\((\w+), (-\d+)", old):
            assert f"X({constant}, {value}" in new
        for kind, values in re.findall(r"enum (\w+) \{([\w, ]+)\}", old):
            found = re.search(r"enum %s \{([\w, ]+)\}" % kind, new)
            assert found and found[1].strip().startswith(values.strip()), kind


SCRIPT = """
script { name = "user", needs = { "send", "plugin:keeper" } }

chat.on("keeper.opened", function()
  print("opened")
end)

-- The room is not waited with for a script that takes its time to load.
task.spawn(function()
  while not chat.me() do
    task.sleep(0.05)
  end
  local answer, err = keeper.ask("%s", "echo")
  print("asked", answer, err)
  print("mistake", keeper.ask("/nonexistent", "echo"))
  local state = keeper.state()
  print("state", state.caller, state.number, state.me)
  print("wrong", pcall(keeper.state, 1))
end)

chat.on("message", function(event)
  print("heard", event.text, keeper.state().heard > 0)
end)
"""


@pytest.mark.parametrize("abi", SUPPORTED)
def test_plugin_in_a_room(abi, keeper, room, client, tmp_path):
    plugin = keeper(abi=abi)
    script = tmp_path / "user.lua"
    script.write_text(SCRIPT % (moonroom.BUILD / "tests" / "plugin_helper"))
    secret = tmp_path / "password"
    secret.touch(mode=0o600)
    secret.write_text("correct horse\n")
    words = ["run", script, "--to", room.url, "--plugin", plugin, "--home", tmp_path / "m"]
    words += ["--user", "keeping", "--password-file", secret, "--register", "--accept-terms"]
    with moonroom.Program(words, tmp_path) as program:
        err = program.err
        err.expect(re.compile(r".*plugin keeper: keeper is here"))
        err.expect(re.compile(r"user.*asked\s+echo\s+nil"))
        err.expect(re.compile(r"user.*mistake\s+nil\s+no helper"))
        err.expect(re.compile(r"user.*state\s+user\s+7\s+keeping"))
        err.expect(re.compile(r"user.*wrong\s+false\s+.*takes 0 arguments"))
        bob = client(room.port, "bob", register=True)
        bob.type("sesame")
        err.expect(re.compile(r"user.*opened"))
        err.expect(re.compile(r"user.*heard\s+the door opens\s+true"))
        assert program.stop() == 0
        assert bob.finish() == 0


@pytest.mark.parametrize("abi", SUPPORTED)
def test_rows_in_the_table(abi, keeper, tmp_path):
    result = moonroom.run("--describe-api", "--plugin", keeper(abi=abi), home=tmp_path)
    rows = {row["name"]: row for row in json.loads(result.stdout)}
    assert rows["keeper.ask"]["permission"] == "plugin:keeper"
    assert rows["keeper.ask"]["plugin"] == "keeper" and "plugin" not in rows["chat.say"]


@pytest.mark.parametrize("abi", SUPPORTED)
def test_subcommand(abi, keeper, tmp_path):
    result = moonroom.run("plugin", keeper(abi=abi), "keep", "a", "b", home=tmp_path)
    assert (result.returncode, result.stdout) == (9, "keep has 3\n")
    assert "no subcommand other" in moonroom.run("plugin", keeper(abi=abi), "other", home=tmp_path).stderr
    assert moonroom.run("plugin", keeper(abi=abi), home=tmp_path).returncode == 2


def test_autoload_list(keeper, room, client, tmp_path):
    """The user's plugins are loaded when the list names them; what is wrong with one is told."""
    home = tmp_path / "author"
    plugins = home / "moonroom" / "config" / "plugins"
    plugins.mkdir(mode=0o755, parents=True)
    (plugins / "keeper.so").write_bytes(keeper().read_bytes())
    author = client(room.port, "author", register=True, home=home)
    assert author.finish() == 0
    assert not [line for line in author.err.history if "keeper is here" in line]
    (plugins / "autoload").write_text("keeper\nabsent\n../keeper\n")
    author = client(room.port, "author", home=home)
    author.err.expect(re.compile(r".*plugin keeper: keeper is here"))
    author.err.expect(re.compile(r".*absent\.so is refused: it does not exist.*"))
    author.err.expect(re.compile(r".*'\.\./keeper' is not the name of a plugin.*"))
    assert author.finish() == 0
    (plugins / "autoload").chmod(0o666)
    author = client(room.port, "author", home=home)
    author.err.expect(re.compile(r".*autoload is refused: others can write to it.*"))
    assert author.finish() == 0
