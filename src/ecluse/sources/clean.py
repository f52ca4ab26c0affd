"""Small things all readers of messages need: times, addresses, texts of a bearable length."""

import ipaddress
import re
from datetime import datetime
from functools import lru_cache

LONGEST = 200
_SIXTY = re.compile(r":60(?=[.Z+-]|$)")


def instant(text: str) -> datetime | None:
    """Return the instant (or, without a zone, the local clock) of an ISO 8601 ``text`` with a time; None if it is none.

    A leap second is the second before it.
    """
    if len(text) < len("2000-01-01T00:00") or not text.isascii():
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(_SIXTY.sub(":59", text))
    except ValueError:
        return None


@lru_cache(1 << 16)
def address(text: str) -> str:
    """Return the first network address of ``text`` in its usual form: short IPv6, no port, no zone; names in small."""
    bare = text.split(",", 1)[0].strip()[:LONGEST]
    if bare.startswith("[") and "]" in bare:
        bare = bare[1 : bare.index("]")]
    elif bare.count(":") == 1 and bare[:1].isdigit():
        bare = bare.partition(":")[0]
    try:
        found = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return bare.lower()
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)


def short(text: str) -> str:
    """Return ``text`` without its ends of space, in one line, cut at a bearable length."""
    if len(text) <= LONGEST and text.isprintable():
        return text.strip()
    return " ".join(text[: 2 * LONGEST].split())[:LONGEST]


def phone(text: str) -> str:
    """Return the digits of a telephone number, French ones without the code of the country."""
    digits = "".join(letter for letter in text if letter.isdigit())
    for prefix in ("0033", "33"):
        if digits.startswith(prefix) and len(digits) == len(prefix) + 9:
            return "0" + digits[len(prefix) :]
    return digits[:20]
