"""OldClient: on the wire the unmodified Python ChatRoom v5 client, its weaknesses included."""

import socket
import threading
import time

import rsa

from .frame import TERMINATOR, block_size, open_frame, password_hash, seal
from .inbox import PATIENCE_S, Inbox

READ_SIZE = 2048


class Refused(Exception):
    """The room did not let us in; the text is what it said, ENCRYPTED how."""

    def __init__(self, text, encrypted):
        super().__init__(text)
        self.text = text
        self.encrypted = encrypted


class OldClient:
    """Connects and logs in on construction; raises Refused, or OSError when the room hangs up without a word.

    It reads each handshake message with one recv, as the old one does, and afterwards splits whatever one recv of
    at most 2048 bytes returned at five LF, never putting pieces together. What it cannot read that way is kept in
    `damaged`, which a test expects to stay empty.
    """

    def __init__(self, port, user, password="correct horse", **options):
        self.user = user
        self.hash = options.get("hash") or password_hash(password, user)
        self.public, self.private = options.get("keys") or rsa.newkeys(256)
        self.inbox = Inbox()
        self.frames = Inbox()
        self.damaged = []
        self.socket = socket.create_connection((options.get("host", "127.0.0.1"), port), timeout=PATIENCE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._dribbling = options.get("dribble", False)
        self._safe = options.get("safe", False)
        self._reader = None
        try:
            self._log_in(options.get("register", False), options.get("ack", "apart"))
        except BaseException:
            self.socket.close()
            raise
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    # --- handshake

    def _log_in(self, register, ack):
        lines = [str(self.public.n), str(self.public.e), self.user, self.hash]
        if register:
            lines.append("newacc")
        self.write("\n".join(lines).encode())
        self.server_key = self._receive_key(self.socket.recv(READ_SIZE))
        stamp = time.strftime("%Y-%m-%d %H:%M:%S")
        first = self.frame(f"{self.user} is in at {stamp}.")
        # A hasty peer sends the second acknowledgement without waiting for the info frame.
        self.write(first + (b" " if ack == "hasty" else b""))
        info = self._receive_info(self.socket.recv(READ_SIZE))
        self.money, self.cookies, self.prev_hash, self.zeros = info
        if ack == "apart":
            self.write(b" ")
        elif ack == "with-first-frame":
            self.write(b" " + self.frame("/ping first"))

    def _receive_key(self, data):
        if not data:
            raise ConnectionResetError("closed instead of a key")
        try:
            n, e = data.decode().split("\n")
            return rsa.PublicKey(int(n), int(e))
        except ValueError:
            pass
        if data.endswith(TERMINATOR):
            try:
                raise Refused(open_frame(data[:-5], self.private).decode(), True)
            except (rsa.DecryptionError, ValueError):
                pass
        raise Refused(data.decode("utf-8", "replace"), False)

    def _receive_info(self, data):
        assert data.endswith(TERMINATOR), f"the info frame came in pieces: {data!r}"
        money, cookies, prev_hash, zeros = open_frame(data[:-5], self.private).decode().split("\n")
        return int(money), int(cookies), prev_hash, int(zeros)

    # --- receiving

    def _read(self):
        try:
            while data := self.socket.recv(READ_SIZE):
                for piece in data.split(TERMINATOR):
                    if piece:
                        self._take(piece)
            self._closed("the room closed the connection")
        except TimeoutError:
            self._read()
        except OSError as error:
            self._closed(str(error))

    def _take(self, piece):
        try:
            text = open_frame(piece, self.private).decode()
        except (rsa.DecryptionError, ValueError):
            self.damaged.append(piece)
            return
        self.frames.put(text)
        for line in text.split("\n"):
            self.inbox.put(line)

    def _closed(self, why):
        self.inbox.close(why)
        self.frames.close(why)

    def expect(self, wanted, timeout=PATIENCE_S):
        return self.inbox.expect(wanted, timeout)

    # --- sending

    def frame(self, text):
        """A frame as the old client makes it: Latin-1, and (unless told to be safe) never drawn twice.

        A dribbled one is safe: a pause inside the last LF of an ambiguous frame cannot be told from its end.
        """
        return seal(text.encode("latin-1"), self.server_key, safe=self._safe or self._dribbling)

    def send(self, text):
        self.write(self.frame(text))

    def write(self, data):
        """Raw bytes; one a write when dribbling."""
        if not self._dribbling:
            self.socket.sendall(data)
            return
        for i in range(len(data)):
            self.socket.sendall(data[i : i + 1])
            time.sleep(0.0005)

    def dribble(self, on=True):
        self._dribbling = on

    def ping(self, mark):
        """Returns once the room has answered everything sent before."""
        self.send(f"/ping {mark}")
        self.expect(f"/ping {mark}")

    @property
    def block(self):
        """Bytes of an RSA block towards the room."""
        return block_size(self.server_key)

    def stop_reading(self):
        """Ends the reading thread; nothing of that is seen on the wire."""
        self.socket.shutdown(socket.SHUT_RD)
        self._reader.join(PATIENCE_S)

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()
        if self._reader:
            self._reader.join(PATIENCE_S)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
