"""OpenEMR's checksums: recomputed row by row, two tables side by side, without holding either.

Anyone can compute them, there is no key: a row that fits is a row intact *or rewritten with care*; nothing here can say
that the log is intact. What shows: a row changed without care, a checksum whose row is gone.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from ecluse.core.events import Fault, Integrity
from ecluse.sources.openemr_world import SHAPES
from ecluse.sources.tables import parts

LOG = (
    *("date", "event", "category", "user", "groupname", "comments", "user_notes", "patient_id", "success"),
    *("crt_user", "log_from", "menu_item_id", "ccda_doc_id"),
)
API = (
    *("log_id", "user_id", "patient_id", "ip_address", "method", "request", "request_url", "request_body"),
    *("response", "created_time"),
)
SHA3 = 128  # hexadecimal digits; older versions wrote shorter ones, of another kind
MOST = 1000
MARGIN = 10_000
SHARE = 5  # one of so many rows not fitting: the tables were read otherwise than they were written
ENOUGH = 10


def digest(values: Sequence[str | None]) -> str:
    """Return the checksum of a row: SHA3-512 of its values one after the other, NULL being nothing."""
    joined = "".join(value or "" for value in values)
    return hashlib.sha3_512(joined.encode("utf-8", "surrogateescape")).hexdigest()


class Seals:
    """The checksums of one table of log rows, read along with it."""

    def __init__(self, path: Path | None, table: str, column: str) -> None:
        self._table = table
        self._seals = self._read(path, column) if path else iter(())
        self._ahead: dict[int, str] = {}
        self._waiting: dict[int, Integrity] = {}
        self._sums: dict[int, str] = {}
        self._changed: list[Integrity] = []
        self._span = (0, 0)
        self._top = 0
        self._checked = self._failed = 0
        self._ended = path is None

    def _read(self, path: Path, column: str) -> Iterator[tuple[int, str]]:
        for part in parts(path, SHAPES, only=frozenset({"log_comment_encrypt"})):
            for log, seal in part.rows("log_id", column):
                if log and log.isdigit() and seal:
                    yield int(log), seal

    def check(self, log: int, row: int, values: Sequence[str | None], told: str, at: datetime | None) -> None:
        """Compare a row with its checksum, now or when the checksum comes."""
        low, high = self._span
        self._span = (min(low or log, log), max(high, log))
        while not self._ended and self._top < log:
            self._advance()
        fault = Integrity(Fault.ROW_CHANGED, f"openemr/{self._table}", told, row, row, at=at)
        if log in self._ahead:
            self._compare(self._ahead.pop(log), digest(values), fault)
        elif not self._ended:
            self._waiting[log], self._sums[log] = fault, digest(values)

    def _advance(self) -> None:
        found = next(self._seals, None)
        if found is None:
            self._ended = True
            return
        self._top = max(self._top, found[0])
        if found[0] in self._waiting:
            self._compare(found[1], self._sums.pop(found[0]), self._waiting.pop(found[0]))
        else:
            self._ahead[found[0]] = found[1]

    def _drain(self) -> None:
        """Read on behind the last row, for checksums that stand a little later than their rows."""
        left = MARGIN
        while not self._ended and (self._waiting or left):
            self._advance()
            self._ahead.pop(self._top if self._top > self._span[1] else 0, None)
            left -= bool(left)

    def _compare(self, seal: str, computed: str, fault: Integrity) -> None:
        if len(seal) != SHA3:
            return
        self._checked += 1
        if seal.lower() != computed:
            self._failed += 1
            if len(self._changed) < MOST:
                self._changed.append(fault)

    def verdict(self) -> str:
        """Return a sentence on the rows that fit; empty when none was compared."""
        self._drain()
        fit = self._checked - self._failed
        intact = (
            f"{fit} of {self._checked} rows of {self._table} fit their checksum: row intact, or rewritten with care"
        )
        return f"{intact}; it does not say that the log is intact." if self._checked else ""

    def faults(self) -> Iterator[Integrity]:
        """Yield the rows that do not fit, then the checksums whose row is gone."""
        source = f"openemr/{self._table}"
        low, high = self._span
        if self._failed > ENOUGH and self._failed * SHARE > self._checked:
            told = (
                f"{self._failed} of {self._checked} rows do not fit their checksums: the table was most likely written "
                "out in another time zone (times must be in +00:00) or encoding; nothing can be said of single rows."
            )
            yield Integrity(Fault.ROW_CHANGED, source, told, low, high)
        else:
            yield from self._changed
        for log in sorted(one for one in self._ahead if low <= one <= high):
            told = f"There is a checksum for log row {log}, but the row is not in {self._table}: it was removed."
            yield Integrity(Fault.ORPHAN, source, told, log, log)
