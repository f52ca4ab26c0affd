"""Seals the secrets of second factors, so that a copy of the database yields none.

The key comes from the home folder's own secret (HKDF-SHA-256), never from the database.
AES-256-GCM, a fresh nonce each time.
"""

import base64
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

NONCE_BYTES = 12
PURPOSE = b"ecluse accounts factor secret v1"


def key() -> bytes:
    """Return the 32-byte key of this home folder."""
    return HKDF(SHA256(), 32, None, PURPOSE).derive(settings.SECRET_KEY.encode())


def seal(text: str) -> str:
    """Return ``text`` sealed, in base64."""
    nonce = os.urandom(NONCE_BYTES)
    return base64.b64encode(nonce + AESGCM(key()).encrypt(nonce, text.encode(), PURPOSE)).decode()


def unseal(sealed: str) -> str:
    """Return what was sealed.

    Raises:
        cryptography.exceptions.InvalidTag: it was changed, or sealed in another home folder.
    """
    raw = base64.b64decode(sealed)
    return AESGCM(key()).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], PURPOSE).decode()
