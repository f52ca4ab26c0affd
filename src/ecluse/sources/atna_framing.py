"""Cutting a syslog connection into messages: octet counting (RFC 5425), or line ends where a sender knows no better.

A sender that does not count (RFC 6587, "non-transparent") may still send XML over many lines: a message then ends with
its last tag, or where the next header begins. Memory is bounded by ``LONGEST`` whatever is sent.
"""

import re
from collections.abc import Iterator

LONGEST = 1 << 20
DIGITS = 8
END = re.compile(rb"</(?:[\w.-]{1,40}:)?AuditMessage\s*>[ \t]*[\r\n\x00]*")
HEADER = re.compile(rb"[\n\x00](?=<\d{1,3}>)")


class FramingError(ValueError):
    """What comes is no syslog; the connection cannot go on. ``start`` is how it begins."""

    def __init__(self, reason: str, start: bytes) -> None:
        super().__init__(reason)
        self.start = start


class Frames:
    """The frames of one connection."""

    def __init__(self) -> None:
        self._held = b""
        self._counted: bool | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the messages that are whole now.

        Raises:
            FramingError: a length is no length, or a message too long.
        """
        self._held += data
        if self._counted is None and (start := self._held.lstrip(b"\r\n\0")):
            self._counted = start[:1].isdigit()
        yield from self._by_count() if self._counted else self._by_end()
        if len(self._held) > LONGEST + DIGITS + 1:
            raise FramingError(f"longer than {LONGEST} bytes", self._held)

    def rest(self) -> bytes:
        """Return the last message of a sender that does not count, at the end of the connection.

        Raises:
            FramingError: a counted message was not all sent.
        """
        rest, self._held = self._held.strip(b"\r\n\0"), b""
        if rest and self._counted:
            raise FramingError("the connection ended inside a message", rest)
        return rest

    def _by_count(self) -> Iterator[bytes]:
        place = 0
        while True:
            begin = place + len(self._held[place : place + 8]) - len(self._held[place : place + 8].lstrip(b"\r\n"))
            space = self._held.find(b" ", begin, begin + DIGITS + 1)
            digits = self._held[begin : space if space >= 0 else begin + DIGITS + 1]
            if space < 0 and len(digits) <= DIGITS and (not digits or digits.isdigit()):
                break
            if not digits.isdigit() or int(digits) > LONGEST:
                raise FramingError("no length, or too long", self._held[begin:])
            end = space + 1 + int(digits)
            if end > len(self._held):
                break
            yield self._held[space + 1 : end]
            place = end
        self._held = self._held[place:]

    def _by_end(self) -> Iterator[bytes]:
        place = 0
        while True:
            end, header = END.search(self._held, place), HEADER.search(self._held, place + 1)
            if header and (end is None or header.start() < end.start()):
                stop = header.end()
            elif end:
                stop = end.end()
            else:
                break
            if message := self._held[place:stop].strip(b"\r\n\0 "):
                yield message
            place = stop
        self._held = self._held[place:]
