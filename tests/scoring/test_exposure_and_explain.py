"""From the log to the patients exposed and the very events: one small clinic, one thief at night."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from ibis.expr.types import Table

from ecluse.core.errors import BadInputError
from ecluse.core.events import Access, Deed, Event, Person
from ecluse.watch.cases import Case, Queue, queue
from ecluse.watch.detectors import BY_NAME
from ecluse.watch.explain import explain, find
from ecluse.watch.exposure import expose, refine, shortest
from ecluse.watch.memory import connect, tables_of
from ecluse.watch.tables import Tables

MIDNIGHT = datetime(2031, 3, 3, tzinfo=UTC)
NIGHT = MIDNIGHT + timedelta(days=11, hours=2)
USED = ("harvest", "burst", "unexplained", "export", "pace", "order")


def work() -> list[Event]:
    """Twelve nurses, fourteen days, some ten patients each a day; the fourth one also works on the day of the theft."""
    events: list[Event] = [Person(account=f"test-{number}", profession="nurse") for number in range(12)]
    row = 0
    for day in range(14):
        for number in range(12):
            for visit in range(8 + (day * number) % 5):
                row += 1
                at = MIDNIGHT + timedelta(days=day, hours=8, minutes=35 * visit)
                patient = f"P{(number * 40 + visit * 3 + day) % 500:04d}"
                events.append(Access(at, f"test-{number}", Deed.READ, patient, source="log", row=row))
    return events


def theft(patients: int, deed: Deed = Deed.READ) -> list[Event]:
    return [
        Access(
            NIGHT + timedelta(seconds=4 * number), "test-3", deed, f"Q{number:04d}", source="log", row=90_000 + number
        )
        for number in range(patients)
    ]


@dataclasses.dataclass(frozen=True)
class Scan:
    tables: Tables
    collect: Callable[[Table], pa.Table]
    queue: Queue

    @property
    def case(self) -> Case:
        return self.queue.cases[0]


def scan(*stolen: Event) -> Scan:
    connection = connect()
    tables = tables_of(connection, [*work(), *stolen], "Europe/Paris")
    found = []
    for name in USED:
        rows = connection.to_pyarrow(BY_NAME[name].find(tables))
        found.append(rows.append_column("detector", pa.array([name] * rows.num_rows, pa.string())))
    columns = ["detector", "account", "day", "value"]
    traits = {name: detector.STORY for name, detector in BY_NAME.items()}
    days, staff = connection.to_pyarrow(tables.days), connection.to_pyarrow(tables.staff)
    made = queue(pa.concat_tables([part.select(columns) for part in found]), days, staff, traits)
    return Scan(tables, connection.to_pyarrow, made)


@pytest.fixture(scope="module", name="robbed")
def given_robbed() -> Scan:
    return scan(*theft(200))


def test_the_thief_is_case_1(robbed: Scan) -> None:
    assert robbed.case.account == "test-3"
    assert "harvest" in robbed.case.detectors


def test_k13_the_patients_of_the_theft_are_certain_and_those_of_the_days_work_only_possible(robbed: Scan) -> None:
    exposed = expose(robbed.tables, robbed.collect, robbed.case, "Europe/Paris")
    assert exposed.certain == [f"Q{number:04d}" for number in range(200)]
    assert exposed.possible
    assert all(patient.startswith("P") for patient in exposed.possible)
    assert exposed.patients == 200
    assert not exposed.at_least


def test_the_hours_are_those_of_the_theft_on_the_establishments_clock(robbed: Scan) -> None:
    exposed = expose(robbed.tables, robbed.collect, robbed.case, "Europe/Paris")
    assert exposed.begin == "2031-03-14T03:00:00+01:00"
    assert exposed.end == "2031-03-14T03:13:16+01:00"
    case = refine(robbed.case, exposed)
    assert (case.begin, case.end, case.patients) == (exposed.begin, exposed.end, 200)


def test_k13_an_export_that_names_nobody_counts_at_least() -> None:
    steps = [
        Access(NIGHT + timedelta(seconds=20 * step), "test-3", Deed.EXPORT, shown=50, at_least=True, route="export",
               source="log", row=90_000 + step)
        for step in range(6)
    ]  # fmt: skip
    found = scan(*steps)
    exposed = expose(found.tables, found.collect, found.case)
    assert (exposed.patients, exposed.unnamed, exposed.at_least) == (300, 300, True)
    assert exposed.certain == []


def test_a_list_and_the_records_opened_from_it_are_not_counted_twice() -> None:
    listed = Access(
        NIGHT - timedelta(seconds=4), "test-3", Deed.LIST, shown=150, route="patients", source="log", row=89_000
    )
    found = scan(listed, *theft(140))
    exposed = expose(found.tables, found.collect, found.case)
    assert len(exposed.certain) == 140
    assert exposed.patients == 150
    assert exposed.at_least


def test_k13_an_attempt_that_showed_nothing_exposes_nobody() -> None:
    refused = [msgspec.structs.replace(event, shown=0, patient=f"R{number}", row=95_000 + number)
               for number, event in enumerate(theft(30)) if isinstance(event, Access)]  # fmt: skip
    found = scan(*theft(200), *refused)
    exposed = expose(found.tables, found.collect, found.case)
    assert not [patient for patient in (*exposed.certain, *exposed.possible) if patient.startswith("R")]


def test_explain_lists_the_very_rows_of_the_theft(robbed: Scan) -> None:
    events = explain(robbed.tables, robbed.collect, robbed.case, BY_NAME)
    rows = {row["row"] for row in events.to_pylist() if "unexplained" in row["reasons"]}
    assert {90_000 + number for number in range(200)} <= rows
    times = events["ts"].to_pylist()
    assert times == sorted(times)


def test_k12_the_number_in_a_reason_can_be_counted_in_the_events(robbed: Scan) -> None:
    events = explain(robbed.tables, robbed.collect, robbed.case, BY_NAME).to_pylist()
    told = next(line for line in robbed.case.told if line.detector == "harvest")
    that_day = {row["patient"] for row in events if row["ts"].date().isoformat() == told.day}
    assert len(that_day) == told.value


@pytest.mark.parametrize("wanted", ["", "zz", "0", "99"])
def test_a_case_that_is_not_there_is_refused(robbed: Scan, wanted: str) -> None:
    with pytest.raises(BadInputError):
        find(robbed.queue, wanted)


def test_a_case_is_found_by_its_number_or_the_beginning_of_its_name(robbed: Scan) -> None:
    assert find(robbed.queue, "1") == robbed.case
    assert find(robbed.queue, robbed.case.id[:6]) == robbed.case


def test_the_shortest_stretch_is_the_earliest_of_equals() -> None:
    ts = np.array([0, 10, 20, 100, 105, 110], np.int64)
    assert shortest(ts, np.ones(6, np.int64), 3) == (3, 5)
    assert shortest(ts, np.ones(6, np.int64), 6) == (0, 5)
    assert shortest(np.array([0, 5, 10, 15], np.int64), np.ones(4, np.int64), 2) == (0, 1)
