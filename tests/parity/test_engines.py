"""The plain engine and DuckDB agree on every table, row by row, and on what every detector finds."""

from collections import Counter
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.core.events import Event
from ecluse.watch import testing
from ecluse.watch.detectors import BY_NAME
from ecluse.watch.reference import tables as reference
from ecluse.watch.reference.detectors import FIND, find
from ecluse.watch.reference.rows import First
from ecluse.watch.reference.whole import together, whole

pytestmark = pytest.mark.timeout(900)  # seconds of a busy machine

Logs = st.SearchStrategy[list[Event]]
KEPT = ("accesses", "signs", "staff", "care", "marks", "integrity")


def values(rows: Sequence[msgspec.Struct], columns: Sequence[str]) -> list[testing.Row]:
    """Return rows of the reference as an engine's."""
    return sorted((tuple(_field(row, column) for column in columns) for row in rows), key=repr)


def _field(row: msgspec.Struct, name: str) -> object:
    if isinstance(row, First) and not hasattr(row, name):
        return getattr(row.touch, name)
    return getattr(row, name)


def assert_same_tables(duck: testing.Duck, plain: reference.Derived) -> None:
    """Compare what is kept, and what is derived from it."""
    for name in KEPT:
        assert duck.rows(f"FROM {name}") == values(getattr(plain.log, name), testing.BASE[name].names), name
    assert duck.rows("FROM teams") == sorted(plain.log.teams.items())
    for name, table in duck.derived().items():
        assert duck.rows(duck.sql(table)) == values(getattr(plain, name), table.columns), name


def assert_same_findings(duck: testing.Duck, plain: reference.Derived) -> None:
    """Compare what every detector finds."""
    for name, sql in duck.finds.items():
        found = sorted(((account, day, value) for (account, day), value in find(name, plain).items()), key=repr)
        assert duck.rows(sql) == found, name


def assert_same(duck: testing.Duck, events: list[Event], zone: str) -> None:
    plain = reference.tables(events, zone)
    duck.load(testing.kept(events, zone))
    assert_same_tables(duck, plain)
    assert_same_findings(duck, plain)


def test_every_detector_is_written_twice() -> None:
    assert set(FIND) == set(BY_NAME)


def test_an_empty_log_has_nothing_to_tell(duck: testing.Duck, zone: str) -> None:
    assert_same(duck, [], zone)


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_k3_the_plain_engine_and_duckdb_derive_the_same_tables(
    data: st.DataObject, logs: Logs, duck: testing.Duck, zone: str
) -> None:
    events = data.draw(logs)
    duck.load(testing.kept(events, zone))
    assert_same_tables(duck, reference.tables(events, zone))


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_k4_the_plain_engine_and_duckdb_find_the_same(
    data: st.DataObject, logs: Logs, duck: testing.Duck, zone: str
) -> None:
    events = data.draw(logs)
    duck.load(testing.kept(events, zone))
    assert_same_findings(duck, reference.tables(events, zone))


def test_k4_thirty_logs_at_once_tell_the_same_in_both_engines(duck: testing.Duck, zone: str) -> None:
    assert_same(duck, together(range(30)), zone)


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_k4_many_logs_tell_the_same_in_both_engines(
    data: st.DataObject, logs: Logs, duck: testing.Duck, zone: str
) -> None:
    assert_same(duck, data.draw(logs), zone)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1000, 1250, 25))
def test_k4_hundreds_of_logs_tell_the_same_in_both_engines(first: int, duck: testing.Duck, zone: str) -> None:
    assert_same(duck, together(range(first, first + 25)), zone)


@pytest.mark.slow
def test_the_invented_logs_have_something_for_every_detector_and_every_reason(zone: str) -> None:
    seen: Counter[str] = Counter()
    for number in range(600):
        plain = reference.tables(whole(number), zone)
        seen.update(name for name in FIND if find(name, plain))
        seen.update({f"why {first.why}" for first in plain.firsts})
    rare = {
        name: seen[name] for name in (*FIND, "why care", "why unit", "why duty", "why team", "why ") if seen[name] < 2
    }
    assert not rare


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_every_finding_has_its_rows_in_the_log(name: str, duck: testing.Duck, zone: str) -> None:
    duck.load(testing.kept(together(range(60)), zone))
    for account, day, _ in duck.rows(duck.finds[name])[:4]:
        rows = duck.connection.to_pyarrow(BY_NAME[name].evidence(duck.tables, account, day, day))
        assert rows.num_rows
        assert set(rows.column_names) == {"source", "row", "ts", "account", "patient", "deed"}
