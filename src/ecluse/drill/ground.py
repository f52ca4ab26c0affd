"""The ground of the trials of one seed: the quiet world, watched once; thefts are laid over it in memory.

The watch's statements are made once a process and run on every log in turn: making them costs more than running them
on so small a log. That the findings are those of a lake on disk is tested.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from ecluse.core.events import Access, AccountEvent, Care, Event, Integrity, PatientFacts, Person
from ecluse.drill.trials import Act
from ecluse.drill.world.settings import Settings
from ecluse.drill.world.world import World
from ecluse.watch import intake, people
from ecluse.watch.cases import Case, queue
from ecluse.watch.detectors import BY_NAME
from ecluse.watch.run import named, total_order
from ecluse.watch.schema import INTEGRITY, TEAMS
from ecluse.watch.testing import Duck, whole

TRAITS = {name: detector.STORY for name, detector in BY_NAME.items()}
ZONE = "Europe/Paris"
KEY = b"drill"
FIRSTS = 'SELECT account, day, patient, explained FROM "firsts"'
Log = dict[str, pa.Table]


@dataclass(frozen=True)
class Watched:
    """What the watch found in a world: findings, account-days, staff; and first accesses, with their explanation."""

    findings: pa.Table
    days: pa.Table
    staff: pa.Table
    firsts: pa.Table

    def with_accounts(self, other: "Watched", accounts: Iterable[str]) -> "Watched":
        """Return this world with what ``accounts`` did in the other one."""
        names = pa.array(sorted(accounts), pa.string())
        pairs = ((getattr(self, name), getattr(other, name)) for name in ("findings", "days", "staff", "firsts"))
        return Watched(*(_mixed(mine, theirs, names) for mine, theirs in pairs))

    def cases(self, until: date, a_day: float) -> list[Case]:
        """Return the queue as it stood on the evening of a day, ``a_day`` cases being asked for."""
        last = pa.scalar(until, pa.date32())
        findings, days = (table.filter(pc.less_equal(table["day"], last)) for table in (self.findings, self.days))
        return queue(findings, days, self.staff, TRAITS, a_day).cases


class Ground:
    """A quiet world, and what ``watch`` (made once a process) finds in it, with and without thefts."""

    def __init__(self, settings: Settings, watch: Duck) -> None:
        self.world, self._watch = World(settings), watch
        self._log = log_of(self.world)
        self.quiet = self._watched(self._log)

    def with_thefts(self, acts: Sequence[Act]) -> Watched:
        """Return what the watch finds when thefts that share no account are laid over the world."""
        return self._watched(laid_over(self._log, [event for act in acts for event in act.loot.events]))

    def _watched(self, log: Log) -> Watched:
        self._watch.load(log)
        found = [named(name, self._read(sql)) for name, sql in self._watch.finds.items()]
        days, staff = self._read('FROM "days"'), self._read('FROM "staff"')
        return Watched(total_order(found), days, staff, self._read(FIRSTS))

    def _read(self, sql: str) -> pa.Table:
        return self._watch.raw.sql(sql).to_arrow_table()


def log_of(world: World) -> Log:
    """Return the tables of a quiet world."""
    persons: list[Person | PatientFacts] = list(world.people())
    facts = list(world.care())
    signs = [event for day in world.days for event in world.signs(day)]
    return {
        "accesses": pa.Table.from_batches([intake.complete(world.batch(day), ZONE) for day in world.days]),
        "signs": whole(intake.signs(signs, ZONE)),
        "staff": whole(people.staff([one for one in persons if isinstance(one, Person)])),
        "care": _distinct(whole(intake.care(facts, ZONE))),
        "marks": people.marks(people.rows(persons, KEY)),
        "integrity": INTEGRITY.empty_table(),
        "teams": TEAMS.empty_table(),
    }


def laid_over(log: Log, events: list[Event]) -> Log:
    """Return ``log`` with the events of thefts."""
    more = {
        "accesses": intake.accesses([one for one in events if isinstance(one, Access)], ZONE),
        "signs": intake.signs([one for one in events if isinstance(one, AccountEvent)], ZONE),
        "staff": people.staff([one for one in events if isinstance(one, Person)]),
        "care": intake.care([one for one in events if isinstance(one, Care)], ZONE),
        "integrity": intake.integrity([one for one in events if isinstance(one, Integrity)], ZONE),
    }
    grown = {name: pa.concat_tables([log[name], whole(rows)]) for name, rows in more.items()}
    return {**log, **grown, "care": _distinct(grown["care"])}


def _distinct(rows: pa.Table) -> pa.Table:
    return rows.group_by(rows.column_names).aggregate([])


def _mixed(mine: pa.Table, theirs: pa.Table, names: pa.Array) -> pa.Table:
    kept = mine.filter(pc.invert(pc.is_in(mine["account"], names)))
    return pa.concat_tables([kept, theirs.filter(pc.is_in(theirs["account"], names))])
