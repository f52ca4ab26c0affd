"""DuckDB over a lake: the same tables as in memory, nothing stale, nothing half-written; and what is no engine."""

import dataclasses
import importlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from ecluse.core.errors import BadInputError, BrokenWorldError
from ecluse.core.events import Access, AccountAct, AccountEvent, Care, CareKind, Deed, Event, PatientFacts, Person
from ecluse.watch import chunks, memory
from ecluse.watch.duck import DuckEngine
from ecluse.watch.engine import engine
from ecluse.watch.lake import Lake
from ecluse.watch.tables import Tables

pytestmark = pytest.mark.slow
Contents = dict[str, list[str]]
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
STAFF = Person("account1", "nurse", "U1", family="Zorn", known_as=("alias1",))


@pytest.fixture
def everything(table: list[Event]) -> list[Event]:
    """Events of every kind; one account has an alias."""
    return [
        *table,
        *(
            Access(START + timedelta(hours=5 * n), "account2", Deed.SEARCH, shown=n, address="198.51.100.7")
            for n in range(40)
        ),
        Access(START + timedelta(days=3), "alias1", Deed.EXPORT, "patient39", shown=4, at_least=True, device="ws-9"),
        AccountEvent(START, "alias1", AccountAct.LOGIN, by="alias1", address="198.51.100.9"),
        STAFF,
        Person("account2", "physician", "U1"),
        PatientFacts("patient8", "ZORN"),
        PatientFacts("patient9", vip=True),
        Care("patient3", CareKind.ORDER, START, account="alias1"),
        Care("patient4", CareKind.CARE_TEAM, START, START + timedelta(days=1), unit="U1", made_by="account6"),
    ]


@pytest.fixture
def duck() -> Iterator[DuckEngine]:
    running = DuckEngine(threads=1)
    yield running
    running.close()


def contents(running: DuckEngine, tables: Tables) -> Contents:
    names = [field.name for field in dataclasses.fields(tables)]
    return {name: sorted(map(str, running.collect(getattr(tables, name)).to_pylist())) for name in names}


def renamed(event: Event) -> Event:
    """Return ``event`` under the account's own name."""
    names = {name for name in ("account", "by") if getattr(event, name, "") == "alias1"}
    return msgspec.structs.replace(event, **dict.fromkeys(names, "account1")) if names else event


@pytest.mark.parametrize("size", [10_000_000, 5_000, 1])
def test_a_lake_gives_the_tables_its_events_give_however_its_days_are_cut(
    lake: Lake, duck: DuckEngine, everything: list[Event], monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    for name in ("BYTES", "WEEKS_BYTES", "FEW_BYTES"):
        monkeypatch.setattr(chunks, name, size)
    lake.add(Path("half"), "d1", everything[:170])
    lake.add(Path("rest"), "d2", everything[170:])
    found = contents(duck, duck.tables(lake))
    connection = memory.connect()
    plain = memory.tables_of(connection, map(renamed, everything))
    for name, rows in found.items():
        assert rows == sorted(map(str, connection.to_pyarrow(getattr(plain, name)).to_pylist())), name
    assert all(found[name] for name in found if name != "integrity")


def test_by_days_cuts_the_days_into_parts_that_make_up_the_whole(
    lake: Lake, duck: DuckEngine, everything: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BYTES", "FEW_BYTES"):
        monkeypatch.setattr(chunks, name, 5_000)
    lake.add(Path("all"), "d1", everything)
    tables = duck.tables(lake)
    parts = [contents(duck, few) for few in duck.by_days(tables)]
    whole = contents(duck, tables)
    assert len(parts) > 3
    for name in ("accesses", "visits", "touches", "firsts", "days"):
        assert sorted(row for part in parts for row in part[name]) == whole[name], name


def test_an_empty_lake_gives_empty_tables(lake: Lake, duck: DuckEngine) -> None:
    tables = duck.tables(lake)
    assert {name: rows for name, rows in contents(duck, tables).items() if rows} == {}
    assert list(duck.by_days(tables)) == []


@pytest.mark.parametrize(
    ("more", "name"),
    [
        (Access(START + timedelta(days=50), "account1", Deed.READ, "patient1"), "days"),
        (Access(START + timedelta(minutes=1), "account1", Deed.READ, "patient1"), "days"),
        (Person("account3", "nurse", "U7"), "teams"),
        (Person("account3", "midwife"), "days"),
        (Person("account4", known_as=("account5",)), "visits"),
        (Care("patient5", CareKind.ORDER, START, account="account5"), "firsts"),
        (PatientFacts("patient2", vip=True), "relations"),
        (AccountEvent(START, "account3", AccountAct.LOGIN, device="ws-8"), "places"),
    ],
)
def test_k8_what_is_new_shows_in_the_next_run(
    lake: Lake, duck: DuckEngine, everything: list[Event], more: Event, name: str
) -> None:
    lake.add(Path("all"), "d1", everything)
    before = contents(duck, duck.tables(lake))
    lake.add(Path("more"), "d2", [more])
    after = contents(duck, duck.tables(lake))
    assert before[name] != after[name]


def test_k8_what_was_forgotten_is_gone_from_what_is_derived(
    lake: Lake, duck: DuckEngine, everything: list[Event]
) -> None:
    lake.add(Path("all"), "d1", everything)
    duck.tables(lake)
    lake.forget_before(date(2026, 3, 20))
    days = duck.collect(duck.tables(lake).days)["day"].to_pylist()
    assert min(days) == date(2026, 3, 20)
    assert not any("2026-03-02" in path.name for path in (lake.folder / "derived").rglob("*"))


def test_a_second_run_derives_nothing_anew_and_says_the_same(
    lake: Lake, duck: DuckEngine, everything: list[Event]
) -> None:
    lake.add(Path("all"), "d1", everything)
    first = contents(duck, duck.tables(lake))
    files = {path: path.stat().st_mtime_ns for path in (lake.folder / "derived").rglob("*.parquet")}
    assert contents(duck, duck.tables(lake)) == first
    assert {path: path.stat().st_mtime_ns for path in (lake.folder / "derived").rglob("*.parquet")} == files


def test_what_is_derived_may_be_removed_at_any_time(lake: Lake, duck: DuckEngine, everything: list[Event]) -> None:
    lake.add(Path("all"), "d1", everything)
    first = contents(duck, duck.tables(lake))
    for path in list((lake.folder / "derived").rglob("*.parquet"))[::2]:
        path.unlink()
    assert contents(duck, duck.tables(lake)) == first


def test_a_file_cut_off_while_deriving_is_not_taken_for_whole(
    lake: Lake, duck: DuckEngine, everything: list[Event]
) -> None:
    lake.add(Path("all"), "d1", everything)
    first = contents(duck, duck.tables(lake))
    for path in list((lake.folder / "derived").rglob("*.parquet")):
        path.rename(path.with_suffix(".new"))
    assert contents(duck, duck.tables(lake)) == first


def test_a_damaged_file_of_the_lake_is_the_operators_to_mend(
    lake: Lake, duck: DuckEngine, everything: list[Event]
) -> None:
    lake.add(Path("all"), "d1", everything)
    next(iter(lake.days().values()))[0].write_bytes(b"PAR1 no more")
    with pytest.raises(BrokenWorldError, match="cannot be worked through"):
        duck.tables(lake)


@pytest.mark.parametrize("name", ["", "postgres", "sparkle", "spark:/host"])
def test_what_is_no_engine_is_refused(name: str) -> None:
    with pytest.raises(BadInputError, match="no engine"):
        engine(name)


def test_spark_that_is_not_installed_is_told_with_the_way_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(BrokenWorldError, match=r"ecluse\[spark\]"):
        engine("local[2]")
