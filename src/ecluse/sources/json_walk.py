"""A walk through one JSON text of any size: the objects at its top, in its arrays, and in the ``entry`` of Bundles.

Constant memory: of an object at the top each field is decoded by itself, and the entries of a Bundle one by one. What
is broken is told to ``broken`` with its reason, and the walk goes on at the next thing that looks like a resource.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import IO, Any

from ecluse.sources.opening import BLOCK

LONGEST = 1 << 23
NEAR = 1 << 16
DIGITS = 18
BETWEEN = re.compile(r"[\s,\ufeff\x00\x1e]*")
NEXT = re.compile(r'\{\s*"(?:resourceType|fullUrl|resource)"\s*:')
TAIL = 64
LITERAL = 8  # a word (true, null, …) may be cut in two
CONTINUES, LEADS_2, LEADS_3, LEADS_4 = 0x80, 0xC0, 0xE0, 0xF0

Numbered = tuple[int, dict[str, Any]]


class BrokenError(ValueError):
    """The text is not JSON, by ``place`` (in what is held) at the latest."""

    def __init__(self, reason: str, place: int = 0) -> None:
        super().__init__(reason)
        self.place = place


class Walk:
    """What was read and not yet used is ``_text``, from ``_place`` on."""

    def __init__(self, file: IO[bytes], broken: Callable[[int, str], None]) -> None:
        self.number = 0
        self._file, self._broken = file, broken
        self._decoder = json.JSONDecoder(parse_int=_integer)
        self._text, self._place, self._pending = "", 0, b""
        self._ended = False

    def objects(self) -> Iterator[Numbered]:
        """Yield (number from 1, object)."""
        while begin := self._peek():
            if begin in "[]":
                self._place += 1
                continue
            try:
                yield from self._top()
            except BrokenError as error:
                self._reject(error)

    def _top(self) -> Iterator[Numbered]:
        """Read the object that begins here, field by field; the entries of a Bundle come as objects of their own."""
        self._expect("{")
        fields: dict[str, Any] = {}
        streamed = False
        while self._peek() != "}":
            key = self._key()
            if key == "entry" and self._peek() == "[" and fields.get("resourceType", "Bundle") == "Bundle":
                streamed = True
                yield from self._entries()
            else:
                fields[key] = self._value()
        self._place += 1
        if not streamed:
            self.number += 1
            yield self.number, fields

    def _key(self) -> str:
        key = self._value()
        if not isinstance(key, str):
            raise BrokenError("not JSON")
        self._expect(":")
        return key

    def _entries(self) -> Iterator[Numbered]:
        self._expect("[")
        while (begin := self._peek()) != "]":
            if not begin:
                raise BrokenError("the file ends inside a bundle")
            try:
                found = self._value()
            except BrokenError as error:
                self._reject(error)
                continue
            self.number += 1
            yield self.number, found if isinstance(found, dict) else {}
        self._place += 1

    def _peek(self) -> str:
        """Return the next character that is not between things, empty at the end of the file."""
        while True:
            found = BETWEEN.match(self._text, self._place)
            self._place = found.end() if found else self._place
            if self._place < len(self._text):
                return self._text[self._place]
            if not self._more():
                return ""

    def _expect(self, character: str) -> None:
        if self._peek() != character:
            raise BrokenError("not JSON")
        self._place += 1

    def _value(self) -> Any:  # noqa: ANN401 - any JSON
        """Decode the value that begins here.

        Raises:
            BrokenError: it is none, is too long or nested too deep, or the file ends before it does.
        """
        if not self._peek():
            raise BrokenError("the file ends inside a resource")
        while True:
            try:
                found, end = self._decoder.raw_decode(self._text, self._place)
            except RecursionError as error:
                raise BrokenError("nested too deep") from error
            except json.JSONDecodeError as error:
                self._read_on(error)
                continue
            if end < len(self._text) or not self._more():  # a number may go on in the next block
                self._place += end - self._place
                return found

    def _read_on(self, error: json.JSONDecodeError) -> None:
        """Read more, in case ``error`` only says that the value is not all there."""
        held = len(self._text) - self._place
        open_text = error.msg.startswith("Unterminated")
        if not open_text and len(self._text) - error.pos >= NEAR:
            raise BrokenError("not JSON", error.pos)
        if held > LONGEST:
            raise BrokenError(f"no end within {LONGEST} characters", len(self._text))
        at = error.pos - self._place
        if not self._more():
            at += self._place
            cut = open_text or at > len(self._text) - LITERAL
            raise BrokenError("the file ends inside a resource" if cut else "not JSON", at)

    def _reject(self, error: BrokenError) -> None:
        """Tell of what is broken here, and go to what may be the next resource."""
        self.number += 1
        self._broken(self.number, str(error))
        self._place = max(self._place + 1, error.place)
        while (found := NEXT.search(self._text, self._place)) is None:
            self._place = max(self._place, len(self._text) - TAIL)
            if not self._more():
                self._place = len(self._text)
                return
        self._place = found.start()

    def _more(self) -> bool:
        """Read one block more; False when there is none."""
        if self._ended:
            return False
        block = self._file.read(BLOCK)
        self._ended = not block
        whole = self._pending + block
        cut = len(whole) if self._ended else boundary(whole)
        self._pending = whole[cut:]
        self._text = self._text[self._place :] + whole[:cut].decode("utf-8", errors="replace")
        self._place = 0
        return bool(whole)


def _integer(text: str) -> int:
    return int(text) if len(text) < DIGITS else 0


def boundary(data: bytes) -> int:
    """Return where to cut ``data`` so that no UTF-8 character is split."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte & LEADS_2 != CONTINUES:
            needed = 1 + (byte >= LEADS_2) + (byte >= LEADS_3) + (byte >= LEADS_4)
            return len(data) - back if needed > back else len(data)
    return len(data)
