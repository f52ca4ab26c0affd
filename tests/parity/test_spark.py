"""Spark tells what DuckDB and the plain engine tell: every table, every detector, over the same lake."""

import importlib.util
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from ecluse.watch.detectors import DETECTORS
from ecluse.watch.duck import DuckEngine
from ecluse.watch.lake import Lake
from ecluse.watch.reference import tables as reference
from ecluse.watch.reference.detectors import FIND, find
from ecluse.watch.reference.once import once
from ecluse.watch.reference.whole import together
from ecluse.watch.run import Findings, watch
from ecluse.watch.spark import SparkEngine
from ecluse.watch.tables import Tables
from ecluse.watch.testing import DERIVED

SKIP = not (importlib.util.find_spec("pyspark") and shutil.which("java"))
pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(SKIP, reason="SPARK PARITY SKIPPED: no PySpark or no Java here (make parity)"),
    pytest.mark.timeout(1800),
    pytest.mark.filterwarnings("ignore"),  # Spark leaves sockets open
]
SMALL = {
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.memory": "1g",
}


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkEngine]:
    logging.getLogger("py4j").setLevel(logging.WARNING)
    engine = SparkEngine("local[2]", SMALL)
    yield engine
    engine.close()


def filled(folder: Path, first: int, zone: str) -> Lake:
    """Fill a lake with twenty logs, of which the last five come twice."""
    lake = Lake(folder, zone)
    lake.add(Path("one"), "one", together(range(first, first + 20)))
    lake.add(Path("two"), "two", together(range(first + 15, first + 20)))
    return lake


def watched(engine: DuckEngine | SparkEngine, lake: Lake) -> tuple[Findings, dict[str, list[str]]]:
    """Return the findings, and the rows of every derived table in an order of their own."""
    tables, found = watch(lake, engine, DETECTORS)
    return found, {name: _rows(engine, tables, name) for name in (*DERIVED, "teams")}


def _rows(engine: DuckEngine | SparkEngine, tables: Tables, name: str) -> list[str]:
    return sorted(repr(row) for row in engine.collect(getattr(tables, name)).to_pylist())


def _bytes(rows: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, rows.schema) as writer:
        writer.write_table(rows)
    return bytes(sink.getvalue())


@pytest.mark.parametrize("first", [3000, 3020, 3040])
def test_k3_spark_tells_what_duckdb_and_the_plain_engine_tell(
    first: int, spark: SparkEngine, tmp_path: Path, zone: str
) -> None:
    duck = DuckEngine(threads=2)
    found, rows = watched(duck, filled(tmp_path / "duckdb", first, zone))
    duck.close()
    found_by_spark, rows_of_spark = watched(spark, filled(tmp_path / "spark", first, zone))
    for name, expected in rows.items():
        assert rows_of_spark[name] == expected, name
    assert _bytes(found_by_spark.rows) == _bytes(found.rows)
    assert [tuple(row.values()) for row in found_by_spark.rows.to_pylist()] == plainly(first, zone)


def plainly(first: int, zone: str) -> list[tuple[object, ...]]:
    """Return the findings of the plain engine, in the order of the watch."""
    files = [together(range(first, first + 20)), together(range(first + 15, first + 20))]
    plain = reference.tables(once(files, zone), zone)
    found = [(name, account, day, value) for name in FIND for (account, day), value in find(name, plain).items()]
    return sorted(found, key=lambda row: (row[0], row[2], row[1]))
