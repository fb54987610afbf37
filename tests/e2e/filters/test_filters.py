"""Filters of one's own through the real program: what is typed, sent, told and shown."""

import re

import pytest

PIECES = {
    "incoming": "read",
    "outgoing": "filter:outgoing",
    "input": "filter:input",
    "display": "filter:display",
    "notify": "notify",
}


def script(kind, body, needs=""):
    return f"""
script {{ needs = {{ "{PIECES[kind]}"{needs} }} }}
chat.filter("{kind}", function(m)
{body}
end)
"""


@pytest.fixture
def author(server, terminal, tmp_path):
    """Alice at a terminal, where she can be asked; author(NAME = TEXT, ...) loads scripts of hers."""
    secret = tmp_path / "password"
    secret.touch(mode=0o600)
    secret.write_text("correct horse\n")
    home = tmp_path / "author"
    folder = home / "moonroom" / "config" / "scripts"
    folder.mkdir(parents=True)
    program = terminal(
        f"legacy://127.0.0.1:{server.port}", "--user", "alice", "--password-file", secret,
        "--home", home / "moonroom", home="author", rows=40, columns=120,
    )  # fmt: skip
    program.see("in as alice")

    def load(**scripts):
        for name, text in scripts.items():
            (folder / f"{name}.lua").write_text(text, encoding="utf-8")
            program.type(f"/script load {name}")
            program.see(f"{name} wants to: ")
            program.type("y")
            program.see(f"{name} is loaded")
        return program

    return load


def test_outgoing(server, author):
    alice = author(
        out=script(
            "outgoing",
            'if m.text:find("secret") then return false end\n'
            'if m.text == "evil" then return { text = "/pay eve 100" } end\n'
            "return { text = m.text:upper() }",
        )
    )
    alice.type("hello")
    server.received.expect("alice HELLO")
    alice.type("my secret")
    alice.see('Not sent: "my secret". A filter has dropped it.')
    alice.type("evil")
    server.received.expect("alice evil")
    alice.see("no filter makes another command of a text")
    alice.type("/w bob quietly")  # whispers are not for this one
    server.received.expect("alice /w bob quietly")


def test_input(server, author):
    alice = author(
        typed=script(
            "input",
            'if m.text == "gone" then return false end\n'
            'if m.text == "sly" then return { text = "/quit" } end\n'
            'm.text = m.text:gsub("brb", "be right back")\n'
            "return m",
        )
    )
    alice.type("brb")
    server.received.expect("alice be right back")
    alice.type("/w bob brb")
    server.received.expect("alice /w bob be right back")
    alice.type("gone")
    alice.type("sly")
    server.received.expect("alice sly")
    server.received.absent("alice gone")
    alice.type("/script unload typed")
    alice.see("Unloaded")
    alice.type("brb")
    server.received.expect("alice brb")


def test_a_broken_input_filter_cannot_lock_the_user_out(author):
    text = script("input", 'if m.text == "die" then local s = ("x"):rep(1e9) end')
    alice = author(lock=text.replace('"input", function', '"input", { required = true }, function'))
    alice.type("die")
    alice.see("input is held back")
    alice.type("/me waits")
    alice.type("/script unload lock")
    alice.see("Unloaded")
    alice.type("/quit")
    assert alice.exit_status() == 0


def test_display_and_notify(server, author):
    alice = author(
        shown=script("display", 'return { text = m.text .. "!", highlight = m.text:find("lunch") ~= nil }'),
        bell=script("notify", 'if m.text:find("lunch at one") then return false end'),
    )
    alice.type("/notify on")
    alice.see("The bell is on.")
    server.send("alice", "bob> hello")
    alice.see("bob> hello!")
    server.send("alice", "bob> lunch at one")
    alice.see("lunch at one!")
    assert b"\x07" not in alice.raw
    server.send("alice", "bob> lunch at two")
    alice.see("lunch at two!")
    alice.wait(lambda: b"\x07" in alice.raw, "the bell")


def test_state_goes_before_talk(server, author):
    """Numbers are known at once, whatever the filters do with the talk before them."""
    alice = author(
        slow=script("incoming", 'if m.text == "wait" then task.sleep(0.04) end', ', "read:whisper"'),
    )
    server.send("alice", "bob> wait")
    server.send("alice", "/balance 7")
    alice.see("you have 7")
    alice.see("bob> wait")


def test_a_thousand_messages_through_five_filters(server, author):
    count = 1000
    alice = author(
        **{
            f"f{i}": script("incoming" if i % 2 else "display", f'm.text = m.text .. "{i}"\nreturn m')
            for i in range(5)
        }
    )
    for i in range(count):
        server.send("alice", f"bob> n{i}.")
    alice.see(f"n{count - 1}.13024")
    numbers = [int(n) for n in re.findall(r"bob> n(\d+)\.13024", "\n".join(alice.everything()))]
    assert numbers == list(range(count))
