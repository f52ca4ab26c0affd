"""Files for one recipient, in the age format (https://age-encryption.org/v1, X25519).

Promises:

- **X1** An export exists outside memory only as ciphertext for the recipient that the second person saw.
"""

import datetime as dt
import hashlib
from pathlib import Path

import pyrage

from ecluse.core.errors import BadInputError, NotProvenError

PRIVATE = "AGE-SECRET-KEY-1"


def recipient(text: str) -> pyrage.x25519.Recipient:
    """Read a recipient's public key (``age1…``).

    Raises:
        BadInputError: it is not one.
    """
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError as error:
        raise BadInputError(
            "This is not the public key of a recipient.", "It begins with age1; `ecluse export keygen` makes one."
        ) from error


def fingerprint(public: str) -> str:
    """Return the SHA-256 of a public key in hexadecimal: what people compare with the recipient before approving."""
    recipient(public)
    return hashlib.sha256(public.strip().encode("ascii")).hexdigest()


def grouped(print_: str) -> str:
    """Return a fingerprint in groups of four, to be read aloud."""
    return " ".join(print_[at : at + 4] for at in range(0, len(print_), 4))


def encrypt(plain: bytes, public: str) -> bytes:
    """Return ``plain`` as an age file for one recipient."""
    return pyrage.encrypt(plain, [recipient(public)])


def new_key(now: dt.datetime) -> tuple[str, str]:
    """Make a recipient's key pair: the private one's file (as ``age-keygen`` writes it) and the public one."""
    identity = pyrage.x25519.Identity.generate()
    public = str(identity.to_public())
    return f"# created: {now.isoformat(timespec='seconds')}\n# public key: {public}\n{identity}\n", public


def identities(file: Path) -> list[pyrage.x25519.Identity]:
    """Read the private keys in a file.

    Raises:
        BadInputError: there is none.
    """
    lines = file.read_text(encoding="utf-8").splitlines()
    found = [line.strip() for line in lines if line.startswith(PRIVATE)]
    try:
        keys = [pyrage.x25519.Identity.from_str(line) for line in found]
    except pyrage.IdentityError as error:
        raise BadInputError(
            f"{file} holds a private key that cannot be read.", "Take the file that keygen wrote."
        ) from error
    if not keys:
        raise BadInputError(f"{file} holds no private key.", "Take the file that `ecluse export keygen` wrote.")
    return keys


def decrypt(sealed: bytes, keys: list[pyrage.x25519.Identity]) -> bytes:
    """Open an age file.

    Raises:
        NotProvenError: it is for somebody else, or it was changed on the way.
    """
    try:
        return pyrage.decrypt(sealed, keys)
    except pyrage.DecryptError as error:
        message = "This file cannot be opened: it is for another recipient, or it was changed."
        raise NotProvenError(message, "Compare the fingerprint of your key with the one on the export.") from error
