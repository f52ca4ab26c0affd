"""Reading the trace, streaming, while the safe goes on writing it. For other parts: who opened, exposure, the watch.

1. Reading never blocks nor changes the trace; a line still being written is left for the next reading.
2. What is read here is believed, not checked: ``ecluse trace verify`` checks.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from ecluse.core.errors import BrokenWorldError, NotProvenError
from ecluse.core.words import Compartment, Decision
from ecluse.safe.entry import UNREADABLE, Entry, decode
from ecluse.safe.tiles import SEGMENT


class Exposed(msgspec.Struct, frozen=True, order=True):
    """A patient some of whose keys were released: to whom is the question that was asked."""

    patient: str
    compartments: tuple[Compartment, ...]
    times: int


def segments(folder: Path) -> list[Path]:
    """Return the files of the trace in order; ``folder`` is the safe's (``HOME/safe``).

    Raises:
        BrokenWorldError: there is no trace there.
    """
    trace = folder / "trace"
    if not trace.is_dir():
        raise BrokenWorldError(f"{folder} holds no trace.", "Name the safe's folder, HOME/safe.")
    return sorted(trace.glob("*.jsonl"))


def entries(folder: Path, *, since: datetime | None = None, until: datetime | None = None) -> Iterator[Entry]:
    """Yield the entries at or after ``since`` and before ``until`` (aware datetimes), in order.

    Raises:
        NotProvenError: a line is not an entry.
    """
    for path in _from(segments(folder), since):
        for entry in _lines(path):
            if until is not None and entry.at >= until:
                return
            if since is None or entry.at >= since:
                yield entry


def entries_from(folder: Path, first: int, size: int) -> Iterator[Entry]:
    """Yield the entries from sequence ``first`` on, before sequence ``size``."""
    for path in segments(folder):
        if int(path.stem) + SEGMENT <= first:
            continue
        for entry in _lines(path):
            if entry.seq >= size:
                return
            if entry.seq >= first:
                yield entry


def _from(paths: list[Path], since: datetime | None) -> list[Path]:
    """Drop the segments that end before ``since``: those followed by one that begins before it."""
    if since is None:
        return paths
    first = 0
    while first + 1 < len(paths) and (begin := next(_lines(paths[first + 1]), None)) and begin.at < since:
        first += 1
    return paths[first:]


def _lines(path: Path) -> Iterator[Entry]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                return
            try:
                yield decode(line)
            except UNREADABLE as error:
                raise NotProvenError(
                    f"{path}:{number} is not an entry: {error}.", "Run `ecluse trace verify`."
                ) from error


def opens(entry: Entry) -> bool:
    """Say whether ``entry`` released keys of a patient that existed (a creation opens nothing)."""
    return entry.decision is Decision.ALLOW and entry.ground is not None


def exposure(
    folder: Path, *, account: str = "", session: str = "", since: datetime | None = None, until: datetime | None = None
) -> list[Exposed]:
    """Return what was opened, patient by patient, by ``account``, ``session`` (its keyed hash) or anyone."""
    return opened_by(
        entry
        for entry in entries(folder, since=since, until=until)
        if account in {"", entry.account} and session in {"", entry.session}
    )


def opened_by(found: Iterable[Entry]) -> list[Exposed]:
    """Return what ``found`` opened, patient by patient."""
    seen: dict[str, tuple[set[Compartment], int]] = {}
    for entry in found:
        if opens(entry):
            compartments, times = seen.get(entry.patient, (set(), 0))
            seen[entry.patient] = (compartments | set(entry.compartments), times + 1)
    order = list(Compartment)
    return sorted(
        Exposed(patient, tuple(sorted(compartments, key=order.index)), times)
        for patient, (compartments, times) in seen.items()
    )
