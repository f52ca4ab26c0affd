"""The world resembles what was measured on real logs (figures: `docs/detection.md`)."""

from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from ecluse.core.words import Profession
from ecluse.drill.world.settings import Settings
from ecluse.drill.world.world import World
from ecluse.watch.duck import DuckEngine
from ecluse.watch.lake import Lake

pytestmark = pytest.mark.slow
SETTINGS = Settings(patients=12_000, staff=200, days=35, seed=11)


@pytest.fixture(scope="module")
def world() -> World:
    return World(SETTINGS)


@pytest.fixture(scope="module")
def log(world: World) -> pa.Table:
    return pa.Table.from_batches([world.batch(day) for day in world.days])


@pytest.fixture(scope="module")
def patients_a_day(log: pa.Table) -> list[int]:
    found: dict[tuple[str, object], set[str]] = defaultdict(set)
    for account, at, patient in zip(*(log[name].to_pylist() for name in ("account", "at", "patient")), strict=True):
        found[account, at.date()].add(patient)
    return [len(one - {""}) for one in found.values()]


def test_an_account_sees_few_patients_a_day_with_a_heavy_tail(patients_a_day: list[int]) -> None:
    assert 1 <= np.median(patients_a_day) <= 15
    assert 25 <= np.quantile(patients_a_day, 0.99) <= 90
    assert max(patients_a_day) > 100  # the nightly batch


def test_patients_come_again_and_a_few_come_very_often(log: pa.Table) -> None:
    counts = sorted(Counter(log["patient"].to_pylist()).values())
    assert counts[-1] > 20 * counts[len(counts) // 2]


def test_days_are_busy_and_nights_are_not(log: pa.Table) -> None:
    hours = Counter(
        at.hour for at, who in zip(log["at"].to_pylist(), log["account"].to_pylist(), strict=True) if "batch" not in who
    )
    day, night = sum(hours[hour] for hour in range(9, 17)), sum(hours[hour] for hour in range(6))
    assert 4 < day / night < 40


def test_about_94_percent_of_what_people_open_for_the_first_time_is_explained(world: World, tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.add(Path("world"), "world", world.events())
    engine = DuckEngine(threads=1)
    firsts = engine.collect(engine.tables(lake).firsts.select("account", "explained"))
    machine = {world.plan.staff.account[one] for one in world.plan.staff.of(Profession.INTERFACE_SERVICE)}
    explained = [row["explained"] for row in firsts.to_pylist() if row["account"] not in machine]
    assert 0.92 < np.mean(explained) < 0.98
