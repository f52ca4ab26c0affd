"""The tree: RFC 6962 section 2.1, SHA-256.

1. A leaf is never mistaken for a node: their hashes are taken in two domains (0x00, 0x01).
2. A proof is accepted only when it has exactly the length its place asks for and leads to the signed root.
"""

import hashlib
from collections.abc import Callable, Sequence

LEAF = b"\x00"
NODE = b"\x01"
HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

_sha256 = hashlib.sha256


class ProofError(ValueError):
    """An inclusion proof does not prove what it claims."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return _sha256(LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return _sha256(NODE + left + right).digest()


class Frontier:
    """The least that must be kept of a tree to let it grow: the roots of its full subtrees, largest first."""

    __slots__ = ("peaks", "size")

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        if len(peaks) != size.bit_count():
            raise ValueError("a frontier has one peak for each bit set in its size")
        self.size = size
        self.peaks = list(peaks)

    def add(self, leaf: bytes) -> None:
        """Append a leaf hash."""
        peaks, size = self.peaks, self.size
        while size & 1:
            leaf = _sha256(NODE + peaks.pop() + leaf).digest()
            size >>= 1
        peaks.append(leaf)
        self.size += 1

    def add_subtree(self, root: bytes, height: int) -> None:
        """Append a full subtree of ``2**height`` leaves where the tree's size is a multiple of that."""
        size = self.size >> height
        if size << height != self.size:
            raise ValueError("a subtree only fits at a multiple of its own size")
        while size & 1:
            root = node_hash(self.peaks.pop(), root)
            size >>= 1
        self.peaks.append(root)
        self.size += 1 << height

    def root(self) -> bytes:
        """Return the root of the tree as it is now."""
        if not self.peaks:
            return EMPTY_ROOT
        return fold(self.peaks)

    def copy(self) -> "Frontier":
        """Return a frontier that grows apart from this one."""
        return Frontier(self.size, self.peaks)


def fold(peaks: Sequence[bytes]) -> bytes:
    """Return the root above ``peaks`` (largest first, at least one)."""
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = _sha256(NODE + peak + root).digest()
    return root


def full_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root of a full subtree: the number of hashes is a power of two."""
    row = list(hashes)
    if not row or len(row) & (len(row) - 1):
        raise ValueError("a full subtree has a power of two of hashes")
    while len(row) > 1:
        row = [_sha256(NODE + row[i] + row[i + 1]).digest() for i in range(0, len(row), 2)]
    return row[0]


def inclusion_path(index: int, size: int, subtree: Callable[[int, int], bytes]) -> list[bytes]:
    """Return the proof that leaf ``index`` is in the tree of ``size`` leaves, deepest hash first (RFC 6962, 2.1.1).

    ``subtree(start, stop)`` returns the root of leaves start…stop-1.
    """
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    path: list[bytes] = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + (1 << (stop - start - 1).bit_length() - 1)
        if index < middle:
            path.append(subtree(middle, stop))
            stop = middle
        else:
            path.append(subtree(start, middle))
            start = middle
    return path[::-1]


def root_from_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root that ``path`` leads to from ``leaf`` (RFC 9162, 2.1.3.2).

    Raises:
        ProofError: the path is too short, too long, or holds something that is not a hash.
    """
    if not 0 <= index < size:
        raise ProofError("the index is outside the tree")
    if any(len(step) != HASH_BYTES for step in path):
        raise ProofError("a step of the path is not a hash")
    node, last, root = index, size - 1, leaf
    for step in path:
        if last == 0:
            raise ProofError("the path is too long")
        if node & 1 or node == last:
            root = node_hash(step, root)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            root = node_hash(root, step)
        node >>= 1
        last >>= 1
    if last != 0:
        raise ProofError("the path is too short")
    return root


def rows_above(leaves: list[bytes]) -> list[list[bytes]]:
    """Return ``leaves`` and, row by row, the roots of all full subtrees above them."""
    rows = [leaves]
    while len(row := rows[-1]) > 1:
        rows.append([_sha256(NODE + row[i] + row[i + 1]).digest() for i in range(0, len(row) - 1, 2)])
    return rows


def peaks_of(rows: Sequence[Sequence[bytes]], size: int) -> list[bytes]:
    """Return the peaks of the first ``size`` leaves of ``rows`` (as made by :func:`rows_above`), largest first."""
    peaks, start = [], 0
    for height in reversed(range(size.bit_length())):
        if size >> height & 1:
            peaks.append(rows[height][start >> height])
            start += 1 << height
    return peaks
