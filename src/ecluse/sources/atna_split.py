"""Where one audit message ends and the next begins, whatever lies between them: syslog headers, lengths, line ends.

A message is what stands from ``<AuditMessage`` to ``</AuditMessage>``; what stands before it (its header, the XML
declaration, comments) is handed on as its ``head``. One that does not end before the next begins was cut off. No more
than a block and the longest message is ever in memory.
"""

import re
from collections.abc import Iterator
from typing import IO

import msgspec

from ecluse.sources.opening import BLOCK

TAG = re.compile(rb"<(/?)(?:[A-Za-z_][\w.-]{0,40}:)?AuditMessage(?:\s[^<>]{0,4000})?>")
LONGEST = 1 << 20
CUT = "cut off: it has no end"
TOO_LONG = f"longer than {LONGEST} bytes"
NOWHERE = -1


class Piece(msgspec.Struct, frozen=True, gc=False):
    """One message: what stands before it, and its XML or why there is none (``wrong``).

    With neither it is no message: what stands behind the last one.
    """

    head: bytes
    xml: bytes = b""
    wrong: str = ""


class Splitter:
    """Splits a file. In ``_held`` a head begins at ``_head``, its message at ``_begin`` once that is known."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._held = b""
        self._head = 0
        self._begin = NOWHERE

    def pieces(self) -> Iterator[Piece]:
        """Yield what the file is made of, in order."""
        while block := self._file.read(BLOCK):
            self._take(block)
            for tag in TAG.finditer(self._held, self._begin + 1 if self._begin >= 0 else self._head):
                if found := self._closed(tag) if tag[1] else self._opened(tag):
                    yield found
            if found := self._overlong():
                yield found
        if self._begin >= 0:
            yield self._until(len(self._held), CUT)
        elif rest := self._held[self._head :]:
            yield Piece(rest)

    def _take(self, block: bytes) -> None:
        """Drop what was used, add ``block``."""
        self._held = self._held[self._head :] + block
        self._begin -= self._head if self._begin >= 0 else 0
        self._head = 0

    def _opened(self, tag: re.Match[bytes]) -> Piece | None:
        found = self._until(tag.start(), CUT) if self._begin >= 0 else None
        self._begin = tag.start()
        return found

    def _closed(self, tag: re.Match[bytes]) -> Piece | None:
        if self._begin < 0:
            return None  # the end of one that was too long, or of nothing
        found = Piece(self._held[self._head : self._begin], self._held[self._begin : tag.end()])
        self._head, self._begin = tag.end(), NOWHERE
        return found if len(found.xml) <= LONGEST else Piece(found.head, wrong=TOO_LONG)

    def _until(self, end: int, wrong: str) -> Piece:
        """Return the message that has no end, and go on at ``end``."""
        found = Piece(self._held[self._head : self._begin], wrong=wrong)
        self._head, self._begin = end, NOWHERE
        return found

    def _overlong(self) -> Piece | None:
        """Give up a message, or what stands between two, that has grown too long."""
        if self._begin >= 0:
            return self._until(len(self._held), TOO_LONG) if len(self._held) - self._begin > LONGEST else None
        if len(self._held) - self._head <= LONGEST:
            return None
        cut = max(self._held.rfind(b"\n") + 1, len(self._held) - LONGEST // 2)
        rest, self._head = self._held[self._head : cut], cut
        return Piece(rest)
