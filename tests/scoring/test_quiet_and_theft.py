"""Whole synthetic hospitals: a quiet one keeps the queue short, a thief is in it and soon."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest

from ecluse.watch.cases import Case, Queue, queue

FIRST = date(2031, 1, 1)


def cases_in(world: Any, traits: dict[str, Any], a_day: float | None = None) -> Queue:  # noqa: ANN401 - a World
    return queue(world.findings(), world.days(), world.staff(), traits, a_day)


def of(queue: Queue, account: str, start: int) -> list[Case]:
    first = (FIRST + timedelta(days=start)).isoformat()
    return [case for case in queue.cases if account in case.accounts and case.end >= first]


def found_after(case: Case, start: int) -> int:
    first = (FIRST + timedelta(days=start)).isoformat()
    return (date.fromisoformat(min(day for day in case.days_of if day >= first)) - FIRST).days - start


@pytest.mark.slow
@pytest.mark.parametrize(("accounts", "days", "logs"), [(30, 14, 20), (200, 60, 4), (1000, 60, 1)])
@pytest.mark.parametrize("drift", [0.0, 0.2])
def test_k9_false_cases_of_quiet_hospitals_stay_far_under_the_bound(
    hospital: Callable[..., Any], traits: dict[str, Any], accounts: int, days: int, logs: int, drift: float
) -> None:
    queues = [cases_in(hospital(accounts, days, seed, drift=drift), traits) for seed in range(logs)]
    found = sum(len(one.cases) + one.left_out for one in queues)
    assert found <= 0.3 * sum(one.expected_false for one in queues)


@pytest.mark.slow
def test_machines_batches_and_clerks_do_not_fill_the_queue(
    hospital: Callable[..., Any], traits: dict[str, Any]
) -> None:
    seen: list[str] = []
    for seed in range(4):
        world = hospital(200, 60, seed + 20)
        seen += [case.profession for case in cases_in(world, traits).cases]
    assert seen.count("interface") <= 4
    assert seen.count("admissions-clerk") <= 4


@pytest.mark.slow
@pytest.mark.parametrize("asked", [0.1, 1.0, 5.0])
def test_k10_the_queue_is_never_longer_than_asked(
    hospital: Callable[..., Any], traits: dict[str, Any], asked: float
) -> None:
    world = hospital(100, 20, 3)
    found = cases_in(world, traits, asked)
    assert len(found.cases) <= max(1, int(asked * 20))


def test_no_event_at_all_is_an_empty_queue(hospital: Callable[..., Any], traits: dict[str, Any]) -> None:
    world = hospital(5, 3, 1)
    world.active[:] = False
    assert cases_in(world, traits).cases == []


def test_a_log_of_one_account_is_judged_by_its_other_days(traits: dict[str, Any]) -> None:
    days = pa.array(range(60), pa.int32()).cast(pa.date32())
    values = [9 + number % 5 for number in range(59)] + [600]
    named = {"account": ["a"] * 60, "day": days}
    findings = pa.table({"detector": ["harvest"] * 60, **named, "value": values})
    staff = pa.table({"account": ["a"], "profession": [""], "service": [True]})
    found = queue(findings, pa.table(named), staff, traits)
    assert [case.days_of for case in found.cases] == [["1970-03-01"]]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_a_fast_grab_in_a_small_log_is_case_1(
    hospital: Callable[..., Any], steal: Callable[..., Any], traits: dict[str, Any], seed: int
) -> None:
    world = hospital(40, 14, seed)
    thief, start = steal(world, 350, seed, machine=True)
    first = cases_in(world, traits).cases[0]
    assert first.account == thief
    assert found_after(first, start) == 0
    assert {"harvest", "unexplained"} <= set(first.detectors)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_thirty_a_day_for_weeks_is_found_within_a_week(
    hospital: Callable[..., Any], steal: Callable[..., Any], traits: dict[str, Any], seed: int
) -> None:
    world = hospital(200, 60, seed)
    thief, start = steal(world, 30, seed, days=8)
    assert of(cases_in(world, traits), thief, start)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_three_more_every_day_are_found_within_a_fortnight(
    hospital: Callable[..., Any], steal: Callable[..., Any], traits: dict[str, Any], seed: int
) -> None:
    world = hospital(200, 60, seed)
    thief, start = steal(world, 3, seed, days=14, ramp=True)
    assert of(cases_in(world, traits), thief, start)
