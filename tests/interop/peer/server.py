"""OldServer: a v5 room in a thread a connection, for tests to script and to make misbehave."""

import hashlib
import os
import socket
import struct
import threading
import time
from dataclasses import dataclass

import rsa

from .frame import TERMINATOR, block_size, digest, is_safe, open_frame, seal
from .inbox import PATIENCE_S, Inbox

COSTS = {"adminStatus": 1000, "cookie": 10}
REWARD = 5


@dataclass
class Faults:
    """What the room does wrong, or in an unusual way. Each test sets what it wants."""

    silent: bool = False  # accepts and says nothing
    refuse: str = ""  # plain text in place of the key line, then close
    refuse_encrypted: str = ""  # the same as a frame
    key_line: bytes = b""  # in place of the real one
    info: str = ""  # text of the info frame in place of the real one
    close_after: int = -1  # closes once that many bytes have been sent
    reset: bool = False  # closes with RST instead of FIN
    dribble: bool = False  # one byte a write
    join: int = 1  # puts that many frames into one write
    mute: tuple = ()  # commands that are not answered


class Closed(Exception):
    pass


def decode(text):
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")


class OldServer:
    """A room on loopback. `accounts` maps names to password hashes; `received` is an Inbox of "name line"."""

    def __init__(self, *, bits=512, zeros=2, order="S+prev", safe=False, faults=None, accounts=None):
        self.public, self.private = rsa.newkeys(bits)
        self.zeros, self.order, self.safe = zeros, order, safe
        self.faults = faults or Faults()
        self.accounts = dict(accounts or {})
        self.money, self.cookies, self.admins = {}, {}, set()
        self.prev_hash = hashlib.sha512(os.urandom(16)).hexdigest()
        self.received = Inbox()
        self.joined = Inbox()
        self.ambiguous = []  # frames received that broke the sender's rule
        self.sessions = []
        self.lock = threading.RLock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            session = Session(self, connection)
            with self.lock:
                self.sessions.append(session)
            threading.Thread(target=session.run, daemon=True).start()

    # --- for tests

    def of(self, name):
        with self.lock:
            return [s for s in self.sessions if s.name == name and s.inside]

    def send(self, name, text):
        """One frame to every device of NAME."""
        for session in self.of(name):
            session.send(text)

    def broadcast(self, text):
        with self.lock:
            sessions = [s for s in self.sessions if s.inside]
        for session in sessions:
            session.send(text)

    def kick(self, name, by):
        for session in self.of(name):
            session.send(f"Server> You have been kicked by {by}. ")
            session.close()

    def drop(self, name, reset=False):
        """The connection goes away without a word."""
        for session in self.of(name):
            session.close(reset)

    def stop_listening(self):
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()

    def close(self):
        self.stop_listening()
        with self.lock:
            sessions = list(self.sessions)
        for session in sessions:
            session.close()
        self.received.close()
        self.joined.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Session:
    """One connection."""

    def __init__(self, room, connection):
        self.room = room
        self.socket = connection
        self.socket.settimeout(PATIENCE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.name, self.inside = None, False
        self.credentials = b""
        self.buffer = b""
        self.sent = 0
        self.queue = []
        self.write_lock = threading.Lock()

    def run(self):
        try:
            self._handshake()
            while True:
                for line in self._frame().split("\n"):
                    self.room.received.put(f"{self.name} {line}")
                    self._handle(line)
        except (Closed, OSError):
            pass
        finally:
            self.close()

    # --- bytes

    def _more(self):
        data = self.socket.recv(65536)
        if not data:
            raise Closed
        self.buffer += data

    def _frame(self):
        """The next frame's text. The peer keeps the sender's rule, so the first five LF behind the block end it."""
        size = block_size(self.room.private)
        while (at := self.buffer.find(TERMINATOR, size)) < 0:
            self._more()
        body, self.buffer = self.buffer[:at], self.buffer[at + 5 :]
        if not is_safe(body) or self.buffer.startswith(b"\n"):
            self.room.ambiguous.append(body)
        return decode(open_frame(body, self.room.private))

    def write(self, data):
        faults = self.room.faults
        with self.write_lock:
            cut = faults.close_after >= 0 and self.sent + len(data) > faults.close_after
            if cut:
                data = data[: max(0, faults.close_after - self.sent)]
            step = 1 if faults.dribble else max(1, len(data))
            for i in range(0, len(data), step):
                self.socket.sendall(data[i : i + step])
                if faults.dribble:
                    time.sleep(0.0005)
            self.sent += len(data)
            if cut:
                self.close(faults.reset)
                raise Closed

    def send(self, text):
        """One frame; with `join`, held back until that many can go in one write."""
        self.send_frame(seal(text.encode(), self.public, safe=self.room.safe))

    def send_frame(self, frame):
        self.queue.append(frame)
        if len(self.queue) >= self.room.faults.join:
            self.flush()

    def flush(self):
        data, self.queue = b"".join(self.queue), []
        try:
            self.write(data)
        except OSError as error:
            raise Closed from error

    def close(self, reset=False):
        self.inside = False
        try:
            if reset:
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            else:
                self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()

    # --- handshake

    def _credentials(self):
        """Everything up to 200 ms of silence behind the fourth line."""
        while self.buffer.count(b"\n") < 3:
            self._more()
        self.socket.settimeout(0.2)
        try:
            while not self.buffer.endswith(b"\nnewacc"):
                self._more()
        except TimeoutError:
            pass
        self.socket.settimeout(PATIENCE_S)
        self.credentials, self.buffer = self.buffer, b""
        return self.credentials.decode().split("\n")

    def _handshake(self):
        room, faults = self.room, self.room.faults
        n, e, name, given, *new = self._credentials()
        self.public = rsa.PublicKey(int(n), int(e))
        if faults.silent:
            while True:
                self._more()
        if faults.refuse or faults.refuse_encrypted:
            self._refuse(faults.refuse, faults.refuse_encrypted)
        with room.lock:
            if new == ["newacc"]:
                if name in room.accounts:
                    self._refuse("", "This name is taken.")
                room.accounts[name] = given
            elif room.accounts.get(name) != given:
                self._refuse("Wrong name or password.", "")
        self.write(faults.key_line or f"{room.public.n}\n{room.public.e}".encode())
        joined = self._frame()
        with room.lock:
            money, cookies = room.money.setdefault(name, 0), room.cookies.setdefault(name, 0)
            info = faults.info or f"{money}\n{cookies}\n{room.prev_hash}\n{room.zeros}"
        self.write(seal(info.encode(), self.public, safe=room.safe))
        while not self.buffer:
            self._more()
        if self.buffer[:1] != b" ":
            room.received.put(f"{name} !bad acknowledgement {self.buffer!r}")
            raise Closed
        self.buffer = self.buffer[1:]
        self.name, self.inside = name, True
        room.joined.put(joined)

    def _refuse(self, plain, encrypted):
        self.write(plain.encode() if plain else seal(encrypted.encode(), self.public, safe=True))
        raise Closed

    # --- commands

    def _handle(self, line):
        if not line:
            return
        if not line.startswith("/"):
            self.room.broadcast(f"{self.name}> {line}")
            return
        command, _, rest = line.partition(" ")
        if command in self.room.faults.mute:
            return
        method = getattr(self, "_do_" + command[1:], None)
        if method is None:
            self.send("Server> /e Unknown command.")
        else:
            method(rest)

    def _do_w(self, rest):
        to, _, text = rest.partition(" ")
        if not self.room.of(to):
            self.send(f"Server> /e {to} is not here. ")
            return
        if to != self.name:
            self.room.send(to, f"{self.name}> /w {text}")
        self.room.send(self.name, f"{self.name}> /w To:{to} {text}")

    def _do_ping(self, rest):
        self.send(f"/ping {rest}" if rest else "/ping")

    def _do_active(self, _):
        with self.room.lock:
            names = sorted({s.name for s in self.room.sessions if s.inside})
        self.send("\n".join(["Server> Active users: "] + names))

    def _do_a(self, rest):
        verb, _, target = rest.partition(" ")
        if self.name not in self.room.admins or verb != "/kick":
            self.send("Server> /e You are no admin.")
            return
        self.room.kick(target, self.name)

    def _do_mine(self, s):
        room = self.room
        with room.lock:
            found = digest(s, room.prev_hash, room.order)
            if not found.startswith("0" * room.zeros):
                room.money[self.name] -= 1
                self.send("/balance -1")
                self.send("Server> /e This is no block.")
                return
            room.prev_hash = found
            room.money[self.name] += REWARD
        room.send(self.name, f"/balance {REWARD}")
        room.broadcast(f"/newHash {found}")

    def _do_requestLeaderboard(self, _):
        with self.room.lock:
            board = sorted(self.room.money.items(), key=lambda item: -item[1])
        text = " ".join(f"{name},{money}" for name, money in board)
        self.send(f"/update_leaderboard {text}")
        self.send(f"/updateLeaderboard {text}")

    def _do_requestHash(self, _):
        self.send(f"/newHash {self.room.prev_hash}")

    def _do_cost(self, item):
        if item in COSTS:
            self.send(f"Server> {item} costs {COSTS[item]} coins. ")
        else:
            self.send("Server> /e There is no such item.")

    def _do_buy(self, rest):
        item, _, number = rest.partition(" ")
        number = int(number or 1)
        price = COSTS.get(item, 0) * number
        if not price or self.room.money[self.name] < price:
            self.send("Server> /e You cannot buy that.")
            return
        self.room.money[self.name] -= price
        self.send(f"/balance -{price}")
        if item == "cookie":
            self.room.cookies[self.name] += number
            self.send(f"/cookies {number}")
        else:
            self.room.admins.add(self.name)
            self.send("Server> You are an admin now. ")

    def _do_delacc(self, given):
        if self.room.accounts.get(self.name) != given:
            self.send("/e delacc Wrong password.")
            return
        del self.room.accounts[self.name]
        self.room.kick(self.name, "Server")
        raise Closed

    def _do_changepass(self, rest):
        old, _, new = rest.partition(" ")
        if self.room.accounts.get(self.name) != old:
            self.send("/e changepass Wrong password.")
            return
        self.room.accounts[self.name] = new
        self.send("Server> /w Your password has been successfully changed.")

    _do_newpass = _do_changepass

    def _do_exit(self, _):
        raise Closed
