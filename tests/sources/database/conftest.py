"""Small databases, written as a dump or as CSV, and what a reader makes of them."""

import csv
import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from ecluse.core.events import Event
from ecluse.sources.base import Context, Reader, Reject, Tally

Rows = dict[str, list[dict[str, str | None]]]
Told = tuple[list[Event], Tally, list[Reject]]


def _sql(value: str | None) -> str:
    if value is None:
        return "NULL"
    if value.startswith("0x"):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\0", "\\0")
    return value if value.isdigit() and not value.startswith("0") else f"'{escaped}'"


@pytest.fixture
def dump(tmp_path: Path) -> Callable[..., Path]:
    def write(tables: Rows, name: str = "db.sql", encoding: str = "utf-8") -> Path:
        lines = ["-- MySQL dump 10.13", f"/*!40101 SET NAMES {encoding} */;"]
        for table, rows in tables.items():
            columns = ",\n".join(f"  `{column}` text DEFAULT NULL" for column in rows[0])
            lines.append(f"DROP TABLE IF EXISTS `{table}`;\nCREATE TABLE `{table}` (\n{columns},\n  KEY `k` (`x`)\n);")
            values = ",".join("(" + ",".join(_sql(one) for one in row.values()) + ")" for row in rows)
            lines.append(f"LOCK TABLES `{table}` WRITE;\nINSERT INTO `{table}` VALUES {values};\nUNLOCK TABLES;")
        data = "\n".join([*lines, "-- Dump completed", ""]).encode(encoding)
        path = tmp_path / name
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    return write


@pytest.fixture
def listed(tmp_path: Path) -> Callable[..., list[Path]]:
    def write(tables: Rows, folder: str = "csv") -> list[Path]:
        (tmp_path / folder).mkdir(exist_ok=True)
        for table, rows in tables.items():
            with (tmp_path / folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(rows[0])
                writer.writerows([["\\N" if one is None else one for one in row.values()] for row in rows])
        return sorted((tmp_path / folder).iterdir())

    return write


@pytest.fixture
def told() -> Callable[..., Told]:
    def read(reader: Reader, *paths: Path) -> Told:
        rejects: list[Reject] = []
        tally = Tally(rejects.append)
        events: list[Event] = []
        for path in paths:
            for event in reader.read(path, tally, Context(siblings=paths)):
                assert isinstance(event, Event)
                events.append(event)
        return events, tally, rejects

    return read
