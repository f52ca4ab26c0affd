"""Values that count once: each is remembered, by all workers, until it could no longer be used anyway.

One small SQLite file beside the socket, written without waiting for the disk: what a power cut loses is at most what
was seen in the seconds before, and a proof lives one minute.
"""

import hashlib
import sqlite3
import threading
import time
from pathlib import Path

from ecluse.core.errors import BrokenWorldError

CLEAN_EVERY = 5000
SHORT = 16
PREPARE = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "CREATE TABLE IF NOT EXISTS seen (mark BLOB PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID",
)
_of_thread = threading.local()


def first_time(file: Path, kind: str, value: str, until: float) -> bool:
    """Remember ``value`` until a Unix time; tell whether nobody had shown it before.

    Raises:
        BrokenWorldError: it cannot be remembered, so it must not count.
    """
    mark = hashlib.sha256(f"{kind}\0{value}".encode()).digest()[:SHORT]
    try:
        lines = connection(file)
        done = lines.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (mark, int(until) + 1))
        _of_thread.count = getattr(_of_thread, "count", 0) + 1
        if _of_thread.count % CLEAN_EVERY == 0:
            lines.execute("DELETE FROM seen WHERE until < ?", (int(time.time()),))
    except sqlite3.Error as error:
        forget(file)
        raise BrokenWorldError("What was used once cannot be remembered.", "Is the disk full?") from error
    return done.rowcount == 1


def connection(file: Path) -> sqlite3.Connection:
    """Return this thread's connection."""
    kept: dict[Path, sqlite3.Connection] = _of_thread.__dict__.setdefault("kept", {})
    found = kept.get(file)
    if found is None:
        found = kept[file] = sqlite3.connect(file, isolation_level=None, timeout=5, cached_statements=8)
        for statement in PREPARE:
            found.execute(statement)
    return found


def forget(file: Path) -> None:
    """Drop this thread's connection: the next call opens the file again."""
    kept: dict[Path, sqlite3.Connection] = _of_thread.__dict__.setdefault("kept", {})
    found = kept.pop(file, None)
    if found is not None:
        found.close()
