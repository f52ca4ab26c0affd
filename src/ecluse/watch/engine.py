"""Engines: who runs the expressions. DuckDB in this process, or Spark on as many machines as there are."""

from collections.abc import Callable, Iterator
from typing import Protocol

import pyarrow as pa
from ibis.expr.types import Table

from ecluse.core.errors import BadInputError
from ecluse.watch.duck import DuckEngine
from ecluse.watch.lake import Lake
from ecluse.watch.spark import SparkEngine
from ecluse.watch.tables import Tables

Find = Callable[[Tables], Table]


class Engine(Protocol):
    """What runs the expressions of the watch; the answers are the same, byte by byte, whichever it is."""

    name: str

    def tables(self, lake: Lake) -> Tables:
        """Return the tables of ``lake``, derived ones ready to be read."""
        ...

    def by_days(self, tables: Tables) -> Iterator[Tables]:
        """Yield ``tables`` again and again: accesses, visits, touches, firsts and days cut to a few days each time."""
        ...

    def collect(self, table: Table) -> pa.Table:
        """Return the rows of an expression."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


def engine(name: str = "duckdb", *, threads: int = 0, memory: str = "") -> Engine:
    """Return the engine called ``name``: ``duckdb``, or the address of a Spark, as ``local[*]`` or ``spark://host:7077``.

    Raises:
        BadInputError: no such engine.
        BrokenWorldError: Spark is asked for and not installed, or does not answer.
    """
    if name == "duckdb":
        return DuckEngine(threads=threads, memory=memory)
    if name.startswith(("local", "spark://", "yarn", "k8s://", "sc://")):
        return SparkEngine(name)
    raise BadInputError(f"There is no engine {name!r}.", "Choose duckdb, local[*] or spark://HOST:PORT.")
