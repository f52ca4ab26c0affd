"""The bench of the watch: its world is what it says, and it leaves nothing behind."""

from datetime import date
from pathlib import Path

import duckdb
import msgspec
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from ecluse.cli import bench, bench_scan_world
from ecluse.cli.bench_scan import Measure
from ecluse.cli.main import run
from ecluse.core.errors import Exit
from ecluse.watch.detectors import DETECTORS
from ecluse.watch.schema import ACCESSES


def test_the_invented_accesses_are_rows_of_the_lake(tmp_path: Path) -> None:
    day = date(2025, 3, 3)
    with duckdb.connect() as connection:
        bench_scan_world.write_day(connection, tmp_path, day, range(1000, 3000), "d1")
    rows = pq.read_table(tmp_path / "accesses" / f"day={day}" / "d1.parquet")
    assert rows.cast(ACCESSES).schema == ACCESSES
    assert list(zip(rows.schema.names, rows.schema.types, strict=True)) == [(one.name, one.type) for one in ACCESSES]
    assert rows.num_rows == 2000
    assert sorted(rows["row"].to_pylist()) == list(range(1001, 3001))
    assert set(rows["day"].to_pylist()) == {day}
    assert {ts.hour for ts in rows["ts"].to_pylist()} >= {2, 9, 15, 23}
    assert all(column.null_count == 0 for column in rows.columns)
    assert rows["account"].to_pylist() == sorted(rows["account"].to_pylist())


@pytest.mark.slow
def test_the_bench_measures_every_detector_and_removes_what_it_made(tmp_path: Path) -> None:
    result = CliRunner().invoke(bench.app, ["scan", "--events", "20000", "--folder", str(tmp_path), "--json"])
    assert result.exit_code == 0, result.output
    measure = msgspec.json.decode(result.stdout, type=Measure)
    assert set(measure.detectors) == {detector.STORY.name for detector in DETECTORS}
    assert measure.events == 20_000
    assert 0 < measure.peak_gib < 6
    assert measure.findings > 0
    assert measure.seconds >= measure.derive_seconds > 0
    assert min(measure.times_full_scan, measure.times_distinct_query) > 0
    assert list(tmp_path.iterdir()) == []


def test_too_few_events_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "scan", "--events", "3"]) == Exit.BAD_INPUT
    assert "at least 1000" in capsys.readouterr().err.replace("\n", " ")
