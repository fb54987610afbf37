"""`moonroom --listen`: programs of the same user control a running client."""

import json
import socket
import stat

import pytest

import moonroom


class Control:
    """A program on the control socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(str(path))
        self.lines = self.socket.makefile("r", encoding="utf-8")
        self.last = 0

    def call(self, method, **params):
        self.last += 1
        request = {"jsonrpc": "2.0", "id": self.last, "method": method, "params": params}
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        while True:
            message = json.loads(self.lines.readline())
            if message.get("id") == self.last:
                return message

    def told(self):
        return json.loads(self.lines.readline())["params"]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "s"


@pytest.fixture
def alice(room, client, path):
    program = client(room.port, "alice", f"--listen={path}", register=True)
    program.err.expect(lambda line: "alice is in" in line)
    return program


def test_control(alice, room, client, path):
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    program = Control(path)
    assert program.call("chat.me")["result"] == "alice"
    program.call("event.subscribe", name="message")
    assert program.call("chat.say", text="said by a program")["result"] is True
    alice.out.expect("alice> said by a program")
    assert program.told()["data"]["text"] == "said by a program"


def test_its_own_grants(alice, path):
    program = Control(path)
    assert program.call("chat.raw", line="/ping 1")["error"]["data"]["code"] == "denied"
    assert program.call("chat.quit")["error"]["data"]["code"] == "denied"
    alice.type("/set listen.grants client")
    alice.err.expect(lambda line: "listen.grants" in line)
    assert Control(path).call("command.run", line="/note by a program")["result"] is True


def test_programs_come_and_go(alice, path):
    for _ in range(40):
        program = Control(path)
        assert program.call("chat.me")["result"] == "alice"
        program.lines.close()
        program.socket.close()
    broken = Control(path)
    broken.socket.sendall(b"no JSON\n")
    assert broken.lines.readline() == ""
    assert Control(path).call("chat.me")["result"] == "alice"


def test_the_file_goes_with_the_client(alice, path):
    assert alice.finish() == 0
    assert not path.exists()


def test_a_dead_clients_file_is_replaced(room, client, path):
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(path))
    dead.close()
    program = client(room.port, "bob", f"--listen={path}", register=True)
    program.err.expect(lambda line: "bob is in" in line)
    assert Control(path).call("chat.me")["result"] == "bob"


def test_two_clients_cannot_share(alice, room, tmp_path, path):
    result = moonroom.run(f"--listen={path}", room.url, home=tmp_path)
    assert result.returncode == 1
    assert "another moonroom listens there" in result.stderr


def test_a_file_is_never_overwritten(room, tmp_path, path):
    path.write_text("mine\n")
    result = moonroom.run(f"--listen={path}", room.url, home=tmp_path)
    assert result.returncode == 1
    assert path.read_text() == "mine\n"
    result = moonroom.run(f"--listen={tmp_path / ('x' * 120)}", room.url, home=tmp_path)
    assert result.returncode == 1
    assert "too long" in result.stderr
