"""P-values of a quiet hospital are honest: never smaller than their rank, save for what the tail adds beyond it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from ecluse.watch.evidence import STEADILY, TOGETHER, Surprise
from ecluse.watch.habit import distance
from ecluse.watch.panel import Column, Floats, Ints, Panel, panel_of
from ecluse.watch.tails import (
    HABIT,
    LAG,
    TAILS,
    WEEK,
    Ranked,
    Rows,
    Trait,
    classes_of,
    elsewhere,
    own_past,
    surprise,
    surprises,
    tail,
)

SLACK = 1.15  # chance of one log


def panel_in(world: Any) -> Panel:  # noqa: ANN401 - a World of conftest
    return panel_of(world.findings(), world.days(), world.staff())


def share_below(one: Surprise, panel: Panel, level: float) -> float:
    return float(np.sum(one.log_p <= np.log(level))) / panel.size / level


def among(values: Floats, owner: Ints, others: Ints) -> Floats:
    order = np.argsort(-values, kind="stable")
    return tail(values, owner, others, Ranked(values[order], owner[order]), TAILS["habit"])


def alone(panel: Panel, name: str, trait: Trait) -> Surprise:
    far = distance(panel, panel.columns[name].dense(panel.size)) if trait.kind == HABIT else None
    return surprise(panel, name, trait, classes_of(panel), far)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_p_values_of_a_quiet_hospital_are_no_smaller_than_chance(
    hospital: Callable[..., Any], traits: dict[str, Any], seed: int
) -> None:
    panel = panel_in(hospital(400, 120, seed))
    for name, one in surprises(panel, traits).items():
        for level in (0.1, 0.03, 0.01, 0.003):
            assert share_below(one, panel, level) <= SLACK, (name, level)


def test_ties_have_the_largest_p_value_that_can_be_argued_for() -> None:
    same = np.full(50, 3.0)
    assert among(same, np.arange(50), np.full(50, 49)) == pytest.approx(np.ones(50))


def test_a_value_beyond_all_others_is_rarer_than_its_rank_but_only_so_far() -> None:
    values = np.append(np.log1p(np.arange(1.0, 400.0)), 50.0)
    p = among(values, np.arange(400), np.full(400, 399))
    assert 1e-6 / 400 <= p[-1] < 1 / 400


def test_what_the_same_account_did_on_other_days_is_no_excuse_in_the_count_of_others() -> None:
    values = np.append(np.linspace(0.0, 1.0, 100), [9.0] * 10)
    owner = np.append(np.arange(100), [500] * 10)
    others = np.append(np.full(100, 109), np.full(10, 100))
    p = among(values, owner, others)
    assert np.all(p[-10:] < 1 / 101)


def test_what_another_account_did_is_an_excuse() -> None:
    values = np.append(np.linspace(0.0, 1.0, 100), [9.0, 9.0, 9.0])
    p = among(values, np.arange(103), np.full(103, 102))
    assert np.all(p[-3:] >= 2 / 103)


def ten_thieves(week: int) -> Floats:
    """Return the p-values of ten accounts with the same odd value, on days of a week of their own or of ten weeks."""
    chance = np.random.default_rng(3)
    owner, day = np.repeat(np.arange(60), 70), np.tile(np.arange(70), 60)
    values = chance.normal(0, 1, len(owner))
    theirs = np.flatnonzero((owner < 10) & (day == np.where(week, 69, (owner * WEEK) % 70)))
    values[theirs] = 6.0
    rows = Rows(values, owner, day)
    return elsewhere(rows, rows, TAILS["habit"], named=True)[theirs]


def test_thieves_of_the_same_week_do_not_excuse_each_other() -> None:
    assert ten_thieves(week=1).max() < 1e-4 < ten_thieves(week=0).min()


def test_in_a_short_log_the_week_itself_is_all_there_is_to_compare_with() -> None:
    values, owner, day = np.arange(40.0), np.arange(40), np.zeros(40, np.int64)
    rows = Rows(values, owner, day)
    assert elsewhere(rows, rows, TAILS["habit"], named=True).tolist() == among(values, owner, np.full(40, 39)).tolist()


def one_account(values: list[int]) -> tuple[Panel, Column]:
    days = pa.array(range(len(values)), pa.int32()).cast(pa.date32())
    names = ["a"] * len(values)
    table = pa.table({"detector": ["x"] * len(values), "account": names, "day": days, "value": values})
    staff = pa.table({"account": ["a"], "profession": [""], "service": [False]})
    panel = panel_of(table, table.select(["account", "day"]), staff)
    return panel, panel.columns["x"]


def test_a_machine_is_judged_against_itself() -> None:
    panel, column = one_account([300] * 40)
    assert own_past(panel, column.rows, np.log1p(column.dense(40)), LAG[HABIT])[20:].min() == 1.0


def of_some(values: dict[str, dict[int, int]], *machines: str) -> Panel:
    rows = [(name, day, value) for name, some in values.items() for day, value in some.items()]
    names, days, counts = (list(column) for column in zip(*rows, strict=True))
    when = pa.array(days, pa.int32()).cast(pa.date32())
    found = pa.table({"detector": ["x"] * len(rows), "account": names, "day": when, "value": counts})
    staff = pa.table({"account": list(machines), "profession": [""] * len(machines), "service": [True] * len(machines)})
    return panel_of(found, found.select(["account", "day"]), staff)


def test_a_machine_is_judged_against_itself_where_others_seldom_do_what_it_does_daily(traits: dict[str, Any]) -> None:
    seldom = {f"n{number}": {day: 9 * ((day + number) % 10 == 0) for day in range(60)} for number in range(10)}
    panel = of_some({"m": {day: 9 + day % 2 for day in range(60)}, **seldom}, "m")
    found = alone(panel, "x", traits["harvest"])
    mine = found.log_p[(panel.account[found.rows] == panel.accounts.index("m")) & (panel.day[found.rows] >= 20)]
    assert mine.min(initial=0.0) > np.log(0.5)


def test_what_an_account_seldom_seen_does_later_is_no_habit_of_its_first_week() -> None:
    others = {f"n{number}": dict.fromkeys(range(50), 1) for number in range(3)}
    panel = of_some({"seldom": {0: 1, 2: 1, 4: 1, **dict.fromkeys(range(40, 46), 60)}, **others})
    usual = distance(panel, panel.columns["x"].dense(panel.size)).usual
    first = panel.rows_of(panel.accounts.index("seldom")).start
    assert usual[first : first + 4].max() < 2


def test_a_second_batch_is_excused_by_the_first_only_after_a_week() -> None:
    values = [1] * 60
    values[20] = values[20 + LAG[HABIT] - 1] = values[55] = 500
    panel, column = one_account(values)
    least = own_past(panel, column.rows, np.log1p(column.dense(60)), LAG[HABIT])
    assert least[20] == 0
    assert least[20 + LAG[HABIT] - 1] == 0
    assert least[55] == pytest.approx(3 / (57 - LAG[HABIT]))


def test_much_more_than_ever_before_is_not_excused_by_the_past() -> None:
    values = [100] * 30 + [130]
    panel, column = one_account(values)
    assert own_past(panel, column.rows, np.log1p(column.dense(31)), LAG[HABIT])[30] == 0


def test_a_value_below_the_floor_may_not_bet_on_the_day_alone(traits: dict[str, Any]) -> None:
    panel, _ = one_account([1] * 60 + [5])
    high = type(traits["harvest"])(kind="habit", floor=6)
    low = type(traits["harvest"])(kind="habit", floor=5)
    assert not alone(panel, "x", high).alone.any()
    assert alone(panel, "x", low).alone.sum() <= 1


def test_the_members_of_a_group_do_not_make_each_other_usual(
    hospital: Callable[..., Any], traits: dict[str, Any]
) -> None:
    world = hospital(60, 30, 5)
    world.values["shared"] = np.zeros_like(world.values["harvest"])
    world.values["shared"][10:30, 20] = 350
    world.active[10:30, 20] = True
    panel = panel_in(world)
    week = (int(panel.day.max()) - panel.day) // WEEK
    other_weeks = int(np.sum(week != week[panel.columns["shared"].rows[0]]))
    assert np.exp(alone(panel, "shared", traits["shared"]).log_p).max() <= 1 / other_weeks


def test_all_detectors_together_and_the_lasting_ones_are_told_apart(
    hospital: Callable[..., Any], traits: dict[str, Any]
) -> None:
    found = surprises(panel_in(hospital(40, 20, 3)), traits)
    assert {TOGETHER, STEADILY} < set(found)
