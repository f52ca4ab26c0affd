"""One case for each actor and episode, in a total order, the same bytes every time."""

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pytest

from ecluse.watch.cases import Queue, case_id, queue


def cases_in(world: Any, traits: dict[str, Any], a_day: float | None = None) -> Queue:  # noqa: ANN401 - a World
    return queue(world.findings(), world.days(), world.staff(), traits, a_day)


def shuffled(table: pa.Table, seed: int) -> pa.Table:
    return table.take(pa.array(np.random.default_rng(seed).permutation(table.num_rows)))


@pytest.fixture(name="robbed")
def given_robbed(hospital: Callable[..., Any], steal: Callable[..., Any]) -> tuple[Any, str]:
    world = hospital(60, 30, 8)
    thief, _ = steal(world, 350, 8, days=3, machine=True)
    return world, thief


def test_two_runs_give_the_same_bytes_whatever_the_order_of_the_rows(
    robbed: tuple[Any, str], traits: dict[str, Any]
) -> None:
    world, _ = robbed
    first = msgspec.json.encode(cases_in(world, traits, 3.0))
    mixed = queue(shuffled(world.findings(), 1), shuffled(world.days(), 2), shuffled(world.staff(), 3), traits, 3.0)
    assert msgspec.json.encode(mixed) == first


def test_k11_three_nights_of_one_thief_are_one_case(robbed: tuple[Any, str], traits: dict[str, Any]) -> None:
    world, thief = robbed
    found = [case for case in cases_in(world, traits).cases if thief in case.accounts]
    assert len(found) == 1
    assert found[0].begin[:10] == "2031-01-21"
    assert found[0].end[:10] == "2031-01-23"
    assert found[0].profession == "nurse"


def test_k10_the_order_is_total(robbed: tuple[Any, str], traits: dict[str, Any]) -> None:
    world, _ = robbed
    found = cases_in(world, traits, 20.0).cases
    keys = [(-case.score, -case.patients, case.account, case.begin) for case in found]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


def test_the_name_of_a_case_hangs_on_account_and_first_day_only() -> None:
    assert case_id("a", date(2031, 1, 2)) == case_id("a", date(2031, 1, 2))
    assert len({case_id("a", date(2031, 1, 2)), case_id("a", date(2031, 1, 3)), case_id("b", date(2031, 1, 2))}) == 3


def test_the_json_speaks_of_from_and_to(robbed: tuple[Any, str], traits: dict[str, Any]) -> None:
    world, _ = robbed
    said = msgspec.to_builtins(cases_in(world, traits).cases[0])
    wanted = {"account", "profession", "from", "to", "score", "patients", "at_least", "detectors", "reasons", "id"}
    assert wanted <= set(said)


def test_k10_what_does_not_fit_is_counted_not_hidden(robbed: tuple[Any, str], traits: dict[str, Any]) -> None:
    world, thief = robbed
    short = cases_in(world, traits, 1 / 30)
    assert [case.account for case in short.cases] == [thief]
    assert short.expected_false <= 1.0


def test_every_case_has_a_reason_in_both_languages_on_one_of_its_days(
    robbed: tuple[Any, str], traits: dict[str, Any]
) -> None:
    world, _ = robbed
    for case in cases_in(world, traits, 20.0).cases:
        assert case.reasons
        assert len(case.reasons) == len(case.reasons_fr) == len(case.told)
        assert {line.day for line in case.told} <= set(case.days_of)
        assert {line.detector for line in case.told} <= set(case.detectors)


def test_k11_accounts_that_share_the_work_are_one_case_with_the_quiet_ones(
    hospital: Callable[..., Any], traits: dict[str, Any]
) -> None:
    world = hospital(100, 40, 4)
    members = [n for n, profession in enumerate(world.professions) if profession == "nurse" and n > 5][:20]
    world.values["shared"] = np.zeros_like(world.values["harvest"])
    world.values["shared"][members, 32] = 340
    world.values["unexplained"][members, 32] += 17
    world.values["harvest"][members, 32] += 17
    world.active[members, 32] = True
    found = cases_in(world, traits)
    shared = [case for case in found.cases if len(case.accounts) > 1]
    assert len(shared) == 1
    assert shared[0].accounts == sorted(world.names[number] for number in members)
    assert "shared" in shared[0].detectors


@pytest.mark.slow
def test_k11_many_accounts_a_little_above_their_habit_are_one_case(
    hospital: Callable[..., Any], traits: dict[str, Any]
) -> None:
    world = hospital(200, 60, 2)
    caring = [n for n, profession in enumerate(world.professions) if profession in {"nurse", "physician"} and n > 10]
    members = caring[::6]
    for when in range(45, 55):
        world.active[members, when] = True
        world.values["harvest"][members, when] += 17
        world.values["unexplained"][members, when] += 16
    names = {world.names[number] for number in members}
    union = max(cases_in(world, traits, 1.0).cases, key=lambda case: len(case.accounts))
    assert len(names & set(union.accounts)) >= len(members) // 2
    assert len(set(union.accounts) - names) <= len(union.accounts) // 5
    assert "accounts far above their own habit at once" in union.reasons[0]


def test_days_for_the_plot_stand_around_the_case(robbed: tuple[Any, str], traits: dict[str, Any]) -> None:
    world, thief = robbed
    case = next(case for case in cases_in(world, traits).cases if case.account == thief)
    days = {day.day: day for day in case.days}
    assert days["2031-01-21"].in_case
    assert days["2031-01-21"].patients > 300 > 5 * days["2031-01-21"].usual
    assert sum(day.in_case for day in case.days) == len(case.days_of)
    assert list(days) == sorted(days)
