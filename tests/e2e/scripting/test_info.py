"""/script info: every registration, with its calls, its time and its errors."""

import re

SCRIPT = """
local calls = 0
chat.on("message", function(event)
  calls = calls + 1
  if event.text == "bad" then error("no") end
  if event.text == "work" then for _ = 1, 3000000 do calls = calls + 0 end end
end)
command { name = "nap", run = function() task.sleep("20ms") ui.print("rested") end }
timer.every("1h", print, { name = "hourly" }):disable()
timer.at("09:00", print)
complete.provider("card", print)
command { name = "self", run = function()
  local own, other = script.info("probe"), script.info("commands")
  ui.print("own " .. tostring(own.handlers) .. " other " .. tostring(#other.handlers > 10))
end }
"""


def test_registrations_are_listed(room, client, tmp_path):
    home = tmp_path / "alice"
    home.mkdir()
    (home / "probe.lua").write_text(SCRIPT, encoding="utf-8")
    alice = client(room.port, "alice", register=True, home=home)
    alice.type(f"/script load {home / 'probe.lua'}")
    alice.err.expect(re.compile(".*probe is loaded.*"))
    alice.type("work", "bad", "/nap")
    alice.err.expect(re.compile(".*Error in event message.*"))
    alice.err.expect(re.compile(r".*rested.*"))
    alice.type("/script info probe")
    seen = {}
    for what in ("event message", "/nap", "/self", r"timer hourly \(disabled\)", "timer 09:00", "complete card"):
        row = rf".*{what} +(\d+) +([\d.]+) ms +([\d.]+) ms +(\d+).*"
        found = alice.err.expect(re.compile(row))
        seen[what] = (int(found[1]), float(found[2]), float(found[3]), int(found[4]))
    calls, took, slowest, errors = seen["event message"]
    assert (calls, errors) == (2, 1)
    assert took >= slowest > 1
    assert seen["/nap"][0] == 1 and seen["/nap"][3] == 0
    alice.type("/ping")  # answered when the commands are up
    alice.err.expect(re.compile(r".*answered in \d+ ms.*"))
    alice.type("/self")  # a script waits for others, but is not told its own: it would wait for itself
    alice.err.expect(re.compile(".*own nil other true.*"))
    assert alice.finish() == 0


def test_a_busy_script_is_described_without(room, client, tmp_path):
    home = tmp_path / "alice"
    home.mkdir()
    (home / "busy.lua").write_text('command { name = "spin", run = function() while true do end end }', encoding="utf-8")
    alice = client(room.port, "alice", register=True, home=home)
    alice.type(f"/script load {home / 'busy.lua'}")
    alice.err.expect(re.compile(".*busy is loaded.*"))
    alice.type("/spin", "/script info busy")
    alice.err.expect(re.compile(r".*overruns +\d+.*"))
    alice.kill()
