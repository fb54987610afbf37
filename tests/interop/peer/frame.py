"""Frames: RSA block, AES-128-CTR body, five line feeds. And the two hashes of the protocol."""

import hashlib
import os
import string

import pyaes
import rsa

TERMINATOR = b"\n" * 5
KEY_SIZE = 16
PRINTABLE = (string.ascii_letters + string.digits + "-_").encode()


def block_size(key):
    return (key.n.bit_length() + 7) // 8


def aes_ctr(key, data):
    """Encrypts and decrypts: pyaes starts its counter block at 1, as the protocol has it."""
    return pyaes.AESModeOfOperationCTR(key).encrypt(data)


def seal(text, public, *, safe=False, key=None):
    """A whole frame around the bytes TEXT. SAFE draws keys until no receiver can misread the frame."""
    while True:
        aes_key = key or os.urandom(KEY_SIZE)
        body = rsa.encrypt(aes_key, public) + aes_ctr(aes_key, text)
        if not safe or is_safe(body):
            return body + TERMINATOR


def is_safe(body):
    """May BODY (a frame without its terminator) be cut only where it ends?"""
    return not body.startswith(b"\n") and not body.endswith(b"\n") and TERMINATOR not in body


def open_frame(body, private):
    """The text of a frame without its terminator; raises rsa.DecryptionError or ValueError."""
    size = block_size(private)
    key = rsa.decrypt(body[:size], private)
    if len(key) != KEY_SIZE:
        raise ValueError(f"a key of {len(key)} bytes")
    return aes_ctr(key, body[size:])


def ambiguous_frame(text, public, kind):
    """A frame that a naive receiver misreads, and the text a good one finds in it.

    KIND is "head" (the RSA block starts with LF), "tail" (the body ends with LF) or "inner" (five LF in the body;
    the text gets five more characters for it).
    """
    while True:
        key = os.urandom(KEY_SIZE)
        if kind == "inner":
            text_now = _with_inner_run(text, key)
            if text_now is None:
                continue
        else:
            text_now = text
        cipher = aes_ctr(key, text_now)
        if kind == "tail" and not (cipher.endswith(b"\n") and not cipher.endswith(b"\n\n")):
            continue
        block = rsa.encrypt(key, public)
        while kind == "head" and not block.startswith(b"\n"):
            block = rsa.encrypt(key, public)
        if kind == "inner" and (cipher + b"x").find(TERMINATOR + b"\n") >= 0:
            continue
        return block + cipher + TERMINATOR, text_now


def _with_inner_run(text, key):
    """TEXT with five printable characters in its middle that KEY turns into five LF, or None."""
    at = len(text) // 2
    stream = aes_ctr(key, bytes(len(text) + 5))
    run = bytes(byte ^ 0x0A for byte in stream[at : at + 5])
    if all(byte in PRINTABLE for byte in run):
        return text[:at] + run + text[at:]
    return None


def password_hash(password, username):
    return hashlib.sha512((password + username).encode()).hexdigest()


def digest(s, prev_hash, order="S+prev"):
    both = s + prev_hash if order == "S+prev" else prev_hash + s
    return hashlib.sha512(both.encode()).hexdigest()


def solve(prev_hash, zeros, order="S+prev"):
    """An S of 86 printable characters that continues PREV_HASH; 16 ** ZEROS tries on average."""
    number = int.from_bytes(os.urandom(6), "big")
    while True:
        s = f"{number:086d}"
        if digest(s, prev_hash, order).startswith("0" * zeros):
            return s
        number += 1
