"""Gaps in counters, whatever the order of the rows."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.core.events import Fault
from ecluse.sources import counters
from ecluse.sources.counters import MOST, Counter

NOON = datetime.fromisoformat("2031-05-06T12:00:00")


def counted(numbers: list[int]) -> Counter:
    counter = Counter("table")
    for number in numbers:
        counter.saw(number)
    return counter


@given(st.lists(st.integers(1, 60)))
def test_the_gaps_are_the_numbers_between_that_nobody_saw(numbers: list[int]) -> None:
    missing = {number for first, last in counted(numbers).gaps for number in range(first, last + 1)}
    between = set(range(min(numbers), max(numbers))) if numbers else set()
    assert missing == between - set(numbers)


def test_the_longest_gaps_are_told_one_by_one_and_the_rest_together() -> None:
    numbers = [2 * number for number in range(1, MOST + 12)]
    faults = list(counted([*numbers, numbers[-1] + 100]).faults())
    assert len(faults) == MOST + 1
    assert all(fault.fault is Fault.ROWS_MISSING for fault in faults)
    assert (faults[-2].first, faults[-2].last) == (numbers[-1] + 1, numbers[-1] + 99)
    assert faults[-1].text.startswith("11 more gaps, 11 numbers")


@pytest.mark.parametrize("number", [0, -5])
def test_what_is_no_number_of_a_row_makes_no_gap(number: int) -> None:
    assert counted([number, 7, 8, number]).gaps == []


def test_a_file_in_no_order_at_all_is_not_accused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters, "DISORDER", 5)
    assert not list(counted([10, 20, 30, 40, 50, 60, 70, 80]).faults())


def test_a_clock_that_runs_backwards_along_the_counter_is_told() -> None:
    counter = Counter("table")
    for number, hours in [(1, 0), (2, 5), (3, 1), (4, 6)]:
        counter.saw(number, NOON + timedelta(hours=hours))
    (fault,) = counter.faults()
    assert (fault.fault, fault.first, fault.last) == (Fault.CLOCK_STEP, 2, 3)


@pytest.mark.parametrize("hours", [-1, -2, 0, 300])
def test_the_end_of_summer_time_and_quiet_weeks_are_no_steps(hours: int) -> None:
    counter = Counter("table")
    counter.saw(1, NOON)
    counter.saw(2, NOON + timedelta(hours=hours))
    assert not list(counter.faults())


def test_rows_out_of_order_are_no_steps_of_the_clock() -> None:
    counter = Counter("table")
    counter.saw(9, NOON)
    counter.saw(3, NOON - timedelta(days=1))
    counter.saw(4, NOON - timedelta(days=1))
    assert [fault.fault for fault in counter.faults()] == [Fault.ROWS_MISSING]
