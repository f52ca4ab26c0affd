"""Turns a downloaded list of breached passwords into a filter, in one pass, in constant memory.

The list is Pwned Passwords as its downloader writes it *ordered by hash*: lines ``HASH:COUNT``, SHA-1 (40 digits) or
NTLM (32), plain or gzip, with LF or CRLF.

1. A line that is not one is counted by reason, never taken; a list that is not in order is refused whole.
2. How many hashes will come is told from the first ones: hashes are spread evenly, so the value of the n-th says how
   dense they are. If that guess is wrong, lookups are slower, never wrong.
3. The new filter is written beside the old one and takes its place by a rename after fsync: a crash, a full disk or a
   wrong list leaves the old one as it was. Running the import again starts it again.
"""

import gzip
import os
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecluse.accounts.breached import HEADER, KEPT_BITS, MAGIC, About
from ecluse.core.errors import BadInputError, BrokenWorldError

CHUNK = 4 * 1024 * 1024
DIGITS = {40: "sha1", 32: "ntlm"}
PREFIX_DIGITS = 16
PER_BUCKET = 48
MAX_BITS = 26
NOT_HEX = 255
LONGEST_LINE = 4096
GZIP = b"\x1f\x8b"
Moved = Callable[[int, int], None]
Numbers = NDArray[np.uint64]

HEX = np.full(256, NOT_HEX, dtype=np.uint8)
for _value, _digit in enumerate("0123456789ABCDEF"):
    HEX[ord(_digit)] = HEX[ord(_digit.lower())] = _value


class Taken(NamedTuple):
    """What an import did. ``rejects`` counts lines by why they were not taken; ``seconds`` it took."""

    about: About
    rejects: dict[str, int]
    seconds: float


class Lines(NamedTuple):
    """The hashes of some whole lines: their first 64 bits, and how many lines were not hashes, by reason."""

    prefixes: Numbers
    rejects: dict[str, int]


def build(source: Path, target: Path, moved: Moved = lambda *_: None) -> Taken:
    """Make the filter ``target`` from ``source``; ``moved`` is told bytes read and hashes taken.

    Raises:
        BadInputError: not such a list, not in order, or empty.
        BrokenWorldError: it cannot be read to its end, or the filter cannot be written.
    """
    started = time.monotonic()
    draft = target.with_name(f".{target.name}.new")
    try:
        with source.open("rb") as raw, draft.open("wb") as out:
            os.fchmod(out.fileno(), 0o600)
            about, rejects = write(pieces(raw), out, lambda count: moved(raw.tell(), count))
        draft.replace(target)
        sync_folder(target.parent)
    except (OSError, EOFError, zlib.error) as error:
        raise BrokenWorldError(f"{source} was not imported: {error}.", "Nothing has changed. Run it again.") from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return Taken(about, rejects, time.monotonic() - started)


def sync_folder(folder: Path) -> None:
    """Make a rename durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def pieces(raw: BinaryIO) -> Iterator[bytes]:
    """Yield the list in pieces of whole lines."""
    start = raw.read(2)
    raw.seek(0)
    stream: BinaryIO = gzip.GzipFile(fileobj=raw) if start == GZIP else raw  # type: ignore[assignment]
    rest = b""
    while more := stream.read(CHUNK):
        whole, newline, rest = (rest + more).rpartition(b"\n")
        if len(rest) > LONGEST_LINE:
            raise BadInputError("This is not a list of hashes: it has no lines.", "Name a file of lines HASH:COUNT.")
        if newline:
            yield whole + newline
    if rest:
        yield rest + b"\n"


def write(chunks: Iterator[bytes], out: BinaryIO, moved: Callable[[int], None]) -> tuple[About, dict[str, int]]:
    """Write header, fingerprints and offsets.

    Raises:
        BadInputError: no hash at all, or not in order.
    """
    out.write(bytes(HEADER.size))
    digits, bits, last, count = 0, -1, np.uint64(0), 0
    rejects: dict[str, int] = {}
    sizes: NDArray[np.uint32] = np.zeros(0, dtype=np.uint32)
    for chunk in chunks:
        digits = digits or width(chunk)
        found = read(chunk, digits)
        add(rejects, found.rejects)
        if not len(found.prefixes):
            continue
        if bits < 0:
            bits = guess_bits(found.prefixes)
            sizes = np.zeros(2**bits, dtype=np.uint32)
        last = in_order(found.prefixes, last, count)
        count += len(found.prefixes)
        keep(found.prefixes, bits, sizes, out)
        moved(count)
    if not count:
        raise BadInputError("There is no hash in this list.", "Name a file of lines HASH:COUNT, ordered by hash.")
    return finish(out, About(DIGITS[digits], bits, count, int(time.time())), sizes), rejects


def width(chunk: bytes) -> int:
    """Return how many digits a hash of this list has, from its first lines.

    Raises:
        BadInputError: neither SHA-1's nor NTLM's.
    """
    for line in chunk.splitlines()[:1000]:
        length = len(line.partition(b":")[0])
        if length in DIGITS:
            return length
    raise BadInputError("These are neither SHA-1 nor NTLM hashes.", "Name a file of lines HASH:COUNT.")


def read(chunk: bytes, digits: int) -> Lines:
    """Return the hashes of a piece of whole lines."""
    text = np.frombuffer(chunk, dtype=np.uint8)
    ends = np.flatnonzero(text == ord("\n"))
    starts = np.concatenate(([0], ends[:-1] + 1))
    blank = ends - starts <= (text[np.maximum(ends - 1, 0)] == ord("\r"))
    long_enough = ends - starts >= digits
    at = starts[long_enough]
    values = HEX[text[at[:, None] + np.arange(digits)]]
    after = text[at + digits]
    good = (values != NOT_HEX).all(axis=1) & np.isin(after, np.frombuffer(b":\r\n", dtype=np.uint8))
    prefixes = np.zeros(int(good.sum()), dtype=np.uint64)
    for column in range(PREFIX_DIGITS):
        prefixes = (prefixes << np.uint64(4)) | values[good, column].astype(np.uint64)
    short = int((~long_enough & ~blank).sum())
    return Lines(prefixes, {"too short": short, "not a hash": int((~good).sum())})


def add(total: dict[str, int], more: dict[str, int]) -> None:
    """Add counts of rejects, where there are any."""
    for reason, count in more.items():
        if count:
            total[reason] = total.get(reason, 0) + count


def guess_bits(prefixes: Numbers) -> int:
    """Return how many bits name a bucket, so that about 48 hashes share one."""
    reached = (float(prefixes[-1]) + 1.0) / 2.0**64
    expected = len(prefixes) / max(reached, 2.0**-40)
    return int(np.clip(np.floor(np.log2(max(expected / PER_BUCKET, 1.0)) + 0.5), 0, MAX_BITS))


def in_order(prefixes: Numbers, last: np.uint64, count: int) -> np.uint64:
    """Return the last hash of this piece.

    Raises:
        BadInputError: one of them is smaller than the one before it.
    """
    before = np.concatenate((np.array([last], dtype=np.uint64), prefixes[:-1]))
    wrong = np.flatnonzero(prefixes < before)
    if len(wrong):
        message = (
            f"Hash {count + int(wrong[0]) + 1} is smaller than the one before it: the list is not ordered by hash."
        )
        raise BadInputError(message, "Download it ordered by hash, or: LC_ALL=C sort FILE.")
    return np.uint64(prefixes[-1])


def keep(prefixes: Numbers, bits: int, sizes: NDArray[np.uint32], out: BinaryIO) -> None:
    """Write the fingerprints of one piece, and count them by bucket."""
    buckets = (prefixes >> np.uint64(64 - bits) if bits else np.zeros_like(prefixes)).astype(np.int64)
    first = int(buckets[0])
    counted = np.bincount(buckets - first).astype(np.uint32)
    sizes[first : first + len(counted)] += counted
    kept = (prefixes >> np.uint64(64 - bits - KEPT_BITS)) & np.uint64(2**KEPT_BITS - 1)
    out.write(kept.astype(">u4").view(np.uint8).reshape(-1, 4)[:, 1:].tobytes())


def finish(out: BinaryIO, about: About, sizes: NDArray[np.uint32]) -> About:
    """Write where each bucket starts, then the header; make all of it durable."""
    total = 0
    for start in range(0, len(sizes), CHUNK // 8):
        part = np.cumsum(sizes[start : start + CHUNK // 8], dtype=np.uint64) + np.uint64(total)
        out.write(np.concatenate((np.array([total], dtype=np.uint64), part[:-1])).astype("<u8").tobytes())
        total = int(part[-1])
    out.write(total.to_bytes(8, "little"))
    out.seek(0)
    out.write(HEADER.pack(MAGIC, about.kind.encode(), about.bits, about.passwords, about.made))
    out.flush()
    os.fsync(out.fileno())
    return about
