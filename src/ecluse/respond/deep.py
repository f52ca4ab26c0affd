"""All detectors of the watch over the trace: what is new goes into the lake, then every detector runs, then cases open.

Runs in a process of its own at the lowest priority (``python -m ecluse.respond deep``), whenever the live watch says.
What was read is kept by the lake itself: killed at any moment, the next run reads the same entries again, and the lake
counts each once. ``HOME/watch/fed.json`` says up to where.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa

from ecluse.core.events import Care, Event, Person
from ecluse.core.home import Home, load
from ecluse.respond import cases, facts, follow, playbooks
from ecluse.respond.calibration import Settled, surprising, taken_out
from ecluse.respond.follow import Cursor, Follower
from ecluse.respond.kinds import CaseKind, EventKind, Verdict
from ecluse.respond.models import Case as Row
from ecluse.respond.queue import budget
from ecluse.safe.client import SafeClient
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Status
from ecluse.sources import ecluse_trace
from ecluse.watch import cases as watch_cases
from ecluse.watch import run
from ecluse.watch.detectors import BY_NAME, DETECTORS
from ecluse.watch.duck import DuckEngine
from ecluse.watch.lake import Lake

MOST = 50_000
NICE = 19
THREADS, MEMORY = 1, "1GB"
THEFTS = frozenset({Verdict.THEFT, Verdict.MISUSE})


class Told(msgspec.Struct, frozen=True):
    """How far the lake has been told: the trace, and the duties."""

    cursor: Cursor
    duty: int = 0


def main() -> int:
    """Run once."""
    os.nice(NICE)
    look(load())
    return 0


def look(home: Home) -> list[str]:
    """Bring the lake up to date, run every detector, open cases; return their names.

    Raises:
        SafeUnavailableError: the safe does not answer.
        BrokenWorldError: the lake cannot be written, or somebody else writes to it.
    """
    lake = Lake(home.watch / "lake", home.settings.site.time_zone)
    feed(home, lake)
    if not lake.days():
        return []
    today = datetime.now(ZoneInfo(home.settings.site.time_zone)).date()
    lake.merge(today)
    with closing(DuckEngine(threads=THREADS, memory=MEMORY)) as engine:
        tables, found = run.watch(lake, engine, DETECTORS)
        days, staff = engine.collect(tables.days), engine.collect(tables.staff)
    queue = queue_of(found.rows, days, staff, settled(), today)
    return opened(queue)


def feed(home: Home, lake: Lake) -> int:
    """Tell the lake what is new; return how many entries of the trace."""
    file = home.watch / "fed.json"
    told = msgspec.json.decode(file.read_bytes(), type=Told) if file.exists() else Told(Cursor())
    follower = Follower(home.safe, told.cursor)
    with closing(SafeClient(home.socket)) as safe:
        size = safe.call(Status()).size
    number, duty = 0, told.duty
    while entries := follower.new(size, MOST):
        pairs = list(facts.care(duty))
        name = f"{entries[0].seq}-{entries[-1].seq}-{duty}"
        lake.add(home.safe / "trace", hashlib.sha256(name.encode()).hexdigest(), _events(entries, pairs))
        duty = max((place for place, _ in pairs), default=duty)
        follow.keep(file, Told(follower.ahead, duty))
        follower.done()
        number += len(entries)
    return number


def _events(entries: list[Entry], care: list[tuple[int, Care]]) -> Iterator[Event]:
    """Yield what the entries tell; people as the record knows them, not as their accesses show them."""
    yield from facts.people()
    for _, fact in care:
        yield fact
    for entry in entries:
        found = ecluse_trace.told(entry)
        if not isinstance(found, str):
            yield from (event for event in found if not isinstance(event, Person))


def queue_of(
    findings: pa.Table, days: pa.Table, staff: pa.Table, known: list[Settled], today: date
) -> watch_cases.Queue:
    """Return the cases that the detectors see once the verdicts are counted in."""
    traits = {name: detector.STORY for name, detector in BY_NAME.items()}
    left, calm = surprising(findings, known, today), taken_out(days, known)
    return watch_cases.queue(left, calm, staff, traits, float(budget()))


def opened(queue: watch_cases.Queue) -> list[str]:
    """Open a case for each of the watch's, and run its playbook."""
    books = playbooks.load()
    names = []
    for case in queue.cases:
        signal = signal_of(case)
        if cases.concluded(signal):
            continue
        taken = cases.take(signal)
        if playbooks.due(taken.ref, CaseKind.PATTERN):
            playbooks.run(books, taken.ref, CaseKind.PATTERN)
        names.append(taken.ref)
    return names


def signal_of(case: watch_cases.Case) -> cases.Signal:
    """Return a case of the watch as a signal: figures and sentences, no patient."""
    return cases.Signal(
        account=case.account,
        kind=CaseKind.PATTERN,
        at=datetime.now(UTC),
        profession=case.profession,
        patients=case.patients,
        score=case.score,
        accounts=tuple(case.accounts),
        detectors=tuple(case.detectors),
        days=tuple(case.days_of),
        reasons=tuple(zip(case.reasons, case.reasons_fr, strict=True)),
    )


def settled() -> list[Settled]:
    """Return the concluded cases whose verdict changes what is expected."""
    found = []
    for row in Row.objects.filter(events__kind=EventKind.DECIDED).distinct().prefetch_related("events"):
        verdict = cases.verdict_of(row)
        if verdict is None or verdict is Verdict.MISTAKE:
            continue
        events = list(row.events.all())
        days = {date.fromisoformat(day) for event in events for day in event.body.get("days", ())}
        days |= {date.fromisoformat(str(event.body["at"])[:10]) for event in events if event.body.get("at")}
        decided = max(event.at for event in events if event.kind == EventKind.DECIDED).date()
        found.append(Settled(cases.actors(row), frozenset(days), verdict in THEFTS, decided))
    return found
