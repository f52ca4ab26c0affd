"""Public keys of services (JWK, RFC 7517), and which signatures are taken at all."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

from ecluse.core.errors import BadInputError

ASSERTED_WITH = ("ES384", "RS384")
"""What SMART Backend Services asks every server to take; nothing symmetric, never ``none``."""
PROVED_WITH = ("ES256", "ES384")
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
"""RFC 7523, section 2.2."""
PROOF = "dpop+jwt"
"""RFC 9449, section 4.2."""
PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
RSA_BITS = 2048
MOST_KEYS = 8
AS_JSON = 'Name a JWK Set: {"keys": [{"kty": "EC", "crv": "P-384", "kid": "…", "x": "…", "y": "…"}]}.'


def read_set(file: Path) -> dict[str, Any]:
    """Return the JWK Set in ``file``, checked.

    Raises:
        BadInputError: unreadable, not a JWK Set, a private key, or a key too weak.
    """
    try:
        found: dict[str, Any] = msgspec.json.decode(file.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError) as error:
        raise BadInputError(f"{file} is no JWK Set.", AS_JSON) from error
    check_set(found)
    return found


def check_set(found: dict[str, Any]) -> None:
    """Check a JWK Set: public keys, each with an id of its own, strong enough.

    Raises:
        BadInputError: it is not.
    """
    keys = found.get("keys")
    if not isinstance(keys, list) or not 1 <= len(keys) <= MOST_KEYS or not all(isinstance(key, dict) for key in keys):
        raise BadInputError(f"Not a set of 1 to {MOST_KEYS} keys.", AS_JSON)
    if any(PRIVATE.intersection(key) for key in keys):
        raise BadInputError("This file holds a private key.", "Register public keys only; the private one stays put.")
    ids = [key.get("kid") for key in keys]
    if not all(isinstance(kid, str) and kid for kid in ids) or len(set(ids)) != len(ids):
        raise BadInputError("Each key needs a kid of its own.", AS_JSON)
    try:
        held = KeySet.import_key_set({"keys": keys})
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise BadInputError("One of the keys cannot be read.", AS_JSON) from error
    if not all(strong(key) for key in held.keys):
        raise BadInputError("One of the keys is too weak or of another kind.", f"EC P-384 or RSA {RSA_BITS} bits.")


def strong(key: object) -> bool:
    """Tell whether a key is one that :data:`ASSERTED_WITH` can be made with."""
    if isinstance(key, ECKey):
        return key.curve_name == "P-384"
    return isinstance(key, RSAKey) and key.public_key.key_size >= RSA_BITS


def hashed(token: str) -> str:
    """Return ``ath``: the SHA-256 of a token, base64url (RFC 9449, section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
