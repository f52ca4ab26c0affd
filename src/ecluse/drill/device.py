"""The key of a browser, for one that runs no script: it signs what ``device.js`` signs (``accounts/device_key.py``).

Whoever steals cookies does not have it; whoever runs on the victim's own workstation can use it.
"""

import base64
import time

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

COORDINATE = 32


def text(raw: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class DeviceKey:
    """One key."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.public = text(self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    def proof(self, challenge: str, at: float | None = None) -> str:
        """Return the cookie that proves the key: public key, time, challenge, signature."""
        now = int(time.time() if at is None else at)
        signed = self._key.sign(f"ecluse device v1|{challenge}|{now}".encode(), ec.ECDSA(SHA256()))
        r, s = decode_dss_signature(signed)
        raw = r.to_bytes(COORDINATE) + s.to_bytes(COORDINATE)
        return ".".join((self.public, str(now), challenge, text(raw)))
