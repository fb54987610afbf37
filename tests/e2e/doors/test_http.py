"""http.get and http.post of scripts against Python's own server, by http on loopback and by https."""

import http.server
import json
import re
import ssl
import subprocess
import threading
from pathlib import Path

import moonroom
import pytest

BIG = 200_000


class Handler(http.server.BaseHTTPRequestHandler):
    """What the paths say; /to?ADDRESS leads there."""

    def log_message(self, *_):
        pass

    def answer(self, status, body, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        path, _, rest = self.path.partition("?")
        if path == "/hello":
            self.answer(200, "h\u00e4llo".encode(), X_Two="one", Server="tests")
        elif path == "/bytes":
            self.answer(200, b"\x00\xff" * 3)
        elif path == "/big":
            self.answer(200, b"x" * BIG)
        elif path == "/to":
            self.answer(302, b"elsewhere", Location=rest)
        elif path == "/method":
            self.answer(200, self.command.encode())
        elif path == "/who":
            self.answer(200, f"{self.headers['Authorization']} {self.headers['Cookie']} {self.headers['X-Mine']}".encode())
        elif path == "/agent":
            agent = self.headers["User-Agent"].split("/")[0]
            self.answer(200, f"{agent} {self.headers['X-Mine']} {self.headers['Cookie']}".encode(), Set_Cookie="a=b")
        else:
            self.answer(404, b"nothing")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.startswith("/to?"):
            self.answer(303, b"", Location=self.path[4:])
        else:
            self.answer(201, self.headers["Content-Type"].encode() + b"|" + body)


def serve(context=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture
def plain():
    server = serve()
    yield server.server_address[1]
    server.shutdown()


@pytest.fixture
def secure(tmp_path):
    """A server that is localhost by a certificate that its own authority has signed: (port, that authority's file)."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
        + ["-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = serve(context)
    yield server.server_address[1], certificate
    server.shutdown()


def libraries(pid):
    """The shared libraries that the process has mapped, without versions: libuv, libc, ..."""
    maps = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8")
    return set(re.findall(r"/(lib[^/\n]*?)(?:-[0-9.]+)?\.so[0-9.]*$", maps, re.MULTILINE))


def run(tmp_path, room, needs, calls, look=lambda bot: None, **more):
    """What each of the calls printed, one line each. LOOK sees the client after them."""
    home = tmp_path / "bot"
    home.mkdir()
    (home / "password").write_text("correct horse\n")
    lines = [
        "local json, http = json, http",
        "local function tell(r, err)",
        "  print('> ' .. json.encode(r or { code = err.code, message = err.message })) end",
    ]
    script = home / "web.lua"
    needed = ", ".join(f"'{need}'" for need in needs)
    body = "\n".join(f"tell({call})" for call in calls)
    script.write_text(f"script {{ needs = {{ {needed} }} }}\n" + "\n".join(lines) + f"\n{body}\nprint('> end')\n")
    program = moonroom.Program(
        ["run", script, "--to", room.url, "--user", "robin", "--password-file", home / "password"]
        + ["--register", "--accept-terms", "--home", home / "moonroom"],
        home,
        **more,
    )
    with program as bot:
        bot.err.expect(lambda line: line.endswith("> end"))
        look(bot)
        told = [line.split("> ", 1)[1] for line in bot.err.history if "> " in line]
        assert bot.stop() == 0
    return [json.loads(line) for line in told if line != "end"]


def test_plain(room, tmp_path, plain):
    at = f"http://127.0.0.1:{plain}"
    calls = [
        f"http.get('{at}/hello')",
        f"(function() local r = http.get('{at}/bytes') return {{ bytes = {{ r.body:byte(1, -1) }} }} end)()",
        f"http.get('{at}/none')",
        f"http.get('{at}/big')",
        f"http.get('{at}/agent', {{ headers = {{ ['X-Mine'] = 'yes' }} }})",
        f"http.get('{at}/agent')",
        f"http.post('{at}/echo', {{ body = 'a=b' }})",
        f"http.post('{at}/echo', {{ json = {{ a = 1 }} }})",
        f"http.post('{at}/echo')",
        f"http.get('{at}/to?/hello')",
        f"http.post('{at}/to?/method', {{ body = 'x' }})",
        f"http.get('{at}/to?http://localhost:{plain}/hello')",
        f"http.get('{at}/to?file:///etc/passwd')",
        f"http.get('{at}/to?/to?/to?/to?/to?/to?/hello')",
    ]
    said = run(tmp_path, room, ["http:127.0.0.1"], calls)
    assert said[0]["status"] == 200 and said[0]["body"] == "h\u00e4llo" and said[0]["url"] == f"{at}/hello"
    assert said[0]["headers"]["x-two"] == "one"
    assert said[1] == {"bytes": [0, 255] * 3}
    assert said[2]["status"] == 404 and said[2]["body"] == "nothing"
    assert said[3]["code"] == "limit"
    assert said[4]["body"] == "moonroom yes None"
    assert said[5]["body"] == "moonroom None None", "a cookie was kept"
    assert said[6]["status"] == 201 and said[6]["body"] == "text/plain; charset=utf-8|a=b"
    assert said[7]["body"] == 'application/json|{"a":1}'
    assert said[8]["body"] == "text/plain; charset=utf-8|"
    assert said[9]["body"] == "h\u00e4llo" and said[9]["url"] == f"{at}/hello"
    assert said[10]["body"] == "GET"
    assert said[11]["code"] == "denied" and "'http:localhost'" in said[11]["message"]
    assert said[12]["code"] == "invalid"
    assert said[13]["code"] == "limit" and "too often" in said[13]["message"]


def test_credentials_stay_with_their_host(room, tmp_path, plain):
    """They go on to the same host, not to another one, though that is granted as well."""
    at = f"http://127.0.0.1:{plain}"
    mine = "{ headers = { Authorization = 'key', cookie = 'a=b', ['X-Mine'] = 'yes' } }"
    calls = [f"http.get('{at}/to?{to}/who', {mine})" for to in ("", f"http://localhost:{plain}")]
    said = run(tmp_path, room, ["http:127.0.0.1", "http:localhost"], calls)
    assert [one["body"] for one in said] == ["key a=b yes", "None None yes"]


def test_verified(room, tmp_path, secure):
    port, authority = secure
    calls = [f"http.get('https://localhost:{port}/hello')", f"http.get('https://127.0.0.1:{port}/hello')"]
    known, other_name = run(tmp_path, room, ["http:localhost", "http:127.0.0.1"], calls, SSL_CERT_FILE=str(authority))
    assert known["body"] == "h\u00e4llo"
    assert other_name["code"] == "unverified"


def test_nobody_vouches(room, tmp_path, secure):
    calls = [f"http.get('https://localhost:{secure[0]}/hello')"]
    (said,) = run(tmp_path, room, ["http:localhost"], calls)
    assert said["code"] == "unverified"
    assert "certificate" in said["message"]


# What a client may hold that fetches nothing: each library more costs every start time and memory. The second line is
# the sanitizers'; libnss_* is what the machine looks up names of hosts and users with.
LEAN = {
    *("libc", "libm", "libcrypto", "libuv", "libcjson", "libreadline", "libtinfo"),
    *("libasan", "libubsan", "libtsan", "libstdc++", "libgcc_s"),
}


def test_libcurl_is_loaded_for_the_first_fetch(room, tmp_path, plain):
    with moonroom.Client(room.port, tmp_path / "wren", "wren", register=True) as client:
        client.err.expect(lambda line: "in as wren" in line)
        held = libraries(client.process.pid)
        assert client.finish() == 0
    assert "libc" in held
    assert {name for name in held if not name.startswith("libnss_")} <= LEAN
    later = set()
    calls = [f"http.get('http://127.0.0.1:{plain}/hello')"]
    run(tmp_path, room, ["http:127.0.0.1"], calls, lambda bot: later.update(libraries(bot.process.pid)))
    assert "libcurl" in later


def test_without_libcurl(room, tmp_path, plain):
    """A file that is no library stands in its place."""
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "libcurl.so.4").write_text("no library\n")
    calls = [f"http.get('http://127.0.0.1:{plain}/hello')"]
    (said,) = run(tmp_path, room, ["http:127.0.0.1"], calls, LD_LIBRARY_PATH=str(tmp_path / "broken"))
    assert said["code"] == "unsupported"
    assert "needs libcurl" in said["message"] and "libcurl.so.4" in said["message"]
