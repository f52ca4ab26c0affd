"""Count patients in bytes: what the thief holds, never what the server says.

A :class:`Haul` takes every response as it came over the wire and notes which patients and which compartments stand in
it, however they are written: HTML entities, JSON escapes, percent escapes, capitals, no accents, base64 inside a
document.
"""

import base64
import binascii
import html
import re
import threading
import time
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from ecluse.core.words import Compartment
from ecluse.drill.markers import Found, Markers

BASE64 = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")
ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
MARKS = re.compile("[\u0300-\u036f]")
INLINE = re.compile(r"</?(?:mark|b|i|em|strong|span|wbr|u)(?:\s[^<>]*)?>")
PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
DEEPEST = 2


class Haul:
    """What one thief has received so far. Safe to fill from several threads."""

    def __init__(self, markers: Markers) -> None:
        self._markers = markers
        self._guard = threading.Lock()
        self.began = time.monotonic()
        self.found: Found = set()
        self.routes: dict[str, set[int]] = defaultdict(set)
        self.last_new = 0.0

    def take(self, body: bytes, route: str, said: Iterable[str] = ()) -> Found:
        """Note what ``body`` gives away under ``route``; return it all, known before or not.

        ``said``: words of the request, which do not count where the answer repeats them. Whoever is really shown stands
        with more than the words they were searched by.
        """
        found = self.read(body, said)
        with self._guard:
            if not found <= self.found:
                self.last_new = time.monotonic() - self.began
            new = {patient for patient, _ in found} - self.patients
            self.found = self.found | found  # another set: threads look at the old one without the guard
            if new:
                self.routes[route] |= new
        return found

    def read(self, body: bytes, said: Iterable[str] = ()) -> Found:
        """Return the (patient, compartment) pairs that stand in ``body``, apart from the words ``said``."""
        found: Found = set()
        repeated = [plain(word) for word in said]
        for text in readings(body):
            for word in repeated:
                text = text.replace(word, " ")  # noqa: PLW2901 - the same text, less what was said
            found |= self._markers.find(text)
        return found

    @property
    def patients(self) -> set[int]:
        """Return the patients of whom anything was received."""
        return {patient for patient, _ in self.found}

    def compartments(self) -> dict[str, int]:
        """Return how many patients were exposed in each compartment."""
        counts = dict.fromkeys(Compartment, 0)
        for _, compartment in self.found:
            counts[compartment] += 1
        return {compartment.value: count for compartment, count in counts.items() if count}

    def by_route(self) -> dict[str, int]:
        """Return how many patients were first seen by each route."""
        return {route: len(patients) for route, patients in sorted(self.routes.items())}


def readings(body: bytes, depth: int = 0) -> Iterator[str]:
    """Yield ``body`` as text without its escapes, accents and capitals, then every base64 text inside it."""
    raw = body.decode("utf-8", "replace")
    if "&" in raw:
        raw = html.unescape(raw)
    if "\\u" in raw:
        raw = ESCAPE.sub(lambda match: chr(int(match[1], 16)), raw)
    text = plain(unquote(raw) if PERCENT.search(raw) else raw)
    yield text
    if INLINE.search(text):
        yield INLINE.sub("", text)
    if depth < DEEPEST:
        for match in BASE64.findall(raw):
            inner = _decoded(match)
            if inner:
                yield from readings(inner, depth + 1)


def plain(text: str) -> str:
    """Return ``text`` in small letters without accents."""
    if text.isascii():
        return text.lower()
    return MARKS.sub("", unicodedata.normalize("NFKD", text)).lower()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""
