"""K14: merging small files changes nothing that counts, wherever it breaks, and whatever comes after it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.watch.test_lake_crash import PowerCutError, cut

from ecluse.core.errors import BrokenWorldError
from ecluse.core.events import AccountAct, AccountEvent, Event, Person
from ecluse.watch import lake as lake_module
from ecluse.watch import merging, views
from ecluse.watch.lake import Lake

Rows = Callable[[Lake], list[tuple[object, ...]]]
LATER = date(2026, 5, 1)
AT = datetime(2026, 3, 2, 8, tzinfo=UTC)


def fed(lake: Lake, table: list[Event], parts: int = 6) -> Lake:
    """Feed the lake in as many parts, each of every day."""
    for part in range(parts):
        lake.add(Path(f"part{part}"), f"d{part}", table[part::parts])
    return lake


def number_of_files(lake: Lake) -> int:
    return sum(map(len, lake.days().values()))


def test_k14_one_file_a_day_holds_every_row_that_counted(lake: Lake, table: list[Event], rows: Rows) -> None:
    before = rows(fed(lake, table))
    assert number_of_files(lake) > len(lake.days())
    assert lake.merge(LATER) == len(lake.days())
    found = Lake(lake.folder, "UTC")
    assert rows(found) == before
    assert number_of_files(found) == len(found.days()) == 31
    assert found.merge(LATER) == 0, "there is nothing left to merge"
    assert rows(found) == before


def test_k14_today_is_left_alone(lake: Lake, table: list[Event], rows: Rows) -> None:
    fed(lake, table)
    first = min(lake.days())
    assert lake.merge(first + timedelta(days=1)) == 1
    assert {day for day, files in lake.days().items() if len(files) == 1} == {first}


def test_k14_what_was_replaced_stays_for_those_who_read_and_goes_the_next_time(lake: Lake, table: list[Event]) -> None:
    opened = [path for files in fed(lake, table).days().values() for path in files]
    lake.merge(LATER)
    assert all(path.exists() for path in opened)
    lake.merge(LATER)
    assert not any(path.exists() for path in opened)
    assert len(list(lake.folder.glob("accesses/*/*.parquet"))) == number_of_files(lake)


def test_k14_k2_the_same_rows_read_again_after_a_merging_count_once(lake: Lake, table: list[Event], rows: Rows) -> None:
    before = rows(fed(lake, table))
    lake.merge(LATER)
    assert lake.add(Path("copy"), "copy", table).repeated == 300
    assert lake.add(Path("part0"), "d0", table).again
    assert rows(lake) == before


def test_k14_what_comes_after_a_merging_counts_and_is_merged_too(lake: Lake, table: list[Event], rows: Rows) -> None:
    fed(lake, table[:200])
    lake.merge(LATER)
    lake.add(Path("late"), "late", table[100:])
    whole = rows(lake)
    assert len(whole) == 300
    assert lake.merge(LATER) > 0
    assert rows(Lake(lake.folder, "UTC")) == whole


STEPS = [
    (merging, "merge", 0),
    (merging, "merge", 3),
    (merging, "put", 0),
    (merging, "put", 7),
    (Path, "rename", 0),
    (Path, "rename", 4),
    (merging, "write_whole", 0),
    (merging, "write_whole", 5),
    (Path, "unlink", 0),
    (Path, "unlink", 9),
]


@pytest.mark.parametrize(("owner", "name", "after"), STEPS)
def test_k14_a_merging_cut_short_anywhere_changes_nothing_and_is_done_again(
    lake: Lake, table: list[Event], rows: Rows, monkeypatch: pytest.MonkeyPatch, owner: object, name: str, after: int
) -> None:
    before = rows(fed(lake, table))
    if name == "unlink":
        lake.merge(LATER)  # so that there is something to remove
    with monkeypatch.context() as patch:
        cut(patch, owner, name, after)
        patch.setattr(lake_module.Lake, "_clean", lambda _: None)  # a power cut tidies nothing
        with pytest.raises(PowerCutError):
            lake.merge(LATER)
    found = Lake(lake.folder, "UTC")
    assert rows(found) == before
    assert found.add(Path("copy"), "copy", table).repeated == 300
    found.merge(LATER)
    assert rows(found) == before
    assert number_of_files(found) == len(found.days())


def test_k14_k7_what_is_forgotten_is_gone_after_a_merging_too(lake: Lake, table: list[Event], rows: Rows) -> None:
    fed(lake, table)
    lake.merge(LATER)
    lake.forget_before(date(2026, 3, 12))
    assert min(lake.days()) == date(2026, 3, 12)
    assert lake.add(Path("copy"), "copy", table).old > 0
    assert {row[1] for row in rows(lake)} == set(lake.days())


def signs(number: int) -> list[Event]:
    """Two sign-ins that look alike, and a staff list in which one account changes its ward each time."""
    sign = AccountEvent(AT + timedelta(days=number), "account1", AccountAct.LOGIN)
    return [sign, sign, Person(account="account1", unit=f"ward-{number % 2}"), Person(account="account2", unit="ward")]


def test_k14_other_kinds_are_merged_when_they_are_many_and_the_last_told_stays_right(lake: Lake) -> None:
    for number in range(5):
        lake.add(Path(f"s{number}"), f"s{number}", signs(number))
    staff, count = views.staff_of(lake), many(lake, "signs")
    assert count == 10
    assert lake.merge(LATER, few=5) == 0
    assert lake.merge(LATER, few=2) >= 2
    assert (views.staff_of(lake), many(lake, "signs")) == (staff, count)
    assert (len(lake.files("staff")), len(lake.files("signs"))) == (1, 1)
    assert many(lake, "staff") == 3, "a row told again and again is kept once"
    lake.add(Path("s5"), "s5", signs(5))
    told = {row["account"]: row["unit"] for row in views.staff_of(lake).to_pylist()}
    assert told == {"account1": "ward-1", "account2": "ward"}


def many(lake: Lake, kind: str) -> int:
    return sum(pq.read_metadata(path).num_rows for path in lake.files(kind))


def test_of_equal_rows_the_last_is_kept_and_the_order_stays() -> None:
    rows = pa.table({"account": ["a", "b", "a", "a"], "unit": ["1", None, "2", "1"]})
    assert merging.last_of_each(rows).to_pylist() == [
        {"account": "b", "unit": None},
        {"account": "a", "unit": "2"},
        {"account": "a", "unit": "1"},
    ]


def test_a_damaged_word_of_what_was_merged_stops_the_reading(lake: Lake, table: list[Event]) -> None:
    fed(lake, table)
    lake.merge(LATER)
    next(lake.folder.glob("accesses/*/merged.json")).write_text("{")
    with pytest.raises(BrokenWorldError, match="damaged"):
        lake.days()
