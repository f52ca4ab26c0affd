"""What the lake keeps, as tables of an engine: files become views, aliases become accounts, repeats go."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.expr.types import Table

from ecluse.watch import people
from ecluse.watch.lake import Lake
from ecluse.watch.schema import ACCESSES, ALIASES, CARE, INTEGRITY, SIGNS, STAFF
from ecluse.watch.tables import Base


class Small(Protocol):
    """What keeps rows in memory as a table."""

    def small(self, name: str, rows: pa.Table) -> Table:
        """Return rows in memory as a table."""
        ...


class Reader(Small, Protocol):
    """An engine, as far as reading goes."""

    def files(self, name: str, paths: Sequence[Path], schema: pa.Schema) -> Table:
        """Return the Parquet files as one table; none is an empty one."""
        ...


def base_of(reader: Reader, lake: Lake) -> Base:
    """Return the tables of ``lake``."""
    known = aliases(lake)
    paths = [path for files in lake.days().values() for path in files]
    staff = staff_of(lake)
    return Base(
        accesses=accesses_of(reader, paths, known),
        signs=renamed(reader, reader.files("signs", lake.files("signs"), SIGNS), known, "account", "by"),
        staff=reader.small("staff", staff),
        care=care_of(reader, lake, known),
        marks=reader.small("marks", marks_of(lake)),
        integrity=reader.small("integrity", integrity_of(lake)),
    )


def accesses_of(reader: Reader, paths: Sequence[Path], known: pa.Table, name: str = "accesses") -> Table:
    """Return the accesses in ``paths``, under the names of accounts rather than their aliases."""
    return renamed(reader, reader.files(name, paths, ACCESSES), known, "account")


def aliases(lake: Lake) -> pa.Table:
    """Return which identifiers stand for which account; the file read last is right."""
    last: dict[str, str] = {}
    for row in _whole(lake, "aliases", ALIASES).to_pylist():
        last[row["alias"]] = row["account"]
    own = set(_whole(lake, "staff", STAFF)["account"].to_pylist())
    pairs = sorted((alias, account) for alias, account in last.items() if alias not in own)
    return pa.table({"alias": [one for one, _ in pairs], "account": [two for _, two in pairs]}, schema=ALIASES)


def staff_of(lake: Lake) -> pa.Table:
    """Return the staff list, one row an account; the file read last is right."""
    rows = {row["account"]: row for row in _whole(lake, "staff", STAFF).to_pylist()}
    return pa.Table.from_pylist([rows[name] for name in sorted(rows)], schema=STAFF)


def marks_of(lake: Lake) -> pa.Table:
    """Return the relations of patients to staff."""
    return people.marks(_whole(lake, "people", people.PEOPLE))


def integrity_of(lake: Lake) -> pa.Table:
    """Return the faults of the logs, each once, in a total order."""
    rows = {tuple(row.values()): row for row in _whole(lake, "integrity", INTEGRITY).to_pylist()}
    return pa.Table.from_pylist([rows[key] for key in sorted(rows, key=str)], schema=INTEGRITY)


def care_of(reader: Reader, lake: Lake, known: pa.Table) -> Table:
    """Return the facts of care, each once."""
    facts = reader.files("care", lake.files("care"), CARE)
    return renamed(reader, facts, known, "account", "made_by").distinct() if lake.files("care") else facts


def _whole(lake: Lake, kind: str, schema: pa.Schema) -> pa.Table:
    tables = [pq.read_table(path, schema=schema) for path in lake.files(kind)]
    return pa.concat_tables([schema.empty_table(), *tables])


def renamed(reader: Small, rows: Table, known: pa.Table, *columns: str) -> Table:
    """Put the account in the place of its alias."""
    if not known.num_rows:
        return rows
    for column in columns:
        names = reader.small("aliases", known).select(alias_="alias", account_="account")
        both = rows.left_join(names, rows[column] == names.alias_)
        rows = both.mutate(**{column: ibis.coalesce(both.account_, both[column])}).select(*rows.columns)
    return rows
