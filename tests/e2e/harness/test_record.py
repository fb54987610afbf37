"""A session of the real client with a room over TCP is recorded, and the recording becomes a test."""

import json
import os
import re
import shutil
import stat
import subprocess

import moonroom
from peer import OldServer, password_hash

PASSWORD = "correct horse"
TEST = """
it("says what it said then", function()
  local sent = room:replay("bug.jsonl")
  expect(#sent):equals(2)
  expect(room:sent()):equals(sent)
  expect(chat.me()):equals("alice")
  expect(room:shown()):contains("bob> the moon rises")
end)
"""


def test_a_session_becomes_a_test(tmp_path):
    with OldServer(accounts={"alice": password_hash(PASSWORD, "alice")}) as room:
        client = moonroom.Client(room.port, tmp_path / "alice", "alice")
        room.joined.expect(re.compile(r"alice is in at .*"))
        client.err.expect(re.compile(r".*in as alice.*"))
        client.type("/record start bug")
        path = client.err.expect(re.compile(r".*Recording to (\S+)\. .*"))[1]
        room.send("alice", "bob> the moon rises")
        client.out.expect("bob> the moon rises")
        client.type("good evening", "/w bob I see it")
        room.received.expect("alice good evening")
        client.out.expect("alice> good evening")
        room.received.expect("alice /w bob I see it")
        client.type("/record stop")
        client.err.expect(re.compile(r".*lines of this session are in .*"))
        client.kill()
        client.check_reports()

    with open(path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
        assert stat.S_IMODE(os.fstat(file.fileno()).st_mode) == 0o600
    assert lines[0]["recording"] == 1 and lines[0]["me"] == "alice"
    assert [line["sent"] for line in lines if "sent" in line] == ["good evening", "/w bob I see it"]
    assert [line["typed"] for line in lines if "typed" in line] == ["good evening", "/w bob I see it"]
    assert {"recv": "bob> the moon rises"}.items() <= lines[1].items()
    assert PASSWORD not in json.dumps(lines)

    shutil.copy(path, tmp_path / "bug.jsonl")
    (tmp_path / "bug_test.lua").write_text(TEST)
    done = subprocess.run(
        [moonroom.MOONROOM, "test", "bug_test.lua"],
        cwd=tmp_path,
        env=moonroom.environment(tmp_path / "home"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
