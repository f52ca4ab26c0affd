"""What a reader of a log is: one small file each, streaming, in constant memory.

1. Every line of a log ends as an event, as a line skipped on purpose (counted), or in the rejects with its reason.
2. One bad line never stops the others; a file that is mostly unreadable is an error that says so (``reading``).
3. Passwords, tokens and search words are taken out before anything is kept, in the rejects too.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import msgspec
import pyarrow as pa

from ecluse.core.events import Event
from ecluse.sources.redact import redact


class Reject(msgspec.Struct, frozen=True):
    """A line that could not be read. ``text`` is its beginning, redacted."""

    path: str
    line: int
    reason: str
    text: str = ""


class Tally:
    """What became of the lines of one reading: a reader counts every line in ``lines``, whatever becomes of it.

    Rejects stream out by the callback, they are not kept here; secrets are taken out of them on the way.
    ``said`` holds what a person must know of this reading (columns guessed, an account named by its address, …).
    """

    def __init__(self, keep: Callable[[Reject], None] = lambda _: None) -> None:
        self.lines = 0
        self.skipped: Counter[str] = Counter()
        self.rejected = 0
        self.said: dict[str, None] = {}
        self._keep = keep

    def skip(self, why: str) -> None:
        """Count a line that is no access, on purpose (a picture asked of a web server, …)."""
        self.skipped[why] += 1

    def say(self, what: str) -> None:
        """Note, once, a sentence for the report."""
        self.said[what] = None

    def reject(self, path: Path, line: int, reason: str, text: str = "") -> None:
        """Count a line that could not be read, and hand it on with its reason."""
        self.rejected += 1
        self._keep(Reject(str(path), line, reason, redact(text[:4000])[:300]))


class Story(msgspec.Struct, frozen=True):
    """What `ecluse sources list` tells of a reader, in English; its French stands in ``stories_fr``."""

    name: str
    title: str
    reads: str
    shows: tuple[str, ...]
    blind: tuple[str, ...]


class Context(msgspec.Struct, frozen=True):
    """What a reader may be told besides the file.

    ``siblings`` are all files of the scan, this one too: a table of names may lie in another file than the log, and a
    screen's copy of a table says nothing new beside it (its rows are skipped, counted). ``map`` is the mapping file of
    ``--map``, ``rules`` that of a web server. ``named`` says that the user named this very file.
    """

    options: dict[str, str] = {}
    map: Path | None = None
    rules: Path | None = None
    siblings: tuple[Path, ...] = ()
    named: bool = True


Reading = Iterator[Event | pa.RecordBatch]


class Reader(Protocol):
    """What the module of a reader offers.

    ``sniff`` says from the first 64 KiB (unzipped) how surely a file is its own: 0 = not, 100 = certainly. ``read``
    yields events in the order of the file, or, the fast way for regular files, record batches with columns of the
    lake's accesses as far as known: ``at`` (timestamp[us], naive = local clock, or with a zone), account, deed, …
    """

    STORY: Story

    def sniff(self, path: Path, head: bytes) -> int: ...
    def read(self, path: Path, tally: Tally, context: Context) -> Reading: ...
