"""DuckDB as the watch uses it, for many small logs one after the other: for the tests that compare engines."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from ibis.expr.types import Table

from ecluse.core.events import Access, AccountEvent, Care, Event, Integrity, PatientFacts, Person
from ecluse.watch import intake, memory, people
from ecluse.watch.days import counted_of
from ecluse.watch.derived import Daily, joined
from ecluse.watch.detectors import BY_NAME
from ecluse.watch.firsts import firsts_of
from ecluse.watch.places import seen_of
from ecluse.watch.schema import ACCESSES, CARE, INTEGRITY, RELATIONS, SIGNS, STAFF, TEAMS
from ecluse.watch.store import exact
from ecluse.watch.tables import Base
from ecluse.watch.teams import teams_of
from ecluse.watch.touches import visits_of

BASE = {
    "accesses": ACCESSES,
    "signs": SIGNS,
    "staff": STAFF,
    "care": CARE,
    "marks": RELATIONS,
    "integrity": INTEGRITY,
    "teams": TEAMS,
}
DERIVED = ("visits", "touches", "pairs", "firsts", "days", "relations", "places")
Row = tuple[Any, ...]


def kept(events: list[Event], zone: str) -> dict[str, pa.Table]:
    """Return the tables of ``events``, as ``intake`` and ``people`` make them; no teams yet."""
    persons = [event for event in events if isinstance(event, Person)]
    patients = [event for event in events if isinstance(event, PatientFacts)]
    made = {
        "accesses": intake.accesses([event for event in events if isinstance(event, Access)], zone),
        "signs": intake.signs([event for event in events if isinstance(event, AccountEvent)], zone),
        "staff": people.staff(persons),
        "care": intake.care([event for event in events if isinstance(event, Care)], zone),
        "marks": people.marks(people.rows([*persons, *patients], b"test")),
        "integrity": intake.integrity([event for event in events if isinstance(event, Integrity)], zone),
        "teams": TEAMS.empty_table(),
    }
    return {name: whole(rows).cast(BASE[name]) for name, rows in made.items()}


def whole(rows: pa.Table | pa.RecordBatch) -> pa.Table:
    """Return ``rows`` as a table."""
    return pa.Table.from_batches([rows]) if isinstance(rows, pa.RecordBatch) else rows


class Duck:
    """One connection. Every expression is compiled once, and run on each log in turn."""

    def __init__(self, threads: int = 1) -> None:
        self.connection = memory.connect()
        self.raw = self.connection.con
        self.raw.execute(f"SET threads = {threads}")
        for name, schema in BASE.items():
            self.put(name, schema.empty_table())
        table = self.connection.table
        base = Base(**{name: table(name) for name in BASE if name != "teams"})
        self._makes: dict[str, str] = {}
        self._compiled: dict[tuple[str, ...], str] = {}
        visits = self.keep("visits", visits_of(base.accesses))
        daily = Daily(visits, self.keep("seen", seen_of(base.accesses)), self.keep("counted", counted_of(visits)))
        self.tables = joined(base, daily, self)
        self.finds = {name: self.sql(detector.find(self.tables)) for name, detector in BY_NAME.items()}

    def keep(self, name: str, table: Table) -> Table:
        """Store a table, now and for every log to come, as the engine does in files."""
        self._makes[name] = f"CREATE OR REPLACE TABLE {name} AS {exact(self.connection, table)}"
        self.raw.execute(self._makes[name])
        return self.connection.table(name)

    def keep_firsts(self, base: Base, pairs: Table, teams: Table, touches: Table) -> Table:
        """Store the firsts."""
        return self.keep("firsts", firsts_of(touches, pairs, base.staff, base.care, teams))

    def keep_teams(self, touches: Table, staff: Table) -> Table:
        """Return the teams, which ``load`` learns anew."""
        self._teams = (touches, staff)
        return self.connection.table("teams")

    def sql(self, expression: Table) -> str:
        """Return the statement of ``expression``, to be run on every log."""
        return str(self.connection.compile(expression))

    def derived(self) -> dict[str, Table]:
        """Return the tables that are worked out, by name."""
        return {name: getattr(self.tables, name) for name in DERIVED}

    def put(self, name: str, rows: pa.Table) -> None:
        """Replace a table."""
        self.raw.register("incoming", rows)
        self.raw.execute(f"CREATE OR REPLACE TABLE {name} AS FROM incoming")
        self.raw.unregister("incoming")

    def load(self, tables: Mapping[str, pa.Table]) -> None:
        """Put a log in the place of the last one, and derive every table."""
        for name, rows in tables.items():
            self.put(name, rows)
        for name, make in self._makes.items():
            if name == "pairs":
                self.put("teams", teams_of(self._collect, *self._teams))
            self.raw.execute(make)

    def _collect(self, table: Table) -> pa.Table:
        """Return the rows of an expression, compiled once for its columns: those of ``teams_of`` differ by them."""
        columns = tuple(table.columns)
        if columns not in self._compiled:
            self._compiled[columns] = self.sql(table)
        return self.raw.sql(self._compiled[columns]).to_arrow_table()

    def rows(self, sql: str) -> list[Row]:
        """Return the rows of a statement, in an order of their own."""
        return sorted(self.raw.execute(sql).fetchall(), key=repr)

    def close(self) -> None:
        """Let go of the connection."""
        self.connection.disconnect()
