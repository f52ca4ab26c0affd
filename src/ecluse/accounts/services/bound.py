"""What an access token says of itself, and how it is tied to a key.

A token is 256 random bits followed by what narrows it: its client, scope and networks. The table keeps one digest over
the token *and* the thumbprint of the key it was issued to. So a changed word finds no row, and neither does the right
token with another key: the binding is a property of the look-up, not a check that somebody may forget.
"""

import base64
import binascii
import secrets
from functools import lru_cache

import msgspec

PREFIX = "ecl_"
BYTES = 32


class Narrow(msgspec.Struct, frozen=True, array_like=True):
    """What narrows a token: ``client`` is its account, ``scope`` its SMART scopes, ``networks`` are CIDR."""

    client: str
    scope: str
    networks: tuple[str, ...] = ()


def make(narrow: Narrow) -> str:
    """Return a fresh token."""
    told = base64.urlsafe_b64encode(msgspec.json.encode(narrow)).rstrip(b"=").decode()
    return f"{PREFIX}{secrets.token_urlsafe(BYTES)}.{told}"


@lru_cache(maxsize=1024)
def narrow_of(token: str) -> Narrow | None:
    """Return what a token says of itself; nothing when it is none of ours. It is true only if the table knows it."""
    start, _, told = token.partition(".")
    if not start.startswith(PREFIX) or not told:
        return None
    try:
        return msgspec.json.decode(base64.b64decode(told + "=" * (-len(told) % 4), b"-_", validate=True), type=Narrow)
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        return None


def tied(token: str, thumbprint: str) -> str:
    """Return what is looked up for a token shown with a proof by the key of that thumbprint (RFC 7638)."""
    return f"dpop:{thumbprint}:{token}"


def is_loose(token: str) -> bool:
    """Tell whether a token may be one that is bound to nothing: it can never spell :func:`tied`."""
    return ":" not in token
