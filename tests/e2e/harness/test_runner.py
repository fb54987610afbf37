"""`moonroom test` as its user sees it: which files it runs, what it prints, how it ends. That scripts can be tested with
it is shown by the tests of the shipped scripts, which lie beside them in scripts/."""

import re
import subprocess

import pytest

from moonroom import MOONROOM, REPORTS, environment

GOOD = """
it("knows the answer", function() expect(6 * 7):equals(42) end)
describe("outside", function()
  describe("inside", function() it("says names", function() expect("abc"):contains("b") end) end)
end)
"""

BAD = """
it("is right", function() end)
it("compares", function()
  expect({ 1, { two = "2" } }):equals { 1, { two = "3" } }
end)
it("stumbles", function()
  local nothing
  print(nothing.at_all)
end)
"""


@pytest.fixture
def run(tmp_path):
    def run(*arguments, code=0):
        done = subprocess.run(
            [MOONROOM, "test", *map(str, arguments)],
            cwd=tmp_path,
            env=environment(tmp_path / "home"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert not REPORTS.search(done.stderr), done.stderr
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout if code < 2 else done.stderr

    (tmp_path / "home").mkdir()
    run.folder = tmp_path
    return run


def write(run, name, text):
    path = run.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_passing_and_failing_tests_are_told_with_place_and_values(run):
    write(run, "good_test.lua", GOOD)
    write(run, "sub/bad_test.lua", BAD)
    write(run, "sub/no-test.lua", "error('never loaded')")
    out = run(".", code=1)
    assert "ok    knows the answer" in out
    assert "ok    outside: inside: says names" in out
    assert 'bad_test.lua:4: expected { 1, { two = "3" } }, got { 1, { two = "2" } }' in out
    assert re.search(r"FAIL  stumbles.*\n.*sub/bad_test.lua:8: attempt to index a nil value", out)
    assert "3 passed, 2 failed" in out
    assert list((run.folder / "home").iterdir()) == []  # nothing of the user's was touched


def test_tap_is_for_machines(run):
    write(run, "bad_test.lua", BAD)
    lines = run("--tap", "bad_test.lua", code=1).splitlines()
    assert lines[0] == "TAP version 13"
    assert lines[2] == "ok 1 - bad_test.lua: is right"
    assert lines[3] == "not ok 2 - bad_test.lua: compares"
    assert lines[4].startswith("# bad_test.lua:4: expected")
    assert lines[-2:] == ["1..3", "# 1 passed, 2 failed"]


def test_what_a_test_says_cannot_steer_the_terminal(run):
    (run.folder / "x_test.lua").write_text(
        'it("na\\27[2Jme", function() error("te\\27]0;title\\7xt\\r\\nbelow") end)\n'
    )
    for arguments in ((), ("--tap",)):
        said = run(*arguments, "x_test.lua", code=1)
        assert "na\u241b[2Jme" in said and "te\u241b]0;title\u2407xt" in said
        assert "\x1b" not in said and "\x07" not in said and "\r" not in said


def test_a_filter_chooses_by_name(run):
    write(run, "good_test.lua", GOOD)
    out = run("--filter=inside", ".")
    assert "says names" in out and "knows" not in out and "1 passed, 0 failed" in out


def test_without_a_path_the_scripts_folder_is_tested(run):
    scripts = "home/.config/moonroom/scripts/"
    write(run, scripts + "hello.lua", 'chat.on("message", function(m) if not m.self then chat.say("hello") end end)')
    write(
        run,
        scripts + "hello_test.lua",
        'it("says hello", function() room:recv { from = "bob", text = "hi" }\n'
        'expect(room:sent()):equals { "hello" } end)',
    )
    assert "1 passed, 0 failed" in run()
    assert "no test" in run(scripts + "hello.lua", code=2)
    assert "there is no nowhere" in run("nowhere", code=2)


def test_a_seed_repeats_what_chance_did(run):
    write(run, "dice_test.lua", 'it("rolls", function() expect(crypto.random_string(8) .. math.random(1e9)):equals("") end)')
    first = run(".", code=1)
    seed = re.search(r"seed (\d+)", first)[1]
    got = re.search(r'got "(.*)"', first)[1]
    assert f'got "{got}"' in run(f"--seed={seed}", ".", code=1)
    assert f'got "{got}"' not in run(f"--seed={int(seed) % 1000 + 7}", ".", code=1)
    assert "--seed takes" in run("--seed=x", ".", code=2)


def test_what_cannot_be_tested_is_said(run):
    write(run, "a_test.lua", "this is no Lua")
    write(run, "b_test.lua", "-- no tests in here")
    write(run, "c_test.lua", 'test.load("nothing-of-that-name")\nit("x", function() end)')
    write(run, "d.lua", "error('cannot be loaded')")
    write(run, "d_test.lua", 'it("x", function() end)')
    out = run(".", code=1)
    assert re.search(r"a_test.lua\n.*FAIL.*\n.*does not load.*a_test.lua:1:", out)
    assert "there is no test in this file" in out
    assert re.search(r"c_test.lua:1: There is no script nothing-of-that-name", out)
    assert re.search(r"d.lua: .*cannot be loaded", out)
    assert "0 passed, 4 failed" in out


def test_no_test_hangs(run):
    write(
        run,
        "stuck_test.lua",
        """
it("waits for ever", function() chat.wait("message") end)
it("may wait for a while", function() task.sleep("5h") end)
it("misses an error", function()
  chat.on("message", function() error("in a handler") end)
  room:recv { from = "bob", text = "x" }
end)
it("is told of an error", function()
  chat.on("message", function() error("in a handler") end)
  room:recv { from = "bob", text = "x" }
  expect(room:errors()):contains("in a handler")
end)
""",
    )
    out = run(".", code=1)
    assert re.search(r"FAIL  waits for ever.*\n.*waits for something that never comes", out)
    assert re.search(r"FAIL  misses an error.*\n.*error in event message: .*in a handler", out)
    assert "2 passed, 2 failed" in out


def test_help(run):
    assert run("--help").startswith("Usage: moonroom test")
    assert "unrecognized option" in run("--nonsense", code=2)
