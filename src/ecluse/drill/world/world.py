"""The world: one object that gives the same hospital as events for the watch, as batches of columns, or day by day.

Each day hangs on the settings and its own chance only: any day can be asked for alone, in any order.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
import pyarrow as pa

from ecluse.core.events import Access, AccountEvent, Care, Event, PatientFacts, Person
from ecluse.drill.world import care, desks, facts
from ecluse.drill.world.mess import skewed, untidy
from ecluse.drill.world.places import Places
from ecluse.drill.world.plan import Plan
from ecluse.drill.world.reasons import SCREENS
from ecluse.drill.world.rows import DEEDS, Rows, rows
from ecluse.drill.world.settings import MINUTES, Ints, Settings, ints
from ecluse.drill.world.signs import moment, signs
from ecluse.drill.world.tasks import Tasks, joined

SOURCE = "hospital"
ROWS_A_DAY = 10_000_000  # row numbers of one day; the second half is free for what is added later
WORK = (care.wards, care.consultations, care.nights, care.emergencies, desks.departments, desks.offices, desks.machines)


@dataclass(frozen=True)
class World:
    """A hospital over some weeks. ``plan`` says who is who and what is to be done; ``day`` what was done."""

    settings: Settings

    @cached_property
    def plan(self) -> Plan:
        return Plan(self.settings)

    @cached_property
    def places(self) -> Places:
        return Places(self.plan)

    @cached_property
    def shuffled(self) -> Ints:
        """All patients, in an order that means nothing."""
        return ints(self.settings.chance("shuffled").permutation(self.settings.patients))

    @property
    def days(self) -> range:
        """All days."""
        return range(self.settings.days)

    def tasks(self, day: int) -> Tasks:
        """Return who opens whose record on ``day``, when and why."""
        done = untidy(self.plan, day, joined([work(self.plan, day) for work in WORK]))
        return done.take(np.flatnonzero(self._may(done, day)))

    def rows(self, day: int) -> Rows:
        """Return the lines of the log that the day's tasks leave (those of a night shift run on after midnight)."""
        made = rows(self.settings.chance("rows", day), self.tasks(day))
        at = skewed(self.plan, made.who, made.at)
        return Rows(at, made.who, made.patient, made.deed, made.shown, made.why)

    def people(self) -> Iterator[Person | PatientFacts]:
        """Yield the staff list, and what relates patients to it."""
        yield from facts.people(self.plan)
        yield from facts.patients(self.plan)

    def care(self) -> Iterator[Care]:
        """Yield the facts of care."""
        return facts.care(self.plan)

    def signs(self, day: int) -> Iterator[AccountEvent]:
        """Yield what happened to accounts on ``day``."""
        return signs(self.plan, self.places, day, self.rows(day))

    def accesses(self, day: int) -> Iterator[Access]:
        """Yield the day's accesses, one by one."""
        for number, row in enumerate(self.batch(day).to_pylist()):
            yield Access(**{**row, "deed": DEEDS[_PLACE[row["deed"]]], "row": row["row"] or number})

    def batch(self, day: int) -> pa.RecordBatch:
        """Return the day's accesses as columns of the lake's accesses (``at``: the establishment's own clock)."""
        made = self.rows(day)
        staff, deeds = pa.array(self.plan.staff.account), pa.array([deed.value for deed in DEEDS])
        session, device = self.places.session(made), self.places.device(made)
        start = np.datetime64(self.settings.midnight, "us").astype(np.int64)
        columns = {
            "at": pa.array(start + np.round(made.at * 60_000_000).astype(np.int64), pa.timestamp("us")),
            "account": staff.take(pa.array(made.who)),
            "deed": deeds.take(pa.array(made.deed)),
            "patient": _named(made.patient, lambda one: "" if one < 0 else facts.patient_id(one)),
            "shown": pa.array(made.shown, pa.int32()),
            "session": _named(session, self.places.session_name),
            "device": _named(device, self.places.device_name),
            "address": _named(device, self.places.address),
            "route": pa.array([SCREENS[deed] for deed in DEEDS]).take(pa.array(made.deed)),
            "source": pa.repeat(SOURCE, len(made)),
            "row": pa.array(day * ROWS_A_DAY + 1 + np.arange(len(made)), pa.int64()),
        }
        return pa.RecordBatch.from_pydict(columns)

    def events(self) -> Iterator[Event | pa.RecordBatch]:
        """Yield the whole world, accesses as one batch a day: what a lake takes in."""
        yield from self.people()
        yield from self.care()
        for day in self.days:
            yield self.batch(day)
            yield from self.signs(day)

    def moment(self, minute: float) -> datetime:
        """Return the establishment's own clock at a minute of the world."""
        return moment(self.settings, minute)

    def _may(self, done: Tasks, day: int) -> Ints:
        """Tell which tasks stay: nobody works before they are hired, after they left, or beyond the world's end."""
        staff = self.plan.staff
        on = done.at // MINUTES
        begun = (staff.since[done.who] <= on) & (done.at >= 0) & (done.at < self.settings.days * MINUTES)
        return ints(begun & (staff.until[done.who] >= np.minimum(on, day)))


_PLACE = {deed.value: place for place, deed in enumerate(DEEDS)}


def _named(numbers: Ints, name: Callable[[int], str]) -> pa.Array:
    """Return the names of numbers, each made once."""
    some, where = np.unique(numbers, return_inverse=True)
    return pa.array([name(int(one)) for one in some], pa.string()).take(pa.array(where))
