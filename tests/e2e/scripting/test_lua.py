"""Tools of authors: /lua, tracebacks that say what came in, and globals that nobody declared."""

import re

import pytest

COUNTER = """
script { name = "counter", version = "1.0.0", needs = {} }
local count = 0
chat.on("counter.up", function() count = count + 1 end)
total = 40
function add(n)
  total = total + n
  return total
end
command { name = "typo", run = function() return toatl end }
command { name = "fail", args = "<word:word>", run = function(args) error("no " .. args.word) end }
"""


@pytest.fixture
def counter(alice, folder):
    (folder / "counter.lua").write_text(COUNTER)
    alice.type("/script load counter")
    alice.see("counter is loaded.")
    return alice


def test_values(alice):
    for code, shown in (
        ("1 + 1", "2"),
        ("= 2^10", "1024.0"),
        ('"a\\n", nil, true', '"a\\n"\nnil\ntrue'),
        ("{ 3, 2, b = { x = 1 }, a = {}, [0.5] = false }", "{ 3, 2, [0.5] = false, a = {}, b = { x = 1 } }"),
    ):
        alice.type("/lua " + code)
        alice.see(re.compile(rf"^{re.escape(shown)}$", re.M))
    alice.type("/lua t = { 1 }; t.me = t; for i = 1, 9 do t = { t } end return t")
    alice.see(re.compile(r"\{…\}"))
    alice.type("/lua l = { 1 }; l.me = l; return l")
    alice.see("{ 1, me = <cycle> }")
    alice.type("/lua n = {} for i = 1, 5000 do n[i] = i end return n")
    alice.see(re.compile(r"… 4\d\d\d more"))
    alice.type('/lua setmetatable({}, { __index = error, __tostring = error, __len = error, __name = "x" })')
    alice.see(re.compile(r"^\{\}$", re.M))
    assert "Warning" not in "\n".join(alice.everything())


def test_what_is_incomplete_goes_on(alice):
    alice.type("/lua function twice(n)")
    alice.see_cursor_line("lua ...")
    alice.type("return 2 * n")
    alice.see(re.compile(r"^lua \.\.\. return 2 \* n\nlua \.\.\.$", re.M))
    alice.key("\r")
    alice.see(re.compile(r"^lua \.\.\.\nlua \.\.\.$", re.M))
    alice.type("end")
    alice.see_cursor_line("Lobby (offline) >")
    alice.type("/lua twice(21)")
    alice.see(re.compile("^42$", re.M))
    alice.type("/lua (1 +")
    alice.see_cursor_line("lua ...")
    alice.key("\x03")
    alice.see_cursor_line("Lobby (offline) >")
    alice.type("/lua )")
    alice.see("unexpected symbol near ')'")


def test_in_the_process_of_a_script(counter):
    counter.type("/lua counter add(2)")
    counter.see(re.compile("^42$", re.M))
    counter.type("/lua add")
    counter.see(re.compile("^nil$", re.M))
    counter.type('/lua counter error("mine")')
    counter.see("lua:1: mine")


def test_it_may_wait(alice):
    alice.type('/lua task.sleep(0.05); return "slept"')
    alice.see('"slept"')


def test_undeclared_globals(counter):
    counter.see("counter.lua:5: 'total' was never declared")
    counter.see("counter.lua:6: 'add' was never declared")
    counter.type("/typo")
    counter.see(re.compile(r"counter\.lua:10: there is no global\s+'toatl'"))
    counter.type("/typo")
    counter.type("/lua counter add(1)")
    counter.see(re.compile("^41$", re.M))
    shown = "\n".join(counter.everything())
    assert shown.count("'toatl'") == 1 and shown.count("'total'") == 1


def test_a_strategy_may_define_mine(alice, folder):
    (folder / "strategies").mkdir()
    (folder / "strategies" / "still.lua").write_text("function mine(client)\n  task.sleep(600)\nend\n")
    alice.type("/mine start still")
    alice.see("Mining with still.")
    assert "Warning" not in "\n".join(alice.everything())


def test_an_error_says_what_came_in(counter):
    counter.type("/fail today")
    counter.see(re.compile(r'no today\s(.|\n)*with \{ _rest = "today", word = "today" \}'))
