#!/usr/bin/python3
"""greeter.py ADDRESS NAME PASSWORD-FILE: what greeter.lua does, in Python, over `moonroom --rpc`."""

import json
import subprocess
import sys

address, name, password_file = sys.argv[1:]
room = subprocess.Popen(
    ["moonroom", "--rpc", address, "--user", name, "--password-file", password_file],
    stdin=subprocess.PIPE,
    stdout=subprocess.PIPE,
    encoding="utf-8",
)


def send(number, method, **params):
    request = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
    print(json.dumps(request), file=room.stdin, flush=True)


send(1, "event.subscribe", name="server_message")
for line in room.stdout:
    message = json.loads(line)
    if "error" in message:
        print("refused:", message["error"]["message"], file=sys.stderr)
    elif message.get("method") == "event":
        text = message["params"]["data"]["text"]
        if text.endswith(" is in.") and not text.startswith(name + " "):
            send(2, "chat.say", text="Welcome, " + text.split()[0] + "!")
sys.exit(room.wait())
