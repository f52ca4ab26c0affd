"""The key of a browser: made by the browser (WebCrypto, ECDSA P-256), never exportable, used to sign short proofs.

In the manner of W3C Device Bound Session Credentials, without needing the browser to know that draft.

1. A proof is a cookie that the browser's own script writes every few seconds:
   ``public key . time . challenge . signature``. It is good for :data:`PROOF_S` seconds.
2. The challenge was made by this site, not longer than :data:`CHALLENGE_S` ago, for this network address and this
   browser: a proof carried to another address or browser is worth nothing at once, and none can be signed ahead.
3. Nothing is kept on the server for it; one signature is verified for each proof, not for each request.
"""

import base64
import hashlib
import hmac
import time
from functools import lru_cache
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings
from django.http import HttpRequest

PROOF_S = 20
AHEAD_S = 5
CHALLENGE_S = 600
MAC_CHARS = 22
COORDINATE = 32
LONGEST_COOKIE = 400
PURPOSE = b"ecluse device challenge v1|"
TEXT = "ecluse device v1|{challenge}|{at}"


class Proof(NamedTuple):
    """A proof whose signature is right.

    The public key (base64url of the uncompressed point), when it was signed (Unix seconds), the challenge it answers.
    """

    public: str
    at: int
    challenge: str


def cookie_name() -> str:
    """Return the name of the cookie that the script writes; over HTTPS the prefix binds it to this very host."""
    return "__Host-proof" if settings.SESSION_COOKIE_SECURE else "proof"


def place(request: HttpRequest) -> str:
    """Return what is known of where a request comes from: the address seen (or told by our own proxy), the browser."""
    seen = str(request.META.get("REMOTE_ADDR", ""))
    if settings.SITE and settings.SITE.behind_proxy:
        seen = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
    return f"{seen}|{request.META.get('HTTP_USER_AGENT', '')}"


def challenge(request: HttpRequest, now: float | None = None) -> str:
    """Return a challenge for this address and browser: ``unix-seconds-hmac``."""
    at = int(time.time() if now is None else now)
    return f"{at}-{_mac(at, place(request))}"


def proven(request: HttpRequest) -> str:
    """Return the public key that this request proves to hold, or nothing."""
    proof = _verified(request.COOKIES.get(cookie_name(), ""))
    now = time.time()
    if proof is None or not -AHEAD_S <= now - proof.at <= PROOF_S:
        return ""
    made, _dash, mac = proof.challenge.partition("-")
    if not made.isdecimal() or not -AHEAD_S <= now - int(made) <= CHALLENGE_S:
        return ""
    return proof.public if hmac.compare_digest(mac, _mac(int(made), place(request))) else ""


def _mac(at: int, where: str) -> str:
    key = settings.SECRET_KEY.encode()
    digest = hmac.digest(key, PURPOSE + f"{at}|{where}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode()[:MAC_CHARS]


@lru_cache(maxsize=4096)
def _verified(cookie: str) -> Proof | None:
    """Check the signature of a proof; None when it is none."""
    parts = cookie.split(".")
    if len(cookie) > LONGEST_COOKIE or len(parts) != 4 or not parts[1].isdecimal():  # noqa: PLR2004 - see 1.
        return None
    public, at, asked, signed = parts
    try:
        point, signature = _bytes(public), _bytes(signed)
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        r, s = int.from_bytes(signature[:COORDINATE]), int.from_bytes(signature[COORDINATE:])
        key.verify(encode_dss_signature(r, s), TEXT.format(challenge=asked, at=at).encode(), ec.ECDSA(SHA256()))
    except (ValueError, InvalidSignature):
        return None
    return Proof(public, int(at), asked)


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
