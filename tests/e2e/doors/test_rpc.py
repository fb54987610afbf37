"""`moonroom --rpc`: a program that speaks JSON-RPC on standard input and output."""

import json

import pytest

import moonroom


class Bot(moonroom.Program):
    """A bot: asks with call(), waits for what it is told with told()."""

    def __init__(self, room, home, user):
        home.mkdir(parents=True)
        (home / "password").write_text("correct horse\n")
        super().__init__(
            ["--rpc", room.url, "--user", user, "--password-file", home / "password"]
            + ["--register", "--accept-terms", "--home", home / "moonroom"],
            home,
        )
        self.last = 0

    def send(self, message):
        self.type(json.dumps(message))

    def call(self, method, **params):
        self.last += 1
        number = self.last
        self.send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        return json.loads(self.out.expect(lambda line: json.loads(line).get("id") == number))

    def told(self, name, **wanted):
        """The table of the next event of that name in which these fields have these values."""

        def fits(line):
            message = json.loads(line)
            if message.get("method") != "event" or message["params"]["name"] != name:
                return False
            return wanted.items() <= message["params"]["data"].items()

        return json.loads(self.out.expect(fits))["params"]["data"]

    def enter(self):
        """Subscribes to the login, and waits for it unless it has happened."""
        self.call("event.subscribe", name="login")
        if self.call("chat.room")["result"]["state"] != "online":
            self.told("login")


@pytest.fixture
def bot(room, tmp_path):
    with Bot(room, tmp_path / "bot", "robin") as program:
        program.enter()
        yield program


def test_greeter(bot, room, client):
    """What a greeter in any language does: hears the room's line, and answers."""
    bot.call("event.subscribe", name="server_message")
    alice = client(room.port, "alice", register=True)
    bot.told("server_message", text="alice is in.")
    assert bot.call("chat.say", text="Welcome, alice!")["result"] is True
    alice.out.expect("robin> Welcome, alice!")


def test_messages_and_whispers(bot, room, client):
    bot.call("event.subscribe", name="message")
    bot.call("event.subscribe", name="whisper")
    alice = client(room.port, "alice", register=True)
    alice.type("hé <b>", "/w robin psst")
    message = bot.told("message")
    assert message["from"] == "alice" and message["text"] == "hé <b>" and message["self"] is False
    assert bot.told("whisper")["text"] == "psst"


def test_errors_have_codes(bot):
    answers = {
        "not_found": bot.call("chat.shout"),
        "invalid": bot.call("chat.say"),
        "unverified": bot.call("mine.submit", s="A" * 86),
    }
    assert {code: answer["error"]["data"]["code"] for code, answer in answers.items()} == {c: c for c in answers}
    refused = bot.call("chat.say", text="/delacc 1")
    assert refused["error"]["data"]["code"] == "invalid"
    refused = bot.call("chat.say", text="a\nb")
    assert refused["error"]["data"]["code"] == "invalid"


def test_questions_to_the_room(bot):
    assert bot.call("chat.request", what="active")["result"] == ["robin"]
    assert bot.call("shop.cost", item="cookie")["result"] == 10
    assert len(bot.call("chat.request", what="hash")["result"]) == 128
    assert bot.call("chat.request", what="ping")["result"] >= 0


def test_end_of_input_leaves(bot, room, client):
    alice = client(room.port, "alice", register=True)
    alice.err.expect(lambda line: "alice" in line)
    assert bot.finish() == 0
    alice.type("/active")
    alice.err.expect(lambda line: "has left" in line)


def test_a_broken_line_ends_it(bot):
    bot.type("this is no JSON")
    assert bot.wait() == 1
    assert any("standard input" in line for line in bot.err.history)


def test_standard_input_must_be_a_pipe(tmp_path):
    result = moonroom.subprocess.run(
        [str(moonroom.MOONROOM), "--rpc", "127.0.0.1:1"],
        stdin=moonroom.subprocess.DEVNULL,
        capture_output=True,
        env=moonroom.environment(tmp_path),
        timeout=30,
        check=False,
    )
    assert result.returncode == 1
    assert b"must be pipes or sockets" in result.stderr
