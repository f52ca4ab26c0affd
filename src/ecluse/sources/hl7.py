"""HL7 v2 messages out of a file: MLLP-framed, one after the other, batches; each as segments, fields and components.

A message begins at ``MSH``; its segments end with CR, LF or both. No message longer than ``LONGEST`` is held.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import IO

from ecluse.sources.opening import BLOCK, text

BEGIN = re.compile(rb"(?:\A|[\r\n\x0b\x1c])[\x0b\s]*(?=MSH[^\w\s])")
LONGEST = 1 << 20
BREAK = re.compile(r"[\r\n]+")
TIME = re.compile(r"(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:\.\d+)?([+-]\d{4})?$")
ESCAPE = re.compile(r"\\([FSTRE]|X(?:[0-9A-F]{2})+)\\")
SHORTEST = 8


class BadMessageError(ValueError):
    """The message cannot be read."""


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the messages of ``file`` as they lie there; one cut short at ``LONGEST`` ends there."""
    held = b""
    while block := file.read(BLOCK):
        held += block
        starts = [found.end() for found in BEGIN.finditer(held)]
        for begin, end in pairwise(starts):
            yield held[begin:end]
        if starts:
            held = held[starts[-1] :]
        if len(held) > LONGEST + BLOCK:
            yield held[: LONGEST + 1]
            held = held[-SHORTEST:]
    if last := BEGIN.match(held):
        yield held[last.end() :]


class Message:
    """One message. Fields are numbered as the standard does; an absent one is empty."""

    def __init__(self, data: bytes) -> None:
        if len(data) > LONGEST:
            raise BadMessageError(f"longer than {LONGEST} bytes")
        lines = [line for line in BREAK.split(text(data).strip("\x0b\x1c\x1d\r\n\0 ")) if line.strip()]
        if not lines or len(lines[0]) < SHORTEST or not lines[0].startswith("MSH"):
            raise BadMessageError("no MSH segment")
        self.field = lines[0][3]
        self.component, self.repeat, self.escape, self.sub = lines[0][4], lines[0][5], lines[0][6], lines[0][7]
        self._segments = [self._fields(line) for line in lines]

    def _fields(self, line: str) -> list[str]:
        fields = line.split(self.field)
        return ["MSH", self.field, *fields[1:]] if fields[0] == "MSH" else fields

    def all(self, name: str) -> list[list[str]]:
        """Return the segments called ``name``."""
        return [segment for segment in self._segments if segment[0] == name]

    def get(self, name: str, field: int, component: int = 1) -> str:
        """Return a component of a field of the first segment called ``name``."""
        segment = next((one for one in self._segments if one[0] == name), [])
        return self.part(segment, field, component)

    def part(self, segment: list[str], field: int, component: int = 1) -> str:
        """Return a component of the first repetition of a field."""
        repeats = self.repeats(segment, field)
        return self.of(repeats[0], component) if repeats else ""

    def repeats(self, segment: list[str], field: int) -> list[str]:
        """Return the repetitions of a field, raw."""
        return segment[field].split(self.repeat) if field < len(segment) and segment[field] not in {"", '""'} else []

    def of(self, raw: str, component: int) -> str:
        """Return a component of a raw field, its escapes undone."""
        parts = raw.split(self.component)
        found = parts[component - 1].split(self.sub)[0].strip() if component <= len(parts) else ""
        return "" if found == '""' else self._plain(found)

    def _plain(self, found: str) -> str:
        if self.escape not in found:
            return found
        plain = {"F": self.field, "S": self.component, "T": self.sub, "R": self.repeat, "E": self.escape}
        undo = found.replace(self.escape, "\\")
        return ESCAPE.sub(lambda match: plain.get(match[1]) or text(bytes.fromhex(match[1][1:])), undo)


def moment(stamp: str) -> datetime | None:
    """Return an HL7 time (``YYYYMMDD[HH[MM[SS[.S]]]][+ZZZZ]``), None if it is none or only a year."""
    found = TIME.match(stamp.strip())
    if found is None or not found[3]:
        return None
    numbers = [int(part or 0) for part in found.groups()[:6]]
    try:
        at = datetime(*numbers)  # type: ignore[arg-type]  # noqa: DTZ001 - the local clock unless a zone follows
        return at.replace(tzinfo=_zone(found[7])) if found[7] else at
    except ValueError:
        return None


def _zone(offset: str) -> timezone:
    minutes = int(offset[1:3]) * 60 + int(offset[3:])
    return timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))
