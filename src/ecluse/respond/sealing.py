"""Seals what people write about a breach or a patient, so that a copy of the database reads nothing of it.

The key comes from the home folder's own secret (HKDF-SHA-256); AES-256-GCM, a fresh nonce each time, bound to the row.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from ecluse.core.errors import NotProvenError

NONCE_BYTES = 12
PURPOSE = b"ecluse respond texts v1"


def cipher() -> AESGCM:
    """Return the cipher of this home folder."""
    return AESGCM(HKDF(SHA256(), 32, None, PURPOSE).derive(settings.SECRET_KEY.encode()))


def seal(data: bytes, about: str) -> bytes:
    """Return ``data`` sealed for ``about`` (what it belongs to: it cannot be moved elsewhere)."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher().encrypt(nonce, data, about.encode())


def unseal(sealed: bytes, about: str) -> bytes:
    """Return what was sealed for ``about``.

    Raises:
        NotProvenError: it was changed, moved, or sealed in another home folder.
    """
    try:
        return cipher().decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about.encode())
    except InvalidTag as error:
        raise NotProvenError("This text is not the one that was sealed.", "Compare the row with a backup.") from error
