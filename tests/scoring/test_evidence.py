"""Bets against innocence: fair on honest p-values, so that false alarms stay within the stated bound."""

import dataclasses

import numpy as np
import pytest

from ecluse.watch.evidence import POWERS, Surprise, alarms, in_a_row, sudden
from ecluse.watch.panel import Panel


def panel(accounts: int, days: int) -> Panel:
    size = accounts * days
    return Panel(
        accounts=tuple(f"test-{number:05d}" for number in range(accounts)),
        professions=("",) * accounts,
        classes=("",),
        peers=np.zeros(accounts, np.int64),
        opened=np.arange(0, size, days),
        account=np.repeat(np.arange(accounts), days),
        day=np.tile(np.arange(days), accounts),
        start=np.arange(0, size + 1, days),
        columns={},
    )


def uniform(size: int, seed: int) -> Surprise:
    p = np.random.default_rng(seed).random(size)
    return Surprise(np.arange(size), np.log(p), np.ones(size, bool))


def test_no_bet_pays_more_than_one_on_average() -> None:
    p = (np.arange(2_000_000) + 0.5) / 2_000_000
    assert float(sudden(np.log(p)).mean()) <= 1.0
    for power in POWERS:
        assert float(np.exp(in_a_row(np.log(p), power)).mean()) <= 1.0


def test_a_bet_pays_the_more_the_rarer_and_never_nothing() -> None:
    p = np.array([1e-12, 1e-6, 1e-3, 0.1, 0.5, 0.999999, 1.0])
    assert np.all(np.diff(sudden(np.log(p))) <= 1e-9)
    assert sudden(np.zeros(1))[0] == pytest.approx(0.5)


@pytest.mark.slow
def test_k9_alarms_on_honest_p_values_stay_under_the_bound() -> None:
    many = panel(1000, 200)
    found = {name: uniform(many.size, seed) for seed, name in enumerate(("harvest", "unexplained", "together"))}
    for limit in (50.0, 200.0, 1000.0):
        assert len(alarms(many, found, limit).rows) <= many.size / limit


@pytest.mark.slow
def test_k9_the_bound_holds_when_all_detectors_say_the_same() -> None:
    many = panel(1000, 200)
    same = uniform(many.size, 7)
    found = dict.fromkeys(("burst", "harvest", "together", "steadily"), same)
    assert len(alarms(many, found, 100.0).rows) <= many.size / 100


def test_nothing_found_is_no_alarm() -> None:
    assert len(alarms(panel(3, 3), {}, 20.0).rows) == 0


def test_one_very_rare_day_is_an_alarm_on_that_day() -> None:
    found = Surprise(np.array([17]), np.array([np.log(1e-9)]), np.ones(1, bool))
    alarmed = alarms(panel(2, 10), {"harvest": found}, 1000.0)
    assert alarmed.rows.tolist() == [17]
    assert alarmed.begins.tolist() == [17]


def test_one_very_rare_day_below_the_floor_is_none() -> None:
    found = Surprise(np.array([17]), np.array([np.log(1e-9)]), np.zeros(1, bool))
    assert len(alarms(panel(2, 10), {"slow": found}, 2.0).rows) == 0


def test_many_slightly_odd_days_are_an_alarm_that_remembers_when_they_began() -> None:
    rows = np.arange(30, 60)
    found = Surprise(rows, np.full(30, np.log(0.05)), np.ones(30, bool))
    alarmed = alarms(panel(1, 60), {"harvest": found}, 200.0)
    assert alarmed.rows[0] < 50
    assert alarmed.begins[0] == 30


def test_a_detector_that_repeats_itself_is_not_believed_every_day() -> None:
    rows = np.arange(30, 60)
    found = Surprise(rows, np.full(30, np.log(0.05)), np.ones(30, bool))
    assert len(alarms(panel(1, 60), {"slow": found}, 200.0).rows) == 0


def test_after_an_alarm_the_account_starts_from_nothing() -> None:
    both = Surprise(np.array([4, 5]), np.log(np.array([1e-9, 0.9])), np.ones(2, bool))
    assert alarms(panel(1, 10), {"harvest": both}, 1000.0).rows.tolist() == [4]


def test_who_goes_on_after_an_alarm_is_worth_more_than_who_was_odd_once() -> None:
    once = Surprise(np.array([4]), np.log(np.array([1e-7])), np.ones(1, bool))
    on = Surprise(np.arange(4, 9), np.log(np.full(5, 1e-7)), np.ones(5, bool))
    first, last = (alarms(panel(1, 10), {"harvest": one}, 1000.0).evidence.max() for one in (once, on))
    assert last > 100 * first


def test_how_many_accounts_are_handled_at_once_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    many = panel(50, 40)
    found = {"harvest": uniform(many.size, 3)}
    whole = alarms(many, found, 20.0)
    monkeypatch.setattr("ecluse.watch.evidence.ACCOUNTS", 7)
    parts = alarms(many, found, 20.0)
    for field in dataclasses.fields(whole):
        assert getattr(whole, field.name).tolist() == getattr(parts, field.name).tolist()
