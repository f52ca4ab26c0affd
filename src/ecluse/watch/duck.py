"""DuckDB as the engine: derives visits a few days at a time, keeps them beside the lake, reads the rest from there.

What is kept under ``derived/`` carries in its name a digest of all it was made from, so that it is never stale: a new
file, another staff list or another version of the definitions is another name. It may be removed at any time.
"""

import dataclasses
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
from ibis.expr.types import Table

from ecluse.core.errors import BrokenWorldError
from ecluse.watch import views
from ecluse.watch.chunks import Chunk, chunks_of, together, weeks_of
from ecluse.watch.daily import DAILY, derive
from ecluse.watch.days import counted_of
from ecluse.watch.derived import DEFINITIONS, SPILL, Daily, folder_of, joined, tidy
from ecluse.watch.firsts import firsts_of
from ecluse.watch.lake import Lake
from ecluse.watch.places import seen_of
from ecluse.watch.schema import ALIASES, VISITS
from ecluse.watch.store import Store
from ecluse.watch.tables import Base, Tables
from ecluse.watch.teams import teams_of
from ecluse.watch.touches import touches_of, visits_of

MEMORY = "4GB"
FEW = "accesses_of_days"


class DuckEngine:
    """DuckDB in this process, on ``threads`` threads (0: all), within ``memory`` (spilling to disk beyond)."""

    name = "duckdb"

    def __init__(self, *, threads: int = 0, memory: str = "") -> None:
        self._threads = threads or os.cpu_count() or 1
        self._memory = memory or MEMORY
        self._chunks: list[Chunk] = []
        self._known = ALIASES.empty_table()
        self._folder = Path()
        self._store = Store(self._threads, self._memory)

    def tables(self, lake: Lake) -> Tables:
        """Return the tables of ``lake``; what is not derived yet is derived now.

        Raises:
            BrokenWorldError: the disk is full, or a file of the lake cannot be read.
        """
        self.close()
        self._store = Store(self._threads, self._memory, lake.folder / "derived" / SPILL)
        for kind in DAILY:
            (lake.folder / "derived" / kind).mkdir(parents=True, exist_ok=True)
        try:
            return self._derived(lake)
        except duckdb.Error as error:
            raise BrokenWorldError(f"The lake cannot be worked through: {error}.", "Is there space on disk?") from error

    def by_days(self, tables: Tables) -> Iterator[Tables]:
        """Yield ``tables`` again and again, whatever has a day in it cut to a few days each time."""
        for chunks in together(self._chunks, self._size):
            first, last = chunks[0].days[0], chunks[-1].days[-1]
            visits = self.files("few_visits", [self._kept(chunk, "visits") for chunk in chunks], VISITS)
            files = [path for chunk in chunks for path in chunk.files]
            yield dataclasses.replace(
                tables,
                accesses=views.accesses_of(self, files, self._known, FEW),
                visits=visits,
                touches=touches_of(visits),
                firsts=tables.firsts.filter(tables.firsts.day.between(first, last)),
                days=tables.days.filter(tables.days.day.between(first, last)),
            )

    def collect(self, table: Table) -> pa.Table:
        """Return the rows of an expression."""
        return self._store.collect(table)

    def close(self) -> None:
        """Let go of memory and files."""
        self._store.close()

    def files(self, name: str, paths: Sequence[Path], schema: pa.Schema) -> Table:
        """Return the Parquet files as one table; none is an empty one."""
        return self._store.files(name, paths, schema)

    def small(self, name: str, rows: pa.Table) -> Table:
        """Return rows in memory as a table."""
        return self._store.small(name, rows)

    def keep(self, name: str, table: Table) -> Table:
        """Work a table out, once, and return it as read from where it is kept."""
        path = self._folder / f"{name}.parquet"
        self._store.write(self._store.query(table), path)
        return self.files(name, [path], table.schema().to_pyarrow())

    def keep_teams(self, touches: Table, staff: Table) -> Table:
        """Work out ``teams_of``."""
        return self.small("teams", teams_of(self.collect, touches, staff))

    def keep_firsts(self, base: Base, pairs: Table, teams: Table, touches: Table) -> Table:
        """Work out ``firsts_of`` some weeks at a time: tables to join that a processor has at hand."""
        schema = firsts_of(touches, pairs, base.staff, base.care, teams).schema().to_pyarrow()
        paths = []
        for weeks in weeks_of(self._chunks, self._size):
            few = self.files("visits_of_weeks", [self._kept(chunk, "visits") for chunk in weeks.chunks], VISITS)
            new = pairs.filter(pairs.first_day.between(weeks.first, weeks.last))
            path = self._folder / f"firsts-{weeks.first}.parquet"
            firsts = firsts_of(touches_of(few), new, base.staff, base.care, teams)
            self._store.write(self._store.query(firsts), path)
            paths.append(path)
        return self.files("firsts", paths, schema)

    def _derived(self, lake: Lake) -> Tables:
        self._lake = lake
        self._known = views.aliases(lake)
        base = views.base_of(self, lake)
        self._chunks = chunks_of(lake, DEFINITIONS + str(self._known.to_pylist()))
        spill = lake.folder / "derived" / SPILL
        derive(self._chunks, self._known, self._kept, spill, self._threads)
        self._folder = folder_of(lake, self.name, self._chunks)
        visits = visits_of(base.accesses)
        daily = Daily(
            visits=self._daily("visits", visits),
            seen=self._daily("seen", seen_of(base.accesses)),
            counted=self._daily("counted", counted_of(visits)),
        )
        tables = joined(base, daily, self)
        tidy(lake, self._folder, self._chunks)
        return tables

    def _daily(self, kind: str, whole: Table) -> Table:
        return self.files(
            f"daily_{kind}", [self._kept(chunk, kind) for chunk in self._chunks], whole.schema().to_pyarrow()
        )

    def _size(self, chunk: Chunk) -> int:
        return self._kept(chunk, "visits").stat().st_size

    def _kept(self, chunk: Chunk, kind: str) -> Path:
        return chunk.kept(self._lake, kind)
