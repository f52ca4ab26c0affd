from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from ecluse.core.events import Access, Deed, Event
from ecluse.watch.lake import Lake

Row = tuple[object, ...]
Rows = Callable[[Lake], list[Row]]
START = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake", "UTC")


@pytest.fixture
def table() -> list[Event]:
    """A table of 300 rows over 30 days, each row with its key."""
    return [
        Access(
            START + timedelta(hours=2.4 * number),
            f"account{number % 7}",
            Deed.READ,
            f"patient{number % 40}",
            source="invented.views",
            row=number + 1,
        )
        for number in range(300)
    ]


@pytest.fixture
def rows() -> Rows:
    """Return every access that counts, as plain values in order."""

    def read(lake: Lake) -> list[Row]:
        files = [str(path) for paths in lake.days().values() for path in paths]
        if not files:
            return []
        query = f"SELECT * FROM read_parquet({files!r}, hive_partitioning = false) ORDER BY ALL"  # noqa: S608
        return duckdb.execute(query).fetchall()

    return read
