"""Free text that people give as a reason: sealed at once, read by whoever reviews it, never in the trace.

Promises:

- **G8** No free text is in the trace, in a log or, unsealed, in the database. The key is the safe's; each use of it is
  traced.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ecluse.core.errors import NotProvenError
from ecluse.gate.world import safe
from ecluse.safe.protocol import DirectoryKey, Who

NONCE_BYTES = 12
LONGEST_TEXT = 500


def seal(who: Who, text: str, about: str, request_id: str) -> bytes:
    """Seal ``text`` for ``about`` (what it belongs to: it cannot be moved elsewhere). AES-256-GCM, nonce first."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher(who, request_id).encrypt(nonce, text.strip()[:LONGEST_TEXT].encode(), about.encode())


def unseal(who: Who, sealed: bytes, about: str, request_id: str) -> str:
    """Give back the text sealed for ``about``.

    Raises:
        NotProvenError: the bytes were changed, or moved from another row.
    """
    try:
        text = cipher(who, request_id).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about.encode())
    except InvalidTag as error:
        raise NotProvenError("This text is not the one that was sealed.", "Compare the row with a backup.") from error
    return text.decode()


def cipher(who: Who, request_id: str) -> AESGCM:
    """Ask the safe for the key of what is not a patient's; it is kept no longer than this call."""
    return AESGCM(safe().call(DirectoryKey(who=who, request=request_id)).key)
