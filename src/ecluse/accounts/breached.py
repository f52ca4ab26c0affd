"""The passwords known to thieves, asked of a file on this machine: nothing about a password leaves it.

The file (``HOME/passwords.filter``) is a table of short fingerprints, made by :mod:`ecluse.accounts.breached_import`:

- a hash (SHA-1 or NTLM, as the list had it) is cut: its first ``bits`` bits name a bucket, the next 24 are kept there;
- 32 to 64 fingerprints share a bucket on average, so that a lookup reads one slice of about 150 bytes;
- a password of the list is always found. One that is not is found by mistake with the probability
  ``passwords / 2**(bits + 24)``, at most 1 in 262,144: the person then chooses another.

Layout, little-endian: header (64 bytes), fingerprints (3 bytes, big-endian), offsets of the buckets (8 bytes each).
The file is mapped, not read: every process of the machine shares one copy in the page cache.
"""

import hashlib
import mmap
import struct
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ecluse.accounts.md4 import ntlm
from ecluse.core.errors import BrokenWorldError

HEADER = struct.Struct("<16s8sQQQ16x")
MAGIC = b"ecluse known v1\n"
KEPT_BITS = 24
KEPT_BYTES = KEPT_BITS // 8
OFFSET = struct.Struct("<QQ")
OFFSET_BYTES = 8


def sha1(password: str) -> bytes:
    """Return the SHA-1 hash, 20 bytes."""
    return hashlib.sha1(password.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()


HASHES: dict[str, Callable[[str], bytes]] = {"sha1": sha1, "ntlm": ntlm}


class About(NamedTuple):
    """What a filter holds. ``made`` is Unix time; ``false_positives`` the probability that a good password is found."""

    kind: str
    bits: int
    passwords: int
    made: int

    @property
    def false_positives(self) -> float:
        return float(self.passwords / 2 ** (self.bits + KEPT_BITS))

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return HEADER.size + self.passwords * KEPT_BYTES + ((1 << self.bits) + 1) * OFFSET_BYTES


class Filter:
    """A mapped filter.

    Raises:
        BrokenWorldError: not a filter, or not whole.
    """

    def __init__(self, file: Path) -> None:
        with file.open("rb") as opened:
            self.map = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        self.about = read_header(self.map[: HEADER.size], len(self.map), file)
        self.hash = HASHES[self.about.kind]
        self.shift = 64 - self.about.bits
        self.offsets = HEADER.size + self.about.passwords * KEPT_BYTES

    def __contains__(self, password: str) -> bool:
        return self.holds(int.from_bytes(self.hash(password)[:8], "big"))

    def holds(self, prefix: int) -> bool:
        """Look up the first 64 bits of a hash."""
        bucket = prefix >> self.shift
        first, after = OFFSET.unpack_from(self.map, self.offsets + bucket * OFFSET_BYTES)
        kept = ((prefix >> (self.shift - KEPT_BITS)) & (2**KEPT_BITS - 1)).to_bytes(KEPT_BYTES, "big")
        inside = self.map[HEADER.size + first * KEPT_BYTES : HEADER.size + after * KEPT_BYTES]
        at = inside.find(kept)
        while at >= 0 and at % KEPT_BYTES:
            at = inside.find(kept, at + 1)
        return at >= 0


def read_header(header: bytes, size: int, file: Path) -> About:
    """Return what the header says, if the file is as long as it says.

    Raises:
        BrokenWorldError: it is not.
    """
    if len(header) == HEADER.size:
        magic, kind, bits, count, made = HEADER.unpack(header)
        about = About(kind.rstrip(b"\0").decode("ascii", "replace"), bits, count, made)
        if magic == MAGIC and about.kind in HASHES and bits <= 64 - KEPT_BITS and size == about.size:
            return about
    raise BrokenWorldError(f"{file} is not a whole list of known passwords.", "Run `ecluse passwords import` again.")


class Opened(NamedTuple):
    """A filter and the file it was when it was opened."""

    identity: tuple[int, int, int]
    filter: Filter


opened: dict[Path, Opened] = {}


def current(file: Path) -> Filter | None:
    """Return the filter of ``file``, opened again when it was replaced; nothing when there is none.

    Raises:
        BrokenWorldError: it is there and not whole.
    """
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    identity = (found.st_ino, found.st_mtime_ns, found.st_size)
    known = opened.get(file)
    if known is None or known.identity != identity:
        known = opened[file] = Opened(identity, open_filter(file))
    return known.filter


def open_filter(file: Path) -> Filter:
    """Map a filter.

    Raises:
        BrokenWorldError: it cannot be read or is not whole.
    """
    try:
        return Filter(file)
    except (OSError, ValueError) as error:
        raise BrokenWorldError(f"{file} cannot be read: {error}.", "Run `ecluse passwords import` again.") from error
