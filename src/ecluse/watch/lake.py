"""The lake: the events of every log read so far, as Parquet in one folder, each counted once.

Layout::

    lake.json                       version, time zone, first day kept
    key                             0600; keyed hashes of names
    files.jsonl                     what was read (``manifest``)
    accesses/day=YYYY-MM-DD/*.parquet                  merged.json: one file stands for many (``merging``)
    signs/ staff/ aliases/ people/ care/ integrity/    one file for each file read
    rejects/*.jsonl                 what could not be read, with its reason
    derived/                        a cache of what the engines derived; may be removed
    incoming/                       a file being read

Order of writes when a file is read, and what a crash after each leaves:

1. ``incoming/`` is filled: nothing counts; the next reading empties it;
2. new rows, durable, move to their places, under the digest of their file: a reader of the lake does not look at a
   digest that ``files.jsonl`` does not name; the next reading removes them;
3. the line of ``files.jsonl`` is durable: the file counts.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

import duckdb
import msgspec
import pyarrow as pa

from ecluse.core.errors import BadInputError, BrokenWorldError
from ecluse.core.events import Event
from ecluse.watch import merging, settle
from ecluse.watch.clock import check_zone
from ecluse.watch.manifest import Added, Manifest, write_whole
from ecluse.watch.rejects import Rejects
from ecluse.watch.staging import KINDS, Staging

VERSION = 1
ALWAYS = date(1, 1, 1)
MEMORY = "2GB"
FEW = 300_000  # rows
FEW_FILES = 32


def together(days: Sequence[tuple[date, int]]) -> list[list[date]]:
    """Return the days, those with few rows several at a time."""
    found: list[list[date]] = []
    held = FEW
    for day, rows in days:
        held += rows
        if held > FEW:
            found.append([])
            held = rows
        found[-1].append(day)
    return found


class About(msgspec.Struct, frozen=True):
    """``lake.json``."""

    zone: str
    version: int = VERSION
    since: date = ALWAYS


class Lake:
    """The events of one establishment, whose clock is that of ``zone``."""

    def __init__(self, folder: Path, zone: str = "Europe/Paris") -> None:
        """Open the lake in ``folder``, or make it.

        Raises:
            BadInputError: no such zone, or the lake was made with another.
            BrokenWorldError: the folder cannot be written, or is the lake of another version.
        """
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._about = self._open(check_zone(zone))
            self._key = self._load_key()
        except OSError as error:
            raise BrokenWorldError(f"The lake {folder} cannot be opened: {error}.", "Choose another folder.") from error
        self.manifest = Manifest(folder / "files.jsonl")

    @property
    def zone(self) -> str:
        """Time zone of the establishment."""
        return self._about.zone

    @property
    def since(self) -> date:
        """First day kept: what lies before it is not taken in."""
        return self._about.since

    def add(self, path: Path, digest: str, events: Iterable[Event | pa.RecordBatch]) -> Added:
        """Read the events of one file whole, or not at all. The same ``digest`` again adds nothing.

        Raises:
            BadInputError: a batch has columns that do not fit, or ``digest`` is no word.
            BrokenWorldError: another process is writing to this lake.
        """
        if not digest.isalnum():
            raise BadInputError(f"{digest!r} is no digest.", "Report this reader.")
        with self._writing():
            if digest in self.manifest.files:
                return msgspec.structs.replace(self.manifest.files[digest], again=True, path=str(path))
            staging = Staging(self._incoming / "staged", self.zone, self._key)
            staging.take(events)
            staging.close()
            added = self._settle(path, digest, staging)
            self._move(digest)
            self.manifest.append(added)
        return added

    def rejects(self, digest: str) -> Rejects:
        """Return where the rejects of a file go: a context manager, called with each."""
        return Rejects(self.folder / "rejects" / f"{digest}.jsonl")

    def files(self, kind: str) -> list[Path]:
        """Return the files of ``kind`` that count, in the order of reading."""
        return merging.counting(self.folder / kind, self.manifest.places())

    def days(self) -> dict[date, list[Path]]:
        """Return the files of accesses that count, by day."""
        found: dict[date, list[Path]] = {}
        places = self.manifest.places()
        for folder in sorted((self.folder / "accesses").glob("day=*")):
            if files := merging.counting(folder, places):
                found[date.fromisoformat(folder.name.removeprefix("day="))] = files
        return found

    def merge(self, before: date, few: int = FEW_FILES) -> int:
        """Make one file of each day before ``before``, and of each other kind with more than ``few``; return how many.

        No row that counts changes (K14). What was replaced stays until the next merging.

        Raises:
            BrokenWorldError: another process is writing to this lake.
        """
        with self._writing():
            read, places = len(self.manifest.files), self.manifest.places()
            days = {self.folder / "accesses" / f"day={day}": files for day, files in self.days().items()}
            kinds = {self.folder / kind: self.files(kind) for kind in KINDS if kind != "accesses"}
            for folder in (*days, *kinds):
                for old in merging.superseded(folder, places):
                    old.unlink()
            old_days = {one for one in days if one.name < f"day={before}" and len(days[one]) > 1}
            wanted = [(one, "accesses") for one in sorted(old_days)]
            wanted += [(one, one.name) for one, files in kinds.items() if len(files) > few]
            with self._connect() as connection:
                for folder, kind in wanted:
                    made = self._ready(kind) / f"{folder.name}.parquet"
                    merging.merge(connection, kind, (days | kinds)[folder], made)
                    merging.put(folder, made, read)
        return len(wanted)

    def forget_before(self, day: date) -> None:
        """Remove what lies before ``day``, for ever: neither does a later reading bring it back.

        Care facts that ended, people and the staff list stay: they say nothing of an access.
        """
        with self._writing():
            self._about = msgspec.structs.replace(self._about, since=max(day, self.since))
            write_whole(self.folder / "lake.json", msgspec.to_builtins(self._about))
            for old in [one for one in self.days() if one < day]:
                shutil.rmtree(self.folder / "accesses" / f"day={old}")
            with self._connect() as connection:
                for kind in ("signs", "integrity"):
                    for file in self.files(kind):
                        self._trim(connection, file, day)
            shutil.rmtree(self.folder / "derived", ignore_errors=True)

    @property
    def _incoming(self) -> Path:
        return self.folder / "incoming"

    def _open(self, zone: str) -> About:
        file = self.folder / "lake.json"
        if not file.exists():
            write_whole(file, msgspec.to_builtins(About(zone)))
        try:
            about = msgspec.json.decode(file.read_bytes(), type=About)
        except msgspec.DecodeError as error:
            raise BrokenWorldError(f"{file} is damaged: {error}.", "Remove the lake and read again.") from error
        if about.version != VERSION:
            raise BrokenWorldError(f"{self.folder} is a lake of version {about.version}.", "Make a new one.")
        if about.zone != zone:
            raise BadInputError(f"{self.folder} was made for {about.zone}, not {zone}.", "Name its zone or a new lake.")
        return about

    def _load_key(self) -> bytes:
        file = self.folder / "key"
        if not file.exists():
            new = file.with_suffix(".new")
            new.touch(mode=0o600)
            new.write_bytes(secrets.token_bytes(32))
            new.replace(file)
        return file.read_bytes()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the lake alone; take away what a reading that never counted has left."""
        with (self.folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise BrokenWorldError("Another process is writing to this lake.", "Wait for it.") from error
            self.manifest.reload()
            self._clean()
            try:
                yield
            finally:
                self._clean()

    def _clean(self) -> None:
        """Remove the files that do not count: those still incoming, and what one of them had moved already."""
        moved = self._incoming / "moving"
        digest = moved.read_text() if moved.exists() else ""
        if digest and digest not in self.manifest.files:
            for file in self._places(digest):
                file.unlink(missing_ok=True)
        shutil.rmtree(self._incoming, ignore_errors=True)

    def _places(self, digest: str) -> list[Path]:
        name = f"{digest}.parquet"
        return [*(self.folder / "accesses").glob(f"day=*/{name}"), *(self.folder / kind / name for kind in KINDS)]

    def _settle(self, path: Path, digest: str, staging: Staging) -> Added:
        """Keep of the staged rows what is new, in ``incoming/ready``."""
        accesses = signs = 0
        days: list[tuple[date, int]] = []
        with self._connect() as connection:
            if staged := staging.file("accesses"):
                days = settle.span(connection, staged)
                for few in together([one for one in days if one[0] >= self.since]):
                    accesses += self._settle_days(connection, staged, few, digest)
            if staged := staging.file("signs"):
                target = self._ready("signs") / f"{digest}.parquet"
                signs = settle.signs(connection, staged, self.since, self.files("signs"), target)
        for kind in ("staff", "aliases", "people", "care", "integrity"):
            if staged := staging.file(kind):
                self._ready(kind).mkdir(parents=True)
                staged.rename(self._ready(kind) / f"{digest}.parquet")
        old = sum(number for day, number in days if day < self.since)
        counts = staging.counts
        return Added(
            digest=digest,
            path=str(path),
            accesses=accesses,
            signs=signs,
            staff=counts["staff"],
            patients=counts["patients"],
            care=counts["care"],
            integrity=counts["integrity"],
            repeated=counts["accesses"] - old - accesses + counts["signs"] - signs,
            old=old,
            first_day=days[0][0] if days else None,
            last_day=days[-1][0] if days else None,
        )

    def _settle_days(
        self, connection: duckdb.DuckDBPyConnection, staged: Path, days: Sequence[date], digest: str
    ) -> int:
        places = self.manifest.places()
        known = [path for day in days for path in merging.counting(self.folder / "accesses" / f"day={day}", places)]
        ready = self._ready("accesses")
        return settle.accesses(connection, staged, days, known, lambda day: ready / f"day={day}" / f"{digest}.parquet")

    def _move(self, digest: str) -> None:
        (self._incoming / "moving").write_text(digest)
        ready = self._incoming / "ready"
        for file in sorted(ready.rglob("*.parquet")):
            target = self.folder / file.relative_to(ready)
            target.parent.mkdir(parents=True, exist_ok=True)
            with file.open("rb") as written:
                os.fsync(written.fileno())
            file.rename(target)

    def _ready(self, kind: str) -> Path:
        return self._incoming / "ready" / kind

    def _trim(self, connection: duckdb.DuckDBPyConnection, file: Path, day: date) -> None:
        shorter = self._ready("trim") / file.name
        if settle.kept(connection, file, f"day IS NULL OR day >= DATE '{day}'", shorter):
            shorter.replace(file)
        else:
            file.unlink()

    def _connect(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": str(self._incoming / "spill")})
