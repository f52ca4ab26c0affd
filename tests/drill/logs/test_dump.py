"""A dump as it is written is read back value by value, and nothing half-written stays."""

from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecluse.drill.logs.dump import Database, Dump, Value, sql
from ecluse.sources.tables import is_dump, parts

SHAPES = {"notes": frozenset({"id", "text"})}
NOTES = Database(
    "trial",
    "InnoDB",
    {"notes": "id int(11) NOT NULL\ntext longtext DEFAULT NULL", "blobs": "id int(11)\nraw varbinary(16)"},
)


def read(path: Path) -> list[tuple[str | None, ...]]:
    return [row for part in parts(path, SHAPES) for row in part.rows("id", "text")]


@given(texts=st.lists(st.text(st.characters(codec="utf-8")) | st.none(), max_size=5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_text_comes_back(tmp_path: Path, texts: list[str | None]) -> None:
    with Dump(tmp_path / "a.sql", NOTES) as dump:
        for number, text in enumerate(texts):
            dump["notes"].add(number, text)
    assert read(tmp_path / "a.sql") == [(str(number), text) for number, text in enumerate(texts)]


def test_many_rows_stand_in_several_statements_and_none_is_lost(tmp_path: Path) -> None:
    with Dump(tmp_path / "a.sql", NOTES) as dump:
        for number in range(2_500):
            dump["notes"].add(number, "x")
    text = (tmp_path / "a.sql").read_text(encoding="utf-8")
    assert is_dump(text.encode())
    assert text.count("INSERT INTO `notes`") == 3
    assert [row for row, _ in read(tmp_path / "a.sql")] == [str(number) for number in range(2_500)]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "NULL"),
        (7, "7"),
        (2.5, "2.5"),
        (b"\x0a\x14", "0x0A14"),
        (b"", "''"),
        (date(2026, 1, 5), "'2026-01-05'"),
        (datetime(2026, 1, 5, 8, 2, 3, 999_999), "'2026-01-05 08:02:03'"),  # noqa: DTZ001
        ("l'\\\n", "'l\\'\\\\\\n'"),
    ],
)
def test_values_are_written_as_sql_has_them(value: Value, written: str) -> None:
    assert sql(value) == written


def test_nothing_is_left_of_a_dump_that_was_broken_off(tmp_path: Path) -> None:
    def fail() -> None:
        with Dump(tmp_path / "a.sql", NOTES) as dump:
            dump["notes"].add(1, "x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_table_that_was_not_described_is_refused(tmp_path: Path) -> None:
    with Dump(tmp_path / "a.sql", NOTES) as dump, pytest.raises(KeyError):
        dump["users"].add(1)
