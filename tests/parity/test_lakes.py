"""Files in a lake, cut into days and weeks and derived by the real engine, mean what the plain engine says."""

import random
from pathlib import Path

import msgspec
import pyarrow as pa
import pytest

from ecluse.core.events import Access, AccountEvent, Event, Person
from ecluse.watch import chunks
from ecluse.watch.detectors import BY_NAME, DETECTORS
from ecluse.watch.duck import DuckEngine
from ecluse.watch.lake import Lake
from ecluse.watch.reference import tables as reference
from ecluse.watch.reference.detectors import find
from ecluse.watch.reference.once import once
from ecluse.watch.reference.whole import together, whole
from ecluse.watch.run import watch

pytestmark = pytest.mark.timeout(900)  # seconds of a busy machine

Row = tuple[object, ...]


def files_of(number: int) -> list[list[Event]]:
    """Invent a log in several files that repeat each other, one of them with other names for the accounts."""
    chance = random.Random(number)
    events = whole(number)
    first = [event for event in events if chance.random() < 0.6]
    second = [event for event in events if chance.random() < 0.6]
    rest = [event for event in events if event not in first and event not in second]
    second += [event for event in second if chance.random() < 0.1]
    return [_numbered(first, number), second, _renamed(rest)]


def _numbered(events: list[Event], number: int) -> list[Event]:
    """Give some rows a number in their source: those are the same wherever they come again."""
    if number % 2:
        return events
    timed = [
        msgspec.structs.replace(event, source="dump.sql", row=place % 9)
        for place, event in enumerate(events)
        if isinstance(event, Access | AccountEvent)
    ]
    return [*events, *timed, *timed[:5]]


def _renamed(events: list[Event]) -> list[Event]:
    """Call one account by another name, and say so."""
    renamed = [
        msgspec.structs.replace(event, account="77")
        if isinstance(event, Access | AccountEvent) and event.account == "ana"
        else event
        for event in events
    ]
    return [*renamed, Person("ana", profession="nurse", known_as=("77", "bo"))]


def filled(folder: Path, files: list[list[Event]], zone: str) -> Lake:
    lake = Lake(folder, zone)
    for place, events in enumerate(files):
        lake.add(Path(f"log{place}"), f"digest{place}", events)
    return lake


@pytest.fixture
def by_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the engine cut everything as small as it can."""
    monkeypatch.setattr(chunks, "BYTES", 1)
    monkeypatch.setattr(chunks, "WEEKS_BYTES", 1)


def findings(files: list[list[Event]], zone: str) -> list[Row]:
    plain = reference.tables(once(files, zone), zone)
    return sorted(
        (name, account, day, value) for name in BY_NAME for (account, day), value in find(name, plain).items()
    )


def by_name(found: pa.Table) -> list[Row]:
    return sorted(tuple(row.values()) for row in found.to_pylist())


@pytest.mark.slow
@pytest.mark.parametrize("number", range(2000, 2006))
def test_k4_a_lake_of_files_that_overlap_tells_what_the_plain_engine_tells(
    number: int, tmp_path: Path, zone: str, by_day: None
) -> None:
    files = files_of(number)
    lake = filled(tmp_path / "lake", files, zone)
    engine = DuckEngine(threads=2)
    _, found = watch(lake, engine, DETECTORS)
    engine.close()
    assert by_name(found.rows) == findings(files, zone)


@pytest.mark.slow
def test_k5_two_runs_give_the_same_bytes_on_any_number_of_threads_however_the_days_are_cut(
    tmp_path: Path, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [together(range(2100, 2120))]
    wholes = set()
    for run, (threads, size) in enumerate([(1, chunks.BYTES), (2, chunks.BYTES), (4, 1), (4, 1)]):
        monkeypatch.setattr(chunks, "BYTES", size)
        lake = filled(tmp_path / f"lake{run}", files, zone)
        engine = DuckEngine(threads=threads)
        _, found = watch(lake, engine, DETECTORS)
        engine.close()
        sink = pa.BufferOutputStream()
        with pa.ipc.new_file(sink, found.rows.schema) as writer:
            writer.write_table(found.rows)
        wholes.add(sink.getvalue().to_pybytes())
    assert len(wholes) == 1
