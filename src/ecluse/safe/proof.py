"""Proofs: one entry, its path to a signed head, checked by a stranger with nothing but the public key.

The file is a C2SP tlog-proof (``c2sp.org/tlog-proof@v1``); its ``extra`` line is the entry itself, the bytes whose
hash is the leaf.

1. A proof is checked before it is written.
2. A proof that proves less than it seems to is refused: version, index, path length, hash, head and signature are all
   checked.
"""

import re
from pathlib import Path
from typing import NamedTuple

from ecluse.core.errors import BadInputError, NotProvenError
from ecluse.safe.entry import UNREADABLE, Entry, decode
from ecluse.safe.merkle import ProofError, full_root, inclusion_path, leaf_hash, node_hash, root_from_path
from ecluse.safe.notes import Head, Verifier, b64, open_head, unb64
from ecluse.safe.scan import hashes_in, leaves_of, read_lines
from ecluse.safe.tiles import HEIGHT, WIDTH, segment_of, segment_path, tile_path

VERSION = "c2sp.org/tlog-proof@v1"
LONGEST_PATH = 63
SEGMENTS_KEPT = 2
ROOTS_KEPT = 1 << 17
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")


class Proven(NamedTuple):
    """What a proof proves: this entry, at this place of the log of this head."""

    entry: Entry
    line: bytes
    place: int
    head: Head


class Hashes:
    """The hashes of a trace, from its tiles where they are, else from its lines."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lines: dict[int, list[bytes]] = {}
        self._roots: dict[tuple[int, int], bytes] = {}

    def line(self, sequence: int) -> bytes:
        """Return the line of an entry."""
        lines = self._segment(segment_of(sequence))
        if sequence - segment_of(sequence) >= len(lines):
            raise BadInputError(f"There is no entry {sequence}.", "Look at `ecluse safe status` for the size.")
        return lines[sequence - segment_of(sequence)]

    def _segment(self, first: int) -> list[bytes]:
        if first not in self._lines:
            if len(self._lines) == SEGMENTS_KEPT:
                del self._lines[next(iter(self._lines))]
            path = segment_path(self.folder, first)
            self._lines[first] = read_lines(path).whole if path.exists() else []
        return self._lines[first]

    def subtree(self, start: int, stop: int) -> bytes:
        """Return the root above leaves ``start`` to ``stop - 1``, remembered: proofs of one head share most of it."""
        if (start, stop) not in self._roots:
            if len(self._roots) == ROOTS_KEPT:
                self._roots.clear()
            self._roots[start, stop] = self._root(start, stop)
        return self._roots[start, stop]

    def _root(self, start: int, stop: int) -> bytes:
        width = stop - start
        if width & (width - 1):
            middle = start + (1 << width.bit_length() - 1)
            return node_hash(self.subtree(start, middle), self.subtree(middle, stop))
        height = width.bit_length() - 1
        level, rest = divmod(height, HEIGHT)
        at = start >> HEIGHT * level
        tile = tile_path(self.folder, level, at // WIDTH)
        if tile.exists():
            return full_root(hashes_in(tile.read_bytes())[at % WIDTH :][: 1 << rest])
        if level == 0:
            lines = self._segment(segment_of(start))[start - segment_of(start) :][:width]
            return full_root(leaves_of(lines))
        middle = start + width // 2
        return node_hash(self.subtree(start, middle), self.subtree(middle, stop))


class Prover:
    """Proves entries under one signed head: the last one when it was made."""

    def __init__(self, folder: Path) -> None:
        self.verifier = Verifier.of((folder / "key.vkey").read_text(encoding="utf-8"))
        self.checkpoint = (folder / "checkpoint").read_text(encoding="utf-8")
        self.head = open_head(self.checkpoint, self.verifier)
        self._hashes = Hashes(folder)

    def prove(self, sequence: int) -> str:
        """Return the proof that entry ``sequence`` is under the head. In order of sequence, many are cheap.

        Raises:
            BadInputError: there is no such entry, or the head does not cover it.
            NotProvenError: the files do not agree with the head.
        """
        size = self.head.size
        if not 0 <= sequence < size:
            raise BadInputError(f"No signed head covers entry {sequence}.", f"The last head covers {size} entries.")
        line = self._hashes.line(sequence)
        path = inclusion_path(sequence, size, self._hashes.subtree)
        top = [VERSION, f"extra {b64(line)}", f"index {sequence}", *(b64(step) for step in path)]
        text = "\n".join([*top, "", self.checkpoint])
        check(text, self.verifier)
        return text


def prove(folder: Path, sequence: int) -> str:
    """Return the proof that entry ``sequence`` is under the last signed head.

    Raises:
        BadInputError, NotProvenError: as :meth:`Prover.prove` does.
    """
    return Prover(folder).prove(sequence)


def check(text: str, verifier: Verifier) -> Proven:
    """Return what a proof proves.

    Raises:
        NotProvenError: it is malformed, or does not prove what it says.
    """
    top, gap, checkpoint = text.partition("\n\n")
    lines = top.split("\n")
    extra = lines[1].removeprefix("extra ") if len(lines) > 2 else ""  # noqa: PLR2004 - version, extra, index
    index = _INDEX.fullmatch(lines[2]) if extra else None
    if not gap or lines[0] != VERSION or index is None or not lines[1].startswith("extra "):
        raise NotProvenError(f"This is not a proof of the form {VERSION} with its entry.")
    if len(lines) - 3 > LONGEST_PATH:
        raise NotProvenError("The path of this proof is too long.")
    head = open_head(checkpoint, verifier)
    line, place = unb64(extra), int(index[1])
    try:
        root = root_from_path(leaf_hash(line), place, head.size, [unb64(step) for step in lines[3:]])
    except ProofError as error:
        raise NotProvenError(f"This proof proves nothing: {error}.") from error
    if root != head.root:
        raise NotProvenError("This entry is not in the log at this place.")
    try:
        entry = decode(line)
    except UNREADABLE as error:
        raise NotProvenError("What this proof proves is not an entry of a trace.") from error
    return Proven(entry, line, place, head)
