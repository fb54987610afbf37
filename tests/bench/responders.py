#!/usr/bin/python3
"""What one message costs a client, with a responder in a script and without: moonroom beside WeeChat and irssi.

Usage: tests/bench/responders.py [MESSAGES]

Each client joins a server on this machine that floods it with messages, none of which the responder answers. What
is counted is the CPU time of the client and of its children, so a busy machine disturbs little. The responder's
price is the difference between the rounds with it and those without. WeeChat (with Lua) and irssi (with Perl) are
Debian's packages weechat-headless, weechat-lua and irssi; one that is not installed is named and left out.
"""

import os
import pty
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
for folder in ("support", "interop"):
    sys.path.insert(0, str(HERE.parent / folder))

import moonroom  # noqa: E402
from peer import OldServer, password_hash  # noqa: E402

ROUNDS = 5
WARM = 200  # messages before the clock starts
BURST = 1000  # messages at once: fewer than moonroom would count as lost because a script does not keep up

WEECHAT = """
weechat.register("pong", "bench", "1", "MIT", "", "", "")
function heard(_, signal, message)
  local text = message:match(" PRIVMSG %S+ :(.*)$")
  if text and text:lower() == "ping" then
    weechat.command("", "pong")
  end
  return weechat.WEECHAT_RC_OK
end
weechat.hook_signal("*,irc_in2_privmsg", "heard", "")
"""

IRSSI = """
use strict;
use Irssi;
our %IRSSI = (name => 'pong', description => 'bench', license => 'MIT');
sub heard {
    my ($server, $text, $nick, $address, $target) = @_;
    $server->command("msg $target pong") if lc($text) eq 'ping';
}
Irssi::signal_add('message public', 'heard');
"""

MOONROOM = """
chat.on("message", function(m)
  if not m.self and m.text:lower() == "ping" then
    chat.say("pong")
  end
end)
"""


def cpu_us(pid):
    """CPU time of a process and of its children that still run, in microseconds."""
    total = 0
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    for one in (pid, *children):
        for task in Path(f"/proc/{one}/task").iterdir():
            total += int((task / "schedstat").read_text(encoding="utf-8").split()[0])
    return total / 1000


def settled_us(pid):
    """The same once nothing is done any more."""
    last = cpu_us(pid)
    while True:
        time.sleep(0.5)
        now = cpu_us(pid)
        if now - last < 2000:
            return now
        last = now


class IrcServer:
    """One client, one channel; as much of IRC as that takes."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.joined, self.ponged = threading.Event(), threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        self.connection, _ = self.listener.accept()
        nick = "bench"
        for raw in self.connection.makefile("rb"):
            words = raw.decode("utf-8", "replace").split()
            verb = words[0].upper() if words else ""
            if verb == "CAP" and words[1] == "LS":
                self.send(":s CAP * LS :\r\n")
            elif verb == "NICK":
                nick = words[1].lstrip(":")
            elif verb == "USER":
                self.send(f":s 001 {nick} :hello\r\n:s 376 {nick} :end\r\n:{nick}!u@h JOIN :#bench\r\n")
                self.send(f":s 353 {nick} = #bench :{nick} bob\r\n:s 366 {nick} #bench :end\r\n")
                self.joined.set()
            elif verb == "PING":
                self.send(f":s PONG s :{words[-1].lstrip(':')}\r\n")
            elif verb == "PONG" and "done" in words[-1]:
                self.ponged.set()

    def send(self, text):
        self.connection.sendall(text.encode())

    def flood(self, first, count):
        """Sends the messages and waits until the client has read all of them."""
        self.ponged.clear()
        for begin in range(first, first + count, 50):
            end = min(begin + 50, first + count)
            self.send("".join(f":bob!u@h PRIVMSG #bench :message number {i}\r\n" for i in range(begin, end)))
        self.send("PING :done\r\n")
        assert self.ponged.wait(120), "the client does not answer"

    def close(self):
        self.connection.close()
        self.listener.close()


def measure(flood, pid, messages):
    flood(0, WARM)
    before = settled_us(pid)
    for first in range(WARM, WARM + messages, BURST):
        flood(first, BURST)
        after = settled_us(pid)
    return (after - before) / messages


def weechat(home, messages, responder):
    folder = home / "weechat"
    (folder / "lua" / "autoload").mkdir(parents=True)
    if responder:
        (folder / "lua" / "autoload" / "pong.lua").write_text(WEECHAT, encoding="utf-8")
    server = IrcServer()
    commands = f"/server add bench 127.0.0.1/{server.port} -notls;/set irc.server.bench.anti_flood_prio_high 0"
    program = subprocess.Popen(
        ["weechat-headless", "--dir", folder, "-r", f"{commands};/connect bench"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=moonroom.environment(home), start_new_session=True,
    )  # fmt: skip
    try:
        assert server.joined.wait(20), "WeeChat does not come"
        return measure(server.flood, program.pid, messages)
    finally:
        program.kill()
        program.wait()
        server.close()


def irssi(home, messages, responder):
    folder = home / "irssi"
    (folder / "scripts" / "autorun").mkdir(parents=True)
    if responder:
        (folder / "scripts" / "autorun" / "pong.pl").write_text(IRSSI, encoding="utf-8")
    server = IrcServer()
    pid, master = pty.fork()
    if pid == 0:
        env = moonroom.environment(home, TERM="xterm")
        os.execvpe("irssi", ["irssi", "--home", str(folder), "-c", "127.0.0.1", "-p", str(server.port)], env)
    drain = threading.Thread(target=lambda: swallow(master), daemon=True)
    drain.start()
    try:
        assert server.joined.wait(20), "irssi does not come"
        return measure(server.flood, pid, messages)
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        server.close()


def swallow(fd):
    try:
        while os.read(fd, 65536):
            pass
    except OSError:
        pass


def ours(home, messages, responder):
    script = home / "pong.lua"
    script.write_text(MOONROOM if responder else "-- listens to nothing\n", encoding="utf-8")
    secret = home / "password"
    secret.write_text("correct horse\n", encoding="utf-8")
    with OldServer(accounts={"alice": password_hash("correct horse", "alice")}, safe=True) as server:
        arguments = ["run", script, "--to", f"legacy://127.0.0.1:{server.port}", "--user", "alice"]
        arguments += ["--password-file", secret, "--home", home / "moonroom"]
        with moonroom.Program(arguments, home) as program:
            server.joined.expect(lambda line: line.startswith("alice is in"))

            def flood(first, count):
                for begin in range(first, first + count, 50):
                    end = min(begin + 50, first + count)
                    server.send("alice", "\n".join(f"bob> message number {i}" for i in range(begin, end)))

            return measure(flood, program.process.pid, messages)


def main():
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    clients = [("moonroom (Lua)", ours, True), ("WeeChat (Lua)", weechat, shutil.which("weechat-headless"))]
    clients.append(("irssi (Perl)", irssi, shutil.which("irssi")))
    print(f"CPU time for one message, in microseconds; medians of {ROUNDS} rounds of {messages} messages")
    print(f"  {'':16s} {'without':>9s} {'with':>9s} {'responder':>9s}")
    for name, client, installed in clients:
        if not installed:
            print(f"  {name:16s} is not installed")
            continue
        medians = []
        for responder in (False, True):
            rounds = []
            for _ in range(ROUNDS):
                with tempfile.TemporaryDirectory() as folder:
                    rounds.append(client(Path(folder), messages, responder))
            medians.append(statistics.median(rounds))
        print(f"  {name:16s} {medians[0]:9.1f} {medians[1]:9.1f} {medians[1] - medians[0]:9.1f}")


if __name__ == "__main__":
    main()
