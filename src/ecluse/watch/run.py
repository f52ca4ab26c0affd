"""The watch over one lake: every detector, one table of findings in a total order."""

import time
from collections.abc import Sequence

import msgspec
import pyarrow as pa

from ecluse.watch.detectors.base import Detector
from ecluse.watch.engine import Engine
from ecluse.watch.lake import Lake
from ecluse.watch.schema import FINDINGS
from ecluse.watch.tables import Tables

DAY = "day"


class Findings(msgspec.Struct, frozen=True):
    """What the detectors counted: ``rows`` has detector, account, day, value, in the order of these columns."""

    rows: pa.Table
    seconds: dict[str, float]


def watch(lake: Lake, engine: Engine, detectors: Sequence[Detector]) -> tuple[Tables, Findings]:
    """Derive the tables of ``lake`` and run every detector over them."""
    started = time.perf_counter()
    tables = engine.tables(lake)
    seconds = {"tables": time.perf_counter() - started}
    found = []
    for detector in detectors:
        started = time.perf_counter()
        name = detector.STORY.name
        found.append(named(name, run(detector, tables, engine)))
        seconds[name] = time.perf_counter() - started
    return tables, Findings(total_order(found), seconds)


def run(detector: Detector, tables: Tables, engine: Engine) -> pa.Table:
    """Return account, day and value of each finding of one detector.

    A module with ``SCOPE = "day"`` says that its ``find`` looks at one day at a time: it is then run on a few days at a
    time.
    """
    if getattr(detector, "SCOPE", "") != DAY:
        return engine.collect(detector.find(tables))
    parts = [engine.collect(detector.find(few)) for few in engine.by_days(tables)]
    return pa.concat_tables(parts) if parts else FINDINGS.empty_table().drop_columns(["detector"])


def named(name: str, rows: pa.Table) -> pa.Table:
    """Return ``rows`` under the name of their detector, in the columns of ``FINDINGS``."""
    words = pa.repeat(pa.scalar(name), rows.num_rows)
    return rows.select(["account", "day", "value"]).add_column(0, "detector", words).cast(FINDINGS)


def total_order(parts: Sequence[pa.Table]) -> pa.Table:
    """Return all findings, sorted by detector, day and account: two runs give the same bytes."""
    rows = pa.concat_tables([FINDINGS.empty_table(), *parts])
    return rows.sort_by([("detector", "ascending"), ("day", "ascending"), ("account", "ascending")]).combine_chunks()
