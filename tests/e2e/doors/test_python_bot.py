"""The Python greeter of docs/rpc.md, and the page itself."""

import os
import signal
import subprocess
import sys

import moonroom

BOT = moonroom.TOP / "scripts" / "examples" / "greeter.py"


def test_the_page_shows_the_bot():
    page = (moonroom.TOP / "docs" / "rpc.md").read_text(encoding="utf-8")
    assert BOT.read_text(encoding="utf-8") in page
    assert len(BOT.read_text(encoding="utf-8").splitlines()) <= 35


def test_it_greets(room, client, tmp_path):
    robin = client(room.port, "robin", register=True)
    assert robin.finish() == 0
    environment = moonroom.environment(tmp_path)
    environment["PATH"] = f"{moonroom.MOONROOM.parent}{os.pathsep}{environment['PATH']}"
    bot = subprocess.Popen(
        [sys.executable, str(BOT), room.url, "robin", str(robin.home / "password")],
        env=environment,
        start_new_session=True,
    )
    try:
        room.err.expect(lambda line: "robin is in from" in line)  # the registration
        room.err.expect(lambda line: "robin is in from" in line)
        alice = client(room.port, "alice", register=True)
        alice.out.expect("robin> Welcome, alice!")
    finally:
        os.killpg(bot.pid, signal.SIGTERM)
        bot.wait(20)
