"""The seal: AES-256-GCM with the place of each part as associated data.

Promise:

- **R2** A part opens only at its place: another patient, type, number, version or compartment, or one flipped bit, is
  refused.

A sealed part is ``nonce (12 random bytes) + ciphertext + tag (16)``; its first clear byte says whether the rest was
deflated. Random nonces are safe here: a key (one patient, one compartment) seals far fewer than 2**32 parts (NIST SP
800-38D, 8.3).
"""

import os
import zlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ecluse.core.errors import BrokenWorldError

NONCE = 12
OVERHEAD = NONCE + 16 + 1
DEFLATE_ABOVE = 4_096
PLAIN, DEFLATED = b"\x00", b"\x01"
DEFLATED_BYTE = 1


class SealError(BrokenWorldError):
    """What was read is not what was sealed at this place: moved, swapped, cut or changed."""


def place(ref: str, kind: str, n: int, version: int, compartment: str) -> bytes:
    """Return the associated data of the part of resource ``n`` of patient ``ref``."""
    return f"{ref}|{kind}|{n}|{version}|{compartment}".encode("ascii")


def pack(clear: bytes) -> bytes:
    """Return what is sealed: long texts deflated, a byte in front that says so. A worker process may do this ahead."""
    return DEFLATED + zlib.compress(clear, 1) if len(clear) > DEFLATE_ABOVE else PLAIN + clear


def unpack(body: bytes) -> bytes:
    """Return what was packed.

    Raises:
        SealError: it was not.
    """
    try:
        return zlib.decompress(memoryview(body)[1:]) if body[0] == DEFLATED_BYTE else body[1:]
    except zlib.error as error:
        raise SealError("A sealed part was written wrongly.", "Report this.") from error


def close_packed(cipher: AESGCM, packed: bytes, where: bytes) -> bytes:
    """Seal what :func:`pack` made at the place ``where``."""
    nonce = os.urandom(NONCE)
    return nonce + cipher.encrypt(nonce, packed, where)


def close(cipher: AESGCM, clear: bytes, where: bytes) -> bytes:
    """Seal ``clear`` at the place ``where``."""
    return close_packed(cipher, pack(clear), where)


def open_(cipher: AESGCM, sealed: bytes, where: bytes) -> bytes:
    """Open what was sealed at the place ``where``.

    Raises:
        SealError: it was not sealed there with this key, or it was changed.
    """
    sealed = bytes(sealed)
    if len(sealed) < OVERHEAD:
        raise SealError("A sealed part is cut short.", "Restore it from a backup and run `ecluse trace verify`.")
    try:
        body = cipher.decrypt(sealed[:NONCE], sealed[NONCE:], where)
    except InvalidTag as error:
        raise SealError(
            "A sealed part does not belong where it was found, or was changed.",
            "Restore it from a backup; find out who can write to the database.",
        ) from error
    return unpack(body)
