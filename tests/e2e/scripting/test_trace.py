"""--trace-scripts: what passes between moonroom and scripts, without secrets."""

import json
import stat
import subprocess

from moonroom import MOONROOM

ASKER = """
script { name = "asker", needs = { "client", "account" } }
command { name = "ask", run = function()
  local token = ui.input("What is it?", { secret = true })
  ui.print("token " .. token)
  client.login("alice", "in-the" .. "-clear")
  ui.print("done")
end }
"""


def test_trace(start, folder, tmp_path):
    (folder / "asker.lua").write_text(ASKER)
    path = tmp_path / "trace.jsonl"
    path.touch(mode=0o644)
    alice = start("--trace-scripts", path)
    alice.type("/script load asker")
    alice.see("Allow that?")
    alice.type("y")
    alice.see("asker is loaded.")
    alice.type("/ask")
    alice.see("What is it?")
    alice.type("my-dark-secret")
    alice.see("asker| done")
    alice.type("/quit")
    assert alice.exit_status() == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text()
    for secret in ("my-dark-secret", "in-the-clear"):
        assert secret not in text
    rows = [json.loads(line) for line in text.splitlines()]
    assert all(row.keys() == {"time", "script", "direction", "message"} for row in rows)
    assert all(a["time"] <= b["time"] for a, b in zip(rows, rows[1:], strict=False))
    mine = [(row["direction"], row["message"]) for row in rows if row["script"] == "asker"]
    assert {row["script"] for row in rows} >= {"commands", "asker"}
    calls = [(way, message["method"]) for way, message in mine if "method" in message]
    for call in (("to", "load"), ("from", "command.register"), ("to", "command"), ("from", "ui.input")):
        assert call in calls
    printed = [m["params"]["text"] for way, m in mine if m.get("method") == "ui.print"]
    assert printed == ["token (secret)", "done"]
    login = next(m for _, m in mine if m.get("method") == "client.login")
    assert login["params"] == {"name": "alice", "password": "(secret)"}
    asked = next(m for _, m in mine if m.get("method") == "ui.input")
    answer = next(m for way, m in mine if way == "to" and "method" not in m and m["id"] == asked["id"])
    assert answer["result"] == "(secret)"


def test_what_cannot_be_written_is_refused(tmp_path):
    for path in (tmp_path, "/dev/null", tmp_path / "none" / "trace"):
        result = subprocess.run(
            [MOONROOM, "--home", tmp_path / "home", "--trace-scripts", path],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20,
        )  # fmt: skip
        assert result.returncode == 1
        assert f"The trace cannot be written to {path}" in result.stderr
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "target")
    result = subprocess.run(
        [MOONROOM, "--home", tmp_path / "home", "--trace-scripts", link],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20,
    )  # fmt: skip
    assert result.returncode == 1
    assert not (tmp_path / "target").exists()
