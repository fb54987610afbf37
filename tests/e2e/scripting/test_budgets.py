"""What scripts cost, and the way out when one runs away."""

import re
import sys
import time
from pathlib import Path

import pytest

HOG = """
command { name = "spin", run = function()
  ui.print("spinning")
  while true do end
end }
command { name = "work", run = function()
  ui.print("working")
  local started = os.clock()
  while os.clock() - started < 2 do end
  ui.print("worked")
end }
"""


@pytest.fixture
def hog(alice, folder):
    (folder / "hog.lua").write_text(HOG)
    alice.type("/script load hog")
    alice.see("hog is loaded.")
    return alice


def interrupt(hog, said):
    """Presses Ctrl-C, one at a time, until the script has run for long enough to be asked about."""
    hog.see(said)
    idle = "Type /quit"

    def shown(text):
        return "".join(hog.everything()).count(text)

    give_up = time.monotonic() + 120
    while not shown(QUESTION):
        assert time.monotonic() < give_up, "\n".join(hog.lines())
        before = shown(idle)
        hog.key("\x03")
        hog.wait(lambda before=before: shown(idle) > before or shown(QUESTION), QUESTION)
        time.sleep(0.02)


QUESTION = "hog is busy with /"


def test_an_idle_ctrl_c_says_how_to_leave(hog):
    hog.key("\x03")
    hog.see("Type /quit or press Ctrl-D to leave.")
    hog.key("half a line\x03")
    hog.see_cursor_line("Lobby (offline) >")


def test_a_runaway_is_suspended(hog):
    hog.type("/spin")
    interrupt(hog, "hog| spinning")
    hog.type("s")
    hog.see("suspended by you")
    hog.see_cursor_line("Lobby (offline) >")
    hog.type("/script list")
    hog.see(re.compile(r"^hog +suspended", re.M))
    hog.type("/script load hog")
    hog.see(re.compile(r"hog is loaded\.(.|\n)*hog is loaded\."))


def test_a_runaway_is_killed(hog):
    hog.type("/spin")
    interrupt(hog, "hog| spinning")
    hog.type("maybe")
    hog.see("Please type continue, suspend or kill: [continue]")
    hog.type("kill")
    hog.see("It is stopped and unloaded.")
    hog.see_cursor_line("Lobby (offline) >")
    hog.type("/spin")
    hog.see("/spin")
    hog.see(re.compile("no command", re.I))


def test_a_runaway_goes_on(hog):
    """Work of two seconds of its own time; its deadline would have ended it after 1.6."""
    hog.type("/work")
    interrupt(hog, "hog| working")
    hog.key("\r")
    hog.see("may take its time")
    hog.see("hog| worked", timeout=120)
    hog.type("/script info hog")
    hog.see(re.compile(r"^overruns +0", re.M))


def test_top(hog, folder):
    # It works for a while first, so that nothing else that it is asked takes longer.
    (folder / "bad.lua").write_text(
        'command { name = "fail", run = function()\n'
        "  local begin = os.clock() while os.clock() - begin < 0.3 do end\n"
        '  error("no") end }\n'
    )
    hog.type("/script load bad")
    hog.see("bad is loaded.")
    hog.type("/fail")
    hog.see("Error in /fail")
    hog.type("/script top")
    hog.see(re.compile(r"^script +now +cpu +memory +calls +slowest +overruns +errors +lost$", re.M))
    hog.see(re.compile(r"^bad +\d+\.\d% +\d+\.\d\d s +\d+\.\d MiB +1 +/fail \d+\.\d ms +0 +1 +0$", re.M))
    hog.see(re.compile(r"^hog +0\.0% ", re.M))


# Takes seccomp away from a program and all it starts, as a kernel without it would.
WITHOUT_SECCOMP = """
import ctypes, os, sys
lib = ctypes.CDLL("libseccomp.so.2")
lib.seccomp_init.restype = ctypes.c_void_p
class Compare(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]
ctx = ctypes.c_void_p(lib.seccomp_init(ctypes.c_uint32(0x7FFF0000)))
call = lambda name: lib.seccomp_syscall_resolve_name(name)
deny = lambda errno: ctypes.c_uint32(0x00050000 | errno)
assert lib.seccomp_rule_add(ctx, deny(38), call(b"seccomp"), 0) == 0
set_seccomp = Compare(0, 4, 22, 0)
assert lib.seccomp_rule_add(ctx, deny(22), call(b"prctl"), 1, set_seccomp) == 0
assert lib.seccomp_load(ctx) == 0
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_a_system_without_seccomp_is_told_once(terminal, home, folder):
    from moonroom import MOONROOM

    (folder / "pong.lua").write_text('command { name = "pong", run = function() ui.print("here") end }\n')
    alice = terminal(home="alice", argv=[sys.executable, "-c", WITHOUT_SECCOMP, str(MOONROOM)])
    alice.see("This system has no seccomp")
    alice.see("Which room, as host")
    alice.key("\x04")
    alice.see_cursor_line("Lobby (offline) >")
    alice.type("/script load pong")
    alice.see("pong is loaded.")
    alice.type("/pong")
    alice.see("pong| here")
    assert "\n".join(alice.everything()).count("no seccomp") == 1
    log = Path(home / ".local/state/moonroom/moonroom.log").read_text()
    assert "this system has no seccomp" in log
