"""Spark as the engine: the same expressions, on as many machines as there are.

Needs the extra ``[spark]`` and Java. The lake must lie where every worker finds it under the same path.
"""

import importlib
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.expr.types import Table

from ecluse.core.errors import BrokenWorldError
from ecluse.watch import views
from ecluse.watch.chunks import chunks_of
from ecluse.watch.days import counted_of
from ecluse.watch.derived import DEFINITIONS, Daily, folder_of, joined, tidy
from ecluse.watch.firsts import firsts_of
from ecluse.watch.lake import Lake
from ecluse.watch.places import seen_of
from ecluse.watch.schema import CLOCK
from ecluse.watch.tables import Base, Tables
from ecluse.watch.teams import teams_of
from ecluse.watch.touches import visits_of

SETTINGS = {
    "spark.app.name": "ecluse watch",
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "4g",
    "spark.log.level": "ERROR",
}
AWAY = {"spark.driver.host", "spark.driver.bindAddress"}  # only when everything runs here


class SparkEngine:
    """Spark at ``master``, as ``local[*]`` or ``spark://host:7077``."""

    name = "spark"

    def __init__(self, master: str, settings: dict[str, str] | None = None) -> None:
        """Start a session.

        Raises:
            BrokenWorldError: Spark or Java is missing, or ``master`` does not answer.
        """
        self._session = session(master, settings or {})
        self.connection = ibis.pyspark.connect(self._session)
        self._folder = Path()

    def tables(self, lake: Lake) -> Tables:
        """Return the tables of ``lake``; what is not derived yet is derived now."""
        known = views.aliases(lake)
        chunks = chunks_of(lake, DEFINITIONS + str(known.to_pylist()))
        self._folder = folder = folder_of(lake, self.name, chunks)
        base = views.base_of(self, lake)
        visits = self.keep("visits", visits_of(base.accesses))
        daily = Daily(visits, self.keep("seen", seen_of(base.accesses)), self.keep("counted", counted_of(visits)))
        tables = joined(base, daily, self)
        tidy(lake, folder, chunks)
        return tables

    def by_days(self, tables: Tables) -> Iterator[Tables]:
        """Yield ``tables``, once: Spark divides the work itself."""
        yield tables

    def collect(self, table: Table) -> pa.Table:
        """Return the rows of an expression."""
        return self._frame(table).toArrow().cast(arrow_schema(table))

    def close(self) -> None:
        """End the session."""
        self._session.stop()

    def files(self, name: str, paths: Sequence[Path], schema: pa.Schema) -> Table:
        """Return the Parquet files as one table; none is an empty one."""
        if not paths:
            return self.small(name, schema.empty_table())
        frame = self._session.read.parquet(*(str(path.absolute()) for path in paths))
        frame.select(*schema.names).createOrReplaceTempView(name)
        return self.connection.table(name)

    def small(self, name: str, rows: pa.Table) -> Table:
        """Return rows in memory as a table, by way of a file, so that types stay what they are."""
        path = self._folder / f"small_{name}.parquet"
        pq.write_table(rows, path)
        return self.files(name, [path], rows.schema)

    def keep(self, name: str, table: Table) -> Table:
        """Write the rows of ``table`` if they are not there, whole or not at all, and return them as read."""
        path = self._folder / name
        if not path.exists():
            new = self._folder / f"{name}.new"
            shutil.rmtree(new, ignore_errors=True)
            self._frame(table).write.parquet(str(new.absolute()))
            new.replace(path)
        return self.files(name, [path], arrow_schema(table))

    def keep_teams(self, touches: Table, staff: Table) -> Table:
        """Work out ``teams_of``."""
        return self.small("teams", teams_of(self.collect, touches, staff))

    def keep_firsts(self, base: Base, pairs: Table, teams: Table, touches: Table) -> Table:
        """Work out ``firsts_of``."""
        return self.keep("firsts", firsts_of(touches, pairs, base.staff, base.care, teams))

    def _frame(self, table: Table) -> Any:  # noqa: ANN401 - Spark is an extra: its types may not be here
        return self._session.sql(self.connection.compile(table))


def arrow_schema(table: Table) -> pa.Schema:
    """Return the Arrow types of ``table``; Spark keeps microseconds and does not say so."""
    fields = table.schema().to_pyarrow()
    return pa.schema([(one.name, CLOCK if pa.types.is_timestamp(one.type) else one.type) for one in fields])


def session(master: str, settings: dict[str, str]) -> Any:  # noqa: ANN401 - the same
    """Return a session of Spark.

    Raises:
        BrokenWorldError: Spark or Java is missing, or ``master`` does not answer.
    """
    try:
        spark = importlib.import_module("pyspark.sql")
    except ImportError as error:
        raise BrokenWorldError("Spark is not installed.", "Install it: pip install 'ecluse[spark]'.") from error
    builder = spark.SparkSession.builder.master(master)
    here = master.startswith("local")
    for key, value in {**SETTINGS, **settings}.items():
        if here or key not in AWAY:
            builder = builder.config(key, value)
    try:
        return builder.getOrCreate()
    except Exception as error:  # Spark raises what Java says
        raise BrokenWorldError(f"Spark at {master} does not answer: {error}.", "Is Java 17 installed?") from error
