"""Questions of commands and scripts: a state of the prompt that leaves the line being typed alone."""

import os
import re
import signal
import time
from pathlib import Path

import pytest

from peer import password_hash

SCRIPT = """
chat.on("message", function(event)
  if event.text == "ask" then
    local answer, err = ui.input("Which colour?")
    ui.print("answer: " .. tostring(answer) .. " " .. tostring(err and err.code))
  elseif event.text == "confirm" then
    local yes, err = ui.confirm("Shall I?")
    ui.print("yes: " .. tostring(yes) .. " " .. tostring(err and err.code))
  elseif event.text == "secret" then
    local token = ui.input("What is it?", { secret = true })
    ui.print("token: " .. tostring(token))
  elseif event.text == "hurry" then
    local answer, err = ui.input("Quick?", { timeout = "500ms" })
    ui.print("in time: " .. tostring(answer) .. " " .. tostring(err and err.code))
  elseif event.text == "two" then
    task.spawn(function() ui.print("first: " .. tostring(ui.input("First?"))) end)
    task.spawn(function() ui.print("second: " .. tostring(ui.input("Second?"))) end)
  elseif event.text == "pester" then
    for _ = 1, 3 do
      task.spawn(function()
        while true do
          ui.confirm("Now?")
          task.sleep(0.01)
        end
      end)
    end
  end
end)
"""


@pytest.fixture
def asker(server, alice, tmp_path):
    """Alice with a script loaded that asks what bob tells it to ask."""
    path = tmp_path / "asker.lua"
    path.write_text(SCRIPT)
    alice.type("/chats")
    alice.see(re.compile("^1 +Lobby", re.M))  # the commands are up: the script is the youngest child
    alice.type(f"/script load {path}")
    alice.see("asker is loaded.")
    alice.see_cursor_line("Lobby >")
    return alice


def test_a_question_keeps_the_line(server, asker):
    asker.key("half a line\x1b[D\x1b[D")
    asker.see_cursor_line("Lobby > half a line")
    server.send("alice", "bob> ask")
    asker.see_cursor_line("asker| Which colour?")
    server.send("alice", "carol> meanwhile")
    asker.see("carol> meanwhile")
    asker.type("green")
    asker.see("asker| answer: green nil")
    asker.see_cursor_line("Lobby > half a line")
    assert asker.cursor()[1] == len("Lobby > half a li")
    asker.key("\r")
    server.received.expect("alice half a line")
    assert not any("green" in line for line in server.received.history)


def test_ctrl_c_leaves_a_question(server, asker):
    asker.key("half a line")
    asker.see_cursor_line("Lobby > half a line")
    server.send("alice", "bob> confirm")
    asker.see_cursor_line("asker| Shall I? [y/n]")
    asker.key("\x03")
    asker.see("asker| yes: nil canceled")
    asker.see_cursor_line("Lobby > half a line")


def test_yes_and_no(server, asker):
    for answer, shown in (("yes", "true"), ("N", "false")):
        server.send("alice", "bob> confirm")
        asker.see_cursor_line("asker| Shall I? [y/n]")
        asker.type("what?")
        asker.see("Please type yes or no.")
        asker.type(answer)
        asker.see(f"asker| yes: {shown} nil")


def test_secrets_are_tokens(server, asker, tmp_path):
    server.send("alice", "bob> secret")
    asker.see_cursor_line("asker| What is it?")
    asker.type("my-dark-secret")
    asker.see("asker| token: secret:")
    asker.see_cursor_line("Lobby >")
    asker.key("\x10")
    asker.wait(lambda: asker.lines()[asker.cursor()[0]].endswith("asker.lua"), "the line before")
    assert b"my-dark-secret" not in asker.raw
    asker.key("\x15")
    asker.type("/quit")
    assert asker.exit_status() == 0
    assert "dark" not in (tmp_path / "alice/.local/state/moonroom/history").read_text()


def test_questions_wait_for_each_other(server, asker):
    server.send("alice", "bob> two")
    asker.see_cursor_line("asker| First?")
    asker.type("1")
    asker.see_cursor_line("asker| Second?")
    asker.type("2")
    asker.see("asker| first: 1")
    asker.see("asker| second: 2")
    asker.see_cursor_line("Lobby >")


def test_a_question_goes_with_its_script(server, asker):
    asker.key("half a line")
    asker.see_cursor_line("Lobby > half a line")
    server.send("alice", "bob> ask")
    asker.see_cursor_line("asker| Which colour?")
    # Its process is the youngest child; it dies while the question stands there.
    children = Path(f"/proc/{asker.pid}/task/{asker.pid}/children").read_text().split()
    os.kill(max(map(int, children)), signal.SIGKILL)
    asker.see_cursor_line("Lobby > half a line")


def kill_youngest(terminal):
    children = Path(f"/proc/{terminal.pid}/task/{terminal.pid}/children").read_text().split()
    os.kill(max(map(int, children)), signal.SIGKILL)


def test_half_a_secret_does_not_become_a_line(server, asker):
    """The asker dies while the user types: what is typed on belongs to the answer."""
    server.send("alice", "bob> secret")
    asker.see_cursor_line("asker| What is it?")
    asker.key("my-dark-")
    kill_youngest(asker)
    asker.see("Nobody waits for this answer any more.")
    asker.type("secret")
    asker.see_cursor_line("Lobby >")
    asker.type("hello")
    server.received.expect("alice hello")
    assert not any("secret" in line for line in server.received.history)


def test_half_an_answer_does_not_become_a_line(server, asker):
    asker.key("half a line")
    asker.see_cursor_line("Lobby > half a line")
    server.send("alice", "bob> ask")
    asker.see_cursor_line("asker| Which colour?")
    asker.key("gre")
    asker.see_cursor_line("asker| Which colour? gre")
    kill_youngest(asker)
    asker.see("Nobody waits for this answer any more.")
    asker.type("en")
    asker.see_cursor_line("Lobby > half a line")
    asker.key("\r")
    server.received.expect("alice half a line")
    assert not any("en" == line[-2:] for line in server.received.history)


def test_a_script_cannot_keep_the_prompt(server, asker):
    server.send("alice", "bob> pester")
    asker.see_cursor_line("asker| Now? [y/n]")
    for _ in range(6):
        asker.key("\x03")
        time.sleep(0.2)
    asker.see_cursor_line("Lobby >")
    asker.type("/script unload asker")
    asker.see(re.compile("unloaded", re.I))


def test_a_question_waits_for_a_pause(server, asker):
    """Keys of a line that is being typed do not answer a question that comes up meanwhile."""
    text = "between us only"
    for i, letter in enumerate(text):
        asker.key(letter)
        if i == 3:
            server.send("alice", "bob> ask")
        time.sleep(0.05)
    asker.key("\r")
    server.received.expect(f"alice {text}")
    asker.see_cursor_line("asker| Which colour?")


def test_a_pasted_answer_is_one_line(server, asker):
    server.send("alice", "bob> ask")
    asker.see_cursor_line("asker| Which colour?")
    asker.key("\x1b[200~light green\rrm -rf\r\x1b[201~")
    asker.see_cursor_line("asker| Which colour? light green")
    asker.key("\r")
    asker.see("asker| answer: light green nil")
    assert not any("rm" in line for line in server.received.history)


def test_commands_ask_for_secrets(server, alice):
    alice.type("/password")
    alice.see("old password")
    alice.type("correct horse")
    alice.see("at least 8 characters:")
    alice.type("better battery")
    alice.see("The same again:")
    alice.type("better battery")
    server.received.expect(re.compile("alice /changepass .*"))
    alice.see_cursor_line("Lobby >")
    for secret in (b"correct horse", b"better battery"):
        assert secret not in alice.raw


def test_answers_typed_ahead_reach_their_questions(server, alice, tmp_path):
    """All in one go, long before the script can have asked: no password becomes a line."""
    alice.key("/password\rcorrect horse\rbetter battery\rbetter battery\r")
    server.received.expect(re.compile("alice /changepass .*"))
    alice.see_cursor_line("Lobby >")
    alice.type("hello")
    server.received.expect("alice hello")
    alice.type("/quit")
    assert alice.exit_status() == 0
    said = [line for line in server.received.history if not line.startswith("alice /")]
    assert said == ["alice hello"]
    assert server.accounts["alice"] == password_hash("better battery", "alice")
    kept = (tmp_path / "alice/.local/state/moonroom/history").read_text()
    for secret in ("correct horse", "better battery"):
        assert secret not in kept and secret.encode() not in alice.raw


def test_what_is_typed_ahead_of_no_question_goes_nowhere(server, alice):
    alice.key("/login\rmy-dark-secret\r")
    alice.see("You are in a room. Use /logout first.")
    alice.see("thrown away")
    alice.type("hello")
    server.received.expect("alice hello")
    assert not any("dark" in line for line in server.received.history)


def test_a_command_that_breaks_its_promise_to_ask(server, alice, tmp_path):
    """Keys are held for two seconds, or until Ctrl-C."""
    path = tmp_path / "mute.lua"
    path.write_text('command { name = "mute", asks = true, run = function() end }')
    alice.type(f"/script load {path}")
    alice.see("mute is loaded.")
    alice.key("/mute\rone")
    alice.see("Lobby > /mute")
    alice.see_cursor_line("Lobby >")
    alice.key("\x03")
    alice.see("thrown away")
    alice.key("/mute\rtwo\r")
    alice.wait(lambda: "\n".join(alice.everything()).count("thrown away") == 2, "the end of the two seconds")
    alice.type("hello")
    server.received.expect("alice hello")
    assert not any(word in line for line in server.received.history for word in ("one", "two"))


def test_a_question_may_have_an_end(server, asker):
    server.send("alice", "bob> hurry")
    asker.see("in time: nil timeout")
    asker.see_cursor_line("Lobby >")
    asker.key("kept")  # a line that is being typed is given back
    asker.see_cursor_line("Lobby > kept")
    server.send("alice", "bob> hurry")
    asker.see(re.compile("(in time: nil timeout(.|\\n)*){2}"))
    asker.see_cursor_line("Lobby > kept")
