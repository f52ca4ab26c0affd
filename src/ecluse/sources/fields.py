"""Values as databases write them: times, numbers, addresses packed in bytes, digests of natural keys."""

import hashlib
import ipaddress
import re
from datetime import date, datetime

FIRST_YEAR, LAST_YEAR = 1850, 2199
DIGITS = 18  # all numbers of so many digits fit 63 bits
CLAIMED = re.compile(r"\(([0-9a-fA-F.:]{3,45})\)")
PACKED = {4, 16}


def when(text: str | None) -> datetime | None:
    """Return the time that ``text`` is, None if it is none (``0000-00-00``, NULL, words)."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


def day(text: str | None) -> date | None:
    """Return the day that ``text`` begins with, if it does."""
    found = when((text or "")[:10])
    return found.date() if found else None


def number(text: str | None) -> int:
    """Return the whole number that ``text`` is, 0 if it is none or does not fit 63 bits."""
    if text and text.isascii() and text.isdigit() and len(text) <= DIGITS:
        return int(text)
    return 0


def address(text: str | None) -> str:
    """Return the network address in ``text``: written out, or packed in 4 or 16 bytes (``0x…``)."""
    if not text:
        return ""
    try:
        if text.startswith("0x"):
            packed = bytes.fromhex(text[2:])
            return str(ipaddress.ip_address(packed)) if len(packed) in PACKED else packed.decode("latin-1").strip("\0 ")
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return text.strip() if text.isprintable() else ""


def plain(text: str | None) -> str:
    """Return ``text``, decoded when a dump wrote it in hexadecimal."""
    if not text:
        return ""
    if text.startswith("0x"):
        try:
            return bytes.fromhex(text[2:]).decode("utf-8", "replace")
        except ValueError:
            return text
    return text


def key(*words: str) -> int:
    """Return a stable number of 62 bits for a row that has none of its own."""
    told = "\x1f".join(words).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(told, digest_size=8).digest(), "big") >> 2


def masked(session: str | None) -> str:
    """Return a stable stand-in for a session's number: the number itself may still open the session."""
    return f"{key('session', session):016x}" if session else ""
