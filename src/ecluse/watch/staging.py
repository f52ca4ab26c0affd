"""One file on its way into the lake: its events written down as they come, in constant memory."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ecluse.core.events import Access, AccountEvent, Care, Event, Integrity, PatientFacts, Person
from ecluse.watch import intake, people
from ecluse.watch.schema import ACCESSES, ALIASES, CARE, INTEGRITY, SIGNS, STAFF

CHUNK = 25_000  # events turned into columns at once
GROUP = 122_880  # rows written at once

KINDS = {
    "accesses": ACCESSES,
    "signs": SIGNS,
    "staff": STAFF,
    "aliases": ALIASES,
    "people": people.PEOPLE,
    "care": CARE,
    "integrity": INTEGRITY,
}


class Staging:
    """Parquet files of one file's events in ``folder``, one a kind. Nothing is deduplicated yet."""

    def __init__(self, folder: Path, zone: str, key: bytes) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.counts: dict[str, int] = defaultdict(int)
        self._zone, self._key = zone, key
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._waiting: dict[str, list[pa.RecordBatch]] = defaultdict(list)
        self._persons: list[Person] = []

    def take(self, events: Iterable[Event | pa.RecordBatch]) -> None:
        """Write down every event.

        Raises:
            BadInputError: a batch has columns that do not fit.
        """
        chunks: dict[type[Event], list[Any]] = {kind: [] for kind in self._turns}
        for event in events:
            if isinstance(event, pa.RecordBatch):
                self._flush(chunks, Access)
                self._put("accesses", intake.complete(event, self._zone))
                continue
            chunk = chunks[type(event)]
            chunk.append(event)
            if len(chunk) >= CHUNK:
                self._flush(chunks, type(event))
        for kind in chunks:
            self._flush(chunks, kind)

    def close(self) -> None:
        """Write what still waits and close the files."""
        if self._persons:
            self._put("staff", people.staff(self._persons))
            self._put("aliases", people.aliases(self._persons))
        for kind in KINDS:
            self._write(kind)
        for writer in self._writers.values():
            writer.close()

    def file(self, kind: str) -> Path | None:
        """Return the file of ``kind``, None if there was nothing."""
        return self.folder / f"{kind}.parquet" if kind in self._writers else None

    def _flush(self, chunks: dict[type[Event], list[Any]], kind: type[Event]) -> None:
        chunk = chunks[kind]
        if chunk:
            chunks[kind] = []
            self._turns[kind](self, chunk)

    def _access(self, events: Sequence[Access]) -> None:
        self._put("accesses", intake.accesses(events, self._zone))

    def _sign(self, events: Sequence[AccountEvent]) -> None:
        self._put("signs", intake.signs(events, self._zone))

    def _care(self, facts: Sequence[Care]) -> None:
        self._put("care", intake.care(facts, self._zone))

    def _integrity(self, faults: Sequence[Integrity]) -> None:
        self._put("integrity", intake.integrity(faults, self._zone))

    def _person(self, persons: Sequence[Person]) -> None:
        self._persons += persons
        self._put("people", people.rows(persons, self._key))

    def _patient(self, facts: Sequence[PatientFacts]) -> None:
        self._put("people", people.rows(facts, self._key))
        self.counts["patients"] += len(facts)

    _turns: dict[type[Event], Callable[..., None]] = {
        Access: _access,
        AccountEvent: _sign,
        Care: _care,
        Integrity: _integrity,
        Person: _person,
        PatientFacts: _patient,
    }

    def _put(self, kind: str, batch: pa.RecordBatch) -> None:
        self.counts[kind] += batch.num_rows
        self._waiting[kind].append(batch)
        if sum(one.num_rows for one in self._waiting[kind]) >= GROUP:
            self._write(kind)

    def _write(self, kind: str) -> None:
        batches, self._waiting[kind] = self._waiting[kind], []
        if not any(batch.num_rows for batch in batches):
            return
        if kind not in self._writers:
            path = self.folder / f"{kind}.parquet"
            self._writers[kind] = pq.ParquetWriter(path, KINDS[kind], compression="snappy")
        self._writers[kind].write_table(pa.Table.from_batches(batches), row_group_size=GROUP)
