"""A second implementation of the v5 room protocol, on the libraries the first one used: Python's rsa and pyaes.

OldClient behaves on the wire as the unmodified v5 client does, its weaknesses included; OldServer is a small room
that a test can script and make misbehave. Both serve to test moonroom against a peer that is not moonroom.
"""

from .client import OldClient, Refused
from .frame import TERMINATOR, ambiguous_frame, is_safe, open_frame, password_hash, seal, solve
from .inbox import Inbox
from .server import Faults, OldServer

__all__ = [
    "Faults",
    "Inbox",
    "OldClient",
    "OldServer",
    "Refused",
    "TERMINATOR",
    "ambiguous_frame",
    "is_safe",
    "open_frame",
    "password_hash",
    "seal",
    "solve",
]
