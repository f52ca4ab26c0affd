"""One DuckDB: files as tables, tables into files."""

import contextlib
from collections.abc import Sequence
from pathlib import Path

import duckdb
import ibis
import pyarrow as pa
from ibis.backends.duckdb import Backend
from ibis.expr.types import Table

from ecluse.watch.settle import text

WRITING = "FORMAT parquet, COMPRESSION snappy"
WIDTHS = {"int64": "BIGINT", "int32": "INTEGER", "int8": "TINYINT"}


class Store:
    """A connection, and what the watch does with it."""

    def __init__(self, threads: int, memory: str, spill: Path | None = None) -> None:
        config = {"threads": threads, "memory_limit": memory} | ({"temp_directory": str(spill)} if spill else {})
        self.connection: Backend = ibis.duckdb.connect(**config)
        self.do("SET preserve_insertion_order = false")

    def files(self, name: str, paths: Sequence[Path], schema: pa.Schema) -> Table:
        """Return the Parquet files as one table; none is an empty one."""
        if not paths:
            return self.small(name, schema.empty_table())
        self.view(name, paths)
        return self.connection.table(name)

    def view(self, name: str, paths: Sequence[Path]) -> None:
        """Let the name of a table stand for these files."""
        listed = ", ".join(text(path) for path in paths)
        query = f"SELECT * FROM read_parquet([{listed}], hive_partitioning = false)"  # noqa: S608
        self.do(f'CREATE OR REPLACE VIEW "{name}" AS {query}')

    def small(self, name: str, rows: pa.Table) -> Table:
        """Return rows in memory as a table."""
        with contextlib.suppress(duckdb.CatalogException):
            self.do(f'DROP VIEW IF EXISTS "{name}"')
        return self.connection.create_table(name, rows, overwrite=True)

    def collect(self, table: Table) -> pa.Table:
        """Return the rows of an expression."""
        return self.connection.to_pyarrow(table)

    def write(self, query: str, path: Path) -> None:
        """Write the rows of ``query`` to ``path`` if it is not there: whole or not at all."""
        if path.exists():
            return
        new = path.with_suffix(".new")
        self.do(f"COPY ({query}) TO {text(new)} ({WRITING})")
        new.replace(path)

    def query(self, table: Table) -> str:
        """Return the statement of ``table``."""
        return exact(self.connection, table)

    def do(self, statement: str) -> None:
        """Run a statement."""
        self.connection.raw_sql(statement)

    def close(self) -> None:
        """Let go of memory and files."""
        self.connection.disconnect()


def exact(connection: Backend, table: Table) -> str:
    """Return the statement of ``table`` with integers as wide as ``table`` says.

    DuckDB sums integers in 128 bits, which ibis does not know and Parquet would keep as floating point.
    """
    widths = {name: WIDTHS.get(str(kind).removeprefix("!")) for name, kind in table.schema().items()}
    columns = (f'"{name}"::{width} AS "{name}"' if width else f'"{name}"' for name, width in widths.items())
    return f"SELECT {', '.join(columns)} FROM ({connection.compile(table)})"  # noqa: S608
