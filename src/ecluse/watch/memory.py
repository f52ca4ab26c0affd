"""A few events as tables in memory: for tests, drills and small logs. The lake is the way for everything else."""

from collections.abc import Iterable

import ibis
import pyarrow as pa
from ibis.backends.duckdb import Backend
from ibis.expr.types import Table

from ecluse.core.events import Access, AccountEvent, Care, Event, Integrity, PatientFacts, Person
from ecluse.watch import intake, people
from ecluse.watch.schema import ACCESSES, CARE, INTEGRITY, RELATIONS, SIGNS, STAFF, TEAMS
from ecluse.watch.tables import Base, Tables, derive
from ecluse.watch.teams import teams_of


def connect() -> Backend:
    """Return DuckDB in memory, on one thread."""
    return ibis.duckdb.connect(threads=1)


def base_of(connection: Backend, events: Iterable[Event], zone: str = "UTC") -> Base:
    """Return the tables of ``events``, registered in ``connection``. Nothing is deduplicated."""
    kept = list(events)
    persons = [event for event in kept if isinstance(event, Person)]
    patients = [event for event in kept if isinstance(event, PatientFacts)]
    hashed = people.rows([*persons, *patients], b"in memory")
    made = {
        "accesses": (intake.accesses([e for e in kept if isinstance(e, Access)], zone), ACCESSES),
        "signs": (intake.signs([e for e in kept if isinstance(e, AccountEvent)], zone), SIGNS),
        "staff": (people.staff(persons), STAFF),
        "care": (intake.care([e for e in kept if isinstance(e, Care)], zone), CARE),
        "marks": (people.marks(hashed), RELATIONS),
        "integrity": (intake.integrity([e for e in kept if isinstance(e, Integrity)], zone), INTEGRITY),
    }
    return Base(**{name: register(connection, name, rows, schema) for name, (rows, schema) in made.items()})


def tables_of(connection: Backend, events: Iterable[Event], zone: str = "UTC") -> Tables:
    """Return every table of ``events``."""
    base = base_of(connection, events, zone)
    unplaced = derive(base, register(connection, "no_teams", [], TEAMS))
    teams = teams_of(connection.to_pyarrow, unplaced.touches, base.staff)
    return derive(base, register(connection, "teams", teams, TEAMS))


def register(
    connection: Backend, name: str, rows: pa.Table | pa.RecordBatch | list[object], schema: pa.Schema
) -> Table:
    """Put ``rows`` into ``connection`` as the table ``name``."""
    if isinstance(rows, list):
        rows = schema.empty_table()
    if isinstance(rows, pa.RecordBatch):
        rows = pa.Table.from_batches([rows])
    return connection.create_table(name, rows.cast(schema), overwrite=True)
