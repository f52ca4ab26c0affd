"""Signed notes and checkpoints: C2SP signed-note and tlog-checkpoint, Ed25519.

1. A note is accepted only when a signature by the expected key verifies; a bad signature by that key rejects the note.
2. There is one way to write each note: base64 is strict, numbers have no leading zero, lines are exactly those of the
   format.
"""

import base64
import binascii
import hashlib
import re
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ecluse.core.errors import NotProvenError
from ecluse.safe.merkle import HASH_BYTES

ED25519 = b"\x01"
DASH = "— "
HASH_ID_BYTES = 4
MOST_SIGNATURES = 16
_NAME = re.compile(r"[!-*,-~]{1,100}")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


def b64(data: bytes) -> str:
    """Return standard base64."""
    return base64.b64encode(data).decode()


def unb64(text: str) -> bytes:
    """Decode standard base64, accepting only the one way to write each value.

    Raises:
        NotProvenError: anything else.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotProvenError("What should be base64 is not.") from error
    if b64(data) != text:
        raise NotProvenError("What should be base64 is written in a second way.")
    return data


class Verifier(NamedTuple):
    """A public key with its name: what a stranger needs to check a head."""

    name: str
    hash_id: bytes
    key: Ed25519PublicKey

    @classmethod
    def of(cls, vkey: str) -> "Verifier":
        """Read the form ``name+hash+base64``.

        Raises:
            NotProvenError: it is not one, or its hash is not that of its key.
        """
        name, _, rest = vkey.strip().partition("+")
        hash_hex, _, encoded = rest.partition("+")
        data = unb64(encoded)
        if not _NAME.fullmatch(name) or len(data) != 1 + HASH_BYTES or data[:1] != ED25519:
            raise NotProvenError("This is not a verifier key of the form name+hash+base64.", "Look at safe/key.vkey.")
        if hash_hex != key_hash(name, data[1:]).hex():
            raise NotProvenError("The hash inside this verifier key is not that of its key.", "Copy it again.")
        return cls(name, key_hash(name, data[1:]), Ed25519PublicKey.from_public_bytes(data[1:]))

    def text(self) -> str:
        """Return the form ``name+hash+base64``."""
        return f"{self.name}+{self.hash_id.hex()}+{b64(ED25519 + self.key.public_bytes_raw())}"

    def open(self, note: str) -> str:
        """Return the signed text of ``note``.

        Raises:
            NotProvenError: malformed, not signed by this key, or the signature does not verify.
        """
        text, gap, signatures = note.rpartition("\n\n")
        lines = signatures.split("\n")
        if not gap or lines[-1] != "" or not 1 <= len(lines) - 1 <= MOST_SIGNATURES:
            raise NotProvenError("This is not a signed note.")
        if any(ord(c) < 0x20 and c != "\n" for c in text):  # noqa: PLR2004 - control characters
            raise NotProvenError("A signed note holds no control characters.")
        mine = [line for line in map(_signature_line, lines[:-1]) if line[:2] == (self.name, self.hash_id)]
        if len(mine) != 1:
            raise NotProvenError(f"The note is not signed once by {self.name}.")
        signed = text + "\n"
        try:
            self.key.verify(mine[0][2], signed.encode())
        except (InvalidSignature, UnicodeEncodeError) as error:
            raise NotProvenError(f"The signature of {self.name} does not verify.") from error
        return signed


def _signature_line(line: str) -> tuple[str, bytes, bytes]:
    if not line.startswith(DASH):
        raise NotProvenError("A signature line starts with an em dash.")
    name, space, encoded = line[len(DASH) :].partition(" ")
    data = unb64(encoded)
    if not space or not _NAME.fullmatch(name) or len(data) <= HASH_ID_BYTES:
        raise NotProvenError("A signature line is name and base64.")
    return name, data[:HASH_ID_BYTES], data[HASH_ID_BYTES:]


def key_hash(name: str, public: bytes) -> bytes:
    """Return the 4 bytes that name a key in a signature line."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:HASH_ID_BYTES]


class Signer:
    """The private key that signs heads; only the safe has one."""

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        public = key.public_key()
        self.verifier = Verifier(name, key_hash(name, public.public_bytes_raw()), public)
        self._key = key

    def sign(self, text: str) -> str:
        """Return ``text`` (ending in a newline) as a signed note."""
        signature = b64(self.verifier.hash_id + self._key.sign(text.encode()))
        return f"{text}\n{DASH}{self.verifier.name} {signature}\n"


class Head(NamedTuple):
    """A checkpoint: how many entries, and the root above them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{b64(self.root)}\n"

    @classmethod
    def of(cls, text: str) -> "Head":
        """Read the three lines.

        Raises:
            NotProvenError: they are not exactly those of a checkpoint.
        """
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] != "" or not _SIZE.fullmatch(lines[1]):  # noqa: PLR2004 - three lines, ended
            raise NotProvenError("This is not a checkpoint of three lines.")
        root = unb64(lines[2])
        if len(root) != HASH_BYTES:
            raise NotProvenError("The root of this checkpoint is not a hash.")
        return cls(lines[0], int(lines[1]), root)


def open_head(note: str, verifier: Verifier) -> Head:
    """Return the head that ``note`` signs, its origin being the key's name.

    Raises:
        NotProvenError: it is not signed, or is another log's.
    """
    head = Head.of(verifier.open(note))
    if head.origin != verifier.name:
        raise NotProvenError(f"This head is of another log ({head.origin}).")
    return head
