"""Chunks: consecutive days of the lake that are worked through together, about as many bytes each."""

import dataclasses
import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from ecluse.watch.lake import Lake

BYTES = 3_000_000  # of Parquet: some 250,000 accesses, which a processor has at hand
WEEKS_BYTES = 50_000_000  # of visits
FEW_BYTES = 30_000_000  # of visits
EPOCH = date(1970, 1, 1)
DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclasses.dataclass(frozen=True)
class Chunk:
    """The files of ``days``. ``name`` begins with the first day, and is another one when the files are others."""

    days: tuple[date, ...]
    files: tuple[Path, ...]
    name: str

    def kept(self, lake: Lake, kind: str) -> Path:
        """Return where the ``kind`` derived of these days is kept."""
        return lake.folder / "derived" / kind / f"{self.name}.parquet"


def chunks_of(lake: Lake, definitions: str) -> list[Chunk]:
    """Return the chunks of ``lake``, in the order of days; ``definitions`` is all else the visits depend on."""
    found = []
    days: list[date] = []
    files: list[Path] = []
    size = 0
    for day, of_day in lake.days().items():
        more = sum(path.stat().st_size for path in of_day)
        if days and size + more > BYTES:
            found.append(_chunk(days, files, definitions))
            days, files, size = [], [], 0
        days.append(day)
        files += of_day
        size += more
    return [*found, _chunk(days, files, definitions)] if days else found


def digest(*parts: object) -> str:
    """Return a short name for ``parts``."""
    return hashlib.sha256("\n".join(str(part) for part in parts).encode()).hexdigest()[:24]


def _chunk(days: list[date], files: list[Path], definitions: str) -> Chunk:
    marks = [f"{path.parent.name}/{path.name} {path.stat().st_size}" for path in files]
    return Chunk(tuple(days), tuple(files), f"{days[0]}-{digest(definitions, *marks)}")


@dataclasses.dataclass(frozen=True)
class Weeks:
    """Days from ``first`` to ``last``, whole weeks of ``touches.week``; ``chunks`` go back one week more."""

    first: date
    last: date
    chunks: tuple[Chunk, ...]


def weeks_of(chunks: list[Chunk], size: Callable[[Chunk], int]) -> list[Weeks]:
    """Return stretches of whole weeks that hold about as many bytes each."""
    starts = sorted({_start(day) for chunk in chunks for day in chunk.days})
    found = []
    begin, held = 0, 0
    for place, start in enumerate(starts):
        held += sum(size(chunk) for chunk in _between(chunks, start, start + WEEK - DAY))
        if held > WEEKS_BYTES or place == len(starts) - 1:
            first, last = starts[begin], start + WEEK - DAY
            found.append(Weeks(first, last, _between(chunks, max(first, date.min + WEEK) - WEEK, last)))
            begin, held = place + 1, 0
    return found


def together(chunks: list[Chunk], size: Callable[[Chunk], int]) -> list[list[Chunk]]:
    """Return ``chunks`` a few at a time."""
    found: list[list[Chunk]] = []
    held = FEW_BYTES
    for chunk in chunks:
        held += size(chunk)
        if held > FEW_BYTES:
            found.append([])
            held = size(chunk)
        found[-1].append(chunk)
    return found


def _between(chunks: list[Chunk], first: date, last: date) -> tuple[Chunk, ...]:
    return tuple(chunk for chunk in chunks if chunk.days[0] <= last and chunk.days[-1] >= first)


def _start(day: date) -> date:
    """Return the first day of the 7-day bucket of ``day``: a Thursday, as 1 January 1970 was."""
    return day - DAY * ((day - EPOCH).days % 7)
