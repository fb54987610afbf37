#!/usr/bin/env python3
"""Writes the kept inputs of fuzz targets, those of the wire floor from tests/vectors/vectors.json.

Run it in the top folder after a change of what the inputs mean:  tests/fuzz/make_corpus.py
"""
import json
import struct
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
VECTORS = json.loads((TOP / "tests/vectors/vectors.json").read_text(encoding="utf-8"))
HASH = VECTORS["password_hashes"][0]["sent"]
S = VECTORS["mining"][0]["S"]


def write(target, name, data):
    folder = TOP / "tests/fuzz/corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def pieces(data, step=60):
    """Raw bytes as operations of fuzz_frame: a byte with the length, then the bytes."""
    out = b""
    for at in range(0, len(data), step):
        part = data[at : at + step]
        out += bytes([len(part) << 2 | 2]) + part
    return out


def frames():
    for number, row in enumerate(VECTORS["ambiguous_streams"]):
        stream = bytes.fromhex(row["stream"])
        for role in (0, 1):
            wide = 0xF0 if number >= 12 and role == 0 else 0  # many offsets are slow
            write("frame", f"ambiguous-{number}-{role}", bytes([0, wide | role]) + pieces(stream) + b"\0")
    careful = bytes([1, 3, 5]) + b"hello" + bytes([0, 10]) + b"caf\xe9\nline2" + bytes([1] * 60)
    write("frame", "careful", careful)
    write("frame", "mixed", b"\0\1" + bytes([5 << 2 | 1]) + b"hello" + b"\0" + bytes([3 << 2 | 2]) + b"\n\n\n")


def envelopes():
    write("envelope", "text", b"\1hello, room")
    write("envelope", "empty", b"\1")
    for number, row in enumerate(VECTORS["frames"][:4]):
        write("envelope", f"frame-{number}", b"\0" + bytes.fromhex(row["frame"])[:-5])
    for row in VECTORS["pkcs1_bad"][:3]:
        write("envelope", "bad-" + row["block"][:8], b"\0" + bytes.fromhex(row["block"]))
    for row in VECTORS["keys"]:
        write("envelope", "key-" + row["name"], f"k{row['n']}\n{row['e']}".encode())
    write("envelope", "key-negative", b"k-5\n3")


def lines():
    room = f"""bob> hello
bob> /w psst
me> /w To:bob psst
Server> Active users: \nbob\nme
Server> You have been kicked by bob. \nServer> bob is in. \nServer> cookie costs 10 coins. \n/balance -5
/cookies +2
/newHash {HASH}
/update_leaderboard Joe,10 Bob,100,
/ping 12
/e delacc no
/e changepass no"""
    client = f"""hello
/w bob psst
/ping 1
/active
/a /kick bob
/mine {S}
/requestLeaderboard
/requestHash
/cost cookie
/buy cookie 3
/pay bob 5
/delacc {HASH}
/changepass {HASH} {HASH}
/exit"""
    write("lines", "from-room", b"\0" + room.encode())
    write("lines", "from-client", b"\0" + client.encode())
    for kind in range(33):
        data = bytes([1, kind, 5, 3]) + b"bob" + bytes([3]) + b"joe" + bytes([6]) + b"cookie"
        data += bytes([5]) + b"hello" + b"Joe,10 Bob,100\nbob\njoe"
        write("lines", f"format-{kind:02}", data)
    write("lines", "format-solution", bytes([1, 7, 0, 0, 0, 0, 86]) + S.encode())
    write("lines", "format-hash", bytes([1, 28, 0, 0, 0, 0, 128]) + HASH.encode())


def logins():
    write("login", "client", bytes([1, 0, 1, 2]))
    write("login", "client-refused", bytes([1, 0, 11 << 3 | 6]) + b"No entrance" + bytes([0, 0]))
    write("login", "client-refused-framed", bytes([1, 1, 9 << 3 | 3]) + b"No thanks")
    write("login", "room", bytes([0, 0, 4, 0, 5 << 3 | 3]) + b"hello" + bytes([1 << 3 | 6]) + b" ")
    write("login", "room-register", bytes([0, 0, 4, 5, 2 << 3 | 6]) + b"ok" + bytes([0, 1 << 3 | 6]) + b" ")
    write("login", "room-refuses", bytes([0, 1, 4, 5, 0]))


def texts():
    samples = {
        "ascii": b"hello", "escape": b"\x1b[31m\x1b]0;x\x07", "c1": "\x9b2J\x9d0;x".encode(),
        "bidi": "a\u202eb\u2066c\u2069".encode(), "emoji": "\U0001f469\u200d\U0001f467 \u2764\ufe0f".encode(),
        "wide": "\u4e16\u754c".encode(), "marks": ("a" + "\u0301" * 9).encode(), "invalid": b"\xff\xc3(\xed\xa0\x80",
        "lines": b"one\r\ntwo\n\tthree",
    }
    for name, data in samples.items():
        write("safe_text", name, bytes([254, 200]) + data)
        write("safe_text", name + "-cut", bytes([1, 5]) + data)


def plugin_manifests():
    text = b"moonroom-plugin 1 roomhost 0.1.0\0"
    names = b"\0.shstrtab\0.moonroom\0"
    header = struct.Struct("<16sHHIQQQIHHHHHH")
    section = struct.Struct("<IIQQQQIIQQ")
    start = header.size + len(names) + len(text)

    def elf(count=3, strings=1, offset=header.size + len(names), size=len(text), kind=3):
        ident = b"\x7fELF\2\1\1" + bytes(9)
        head = header.pack(ident, kind, 62, 1, 0, 0, start, 0, header.size, 0, 0, section.size, count, strings)
        rows = [
            section.pack(0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
            section.pack(1, 3, 0, 0, header.size, len(names), 0, 0, 1, 0),
            section.pack(11, 1, 2, 0, offset, size, 0, 0, 1, 0),
        ]
        return head + names + text + b"".join(rows)

    write("plugin_manifest", "good", elf())
    write("plugin_manifest", "cut", elf()[:-1])
    write("plugin_manifest", "sections", elf(count=65535))
    write("plugin_manifest", "strings", elf(strings=9))
    write("plugin_manifest", "offset", elf(offset=2**64 - 1))
    write("plugin_manifest", "size", elf(size=2**63))
    write("plugin_manifest", "program", elf(kind=2))
    write("plugin_manifest", "text", text)
    write("plugin_manifest", "text-wrong", b"moonroom-plugin 4294967296 a b")


def expressions():
    rows = {
        "groups": (r"(a+)(?:b|c)*?(d)?", "aabcbd"),
        "classes": (r"(?i)[^\s\d]+\b.", "Moon 12 r\u00e9"),
        "counts": (r"(x{2,3}){4}y{0,2}$", "x" * 12 + "y"),
        "wild": (r"(a*)*(a|aa)+b", "a" * 60),
        "mistake": (r"([a-", ""),
    }
    for name, (pattern, text) in rows.items():
        write("re", name, bytes([len(pattern)]) + pattern.encode() + text.encode())


def hosts():
    """What a core sends: a script, and one message of each kind; in pieces of any size."""
    source = """script { name = "x", needs = { "send" }, settings = { n = { type = "int", default = 1, help = "n" } } }
chat.on("message", function(m) chat.say(m.text) script.state.n = m end)
command { name = "x", args = "[n:int=1]", help = "x", run = function(a) ui.input("x" .. a.n) error(a) end }
timer.after(1, function() task.sleep(1) end)
chat.filter("incoming", function(m) m.text = m.text .. "x" return m end)
script.on_save(function() return { 1, { 2 } } end)
script.on_restore(function(s) print(s[1]) end)
script.on_unload(function() log.info("x") end)
"""
    load = {"kind": "script", "name": "x", "version": "", "path": "x.lua", "source": source}
    message = {"from": "bob", "text": "hi", "chat": "Lobby", "self": False, "raw": "bob> hi", "time": 1700000000}

    def line(method, params, number=1):
        return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}

    def answers(count):
        return [{"jsonrpc": "2.0", "id": n, "result": n} for n in range(1, count + 1)]

    error = {"code": -32001, "message": "no", "data": {"code": "denied"}}
    kinds = {
        "manifest": [line("load", {**load, "kind": "manifest"})],
        "load": [line("load", load), *answers(9)],
        "refused": [line("load", load), *[{"jsonrpc": "2.0", "id": n, "error": error} for n in range(1, 9)]],
        "event": [line("load", load), *answers(9), line("event", {"id": 2, "name": "message", "data": message})],
        "command": [line("load", load), *answers(9), line("command", {"id": 3, "args": {"n": 5}, "chat": "Lobby"})],
        "timer": [line("load", load), *answers(9), line("timer", {"id": 4})],
        "filter": [line("load", load), *answers(9), line("filter", {"id": 5, "item": 7, "data": message})],
        "save": [line("load", load), *answers(9), line("save", None), line("unload", {"code": "reloaded", "text": "x"})],
        "restore": [line("load", load), *answers(9), line("restore", {"state": [1, [2]]})],
        "strategy": [line("load", {**load, "kind": "strategy", "source": "function mine(c) print(c.prev_hash) end"})],
        "alive": [line("alive", None), line("unknown", {}), line("load", {})],
        "answers": [*answers(3), {"jsonrpc": "2.0", "id": 1.5, "result": {}}, {"id": "x"}, {}],
    }
    for name, messages in kinds.items():
        text = "".join(json.dumps(message) + "\n" for message in messages).encode()
        write("host", name, bytes([255]) + text)
        write("host", name + "-dribbled", bytes([6]) + text)


if __name__ == "__main__":
    frames()
    envelopes()
    lines()
    logins()
    texts()
    plugin_manifests()
    expressions()
    hosts()
