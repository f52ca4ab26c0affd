"""From a world in each format to the queue of `ecluse scan`: the thief is the first case; without a thief, no case."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ecluse.cli.scan import app
from ecluse.drill.logs import catalogue
from ecluse.drill.thieves.base import Loot
from ecluse.drill.thieves.catalogue import BY_NAME
from ecluse.drill.trials import Trial, act
from ecluse.drill.world.settings import Settings
from ecluse.drill.world.world import World

pytestmark = pytest.mark.slow
GRAB = BY_NAME["fast-grab"]
SEES = {"mediboard": 0.2}  # of what was taken: stays of the last weeks only; all others see it whole


@pytest.fixture(scope="module")
def hospital() -> World:
    return World(Settings(patients=1_000, staff=60, days=24, seed=1))


@pytest.fixture(scope="module")
def grab(hospital: World) -> Loot:
    return act(hospital, Trial(GRAB, "", GRAB.knobs, "nurse")).loot


def scanned(files: list[Path], lake: Path) -> Any:  # noqa: ANN401 - what the command prints
    done = CliRunner().invoke(app, [*catalogue.command(files)[2:], "--json", "--lake", str(lake)])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.mark.parametrize("word", ["audit-event", "atna", "mediboard", "openemr", "openmrs", "web-server"])
def test_the_thief_is_the_first_case(hospital: World, grab: Loot, tmp_path: Path, word: str) -> None:
    files = catalogue.write(catalogue.named(word), hospital, tmp_path / "w", grab.events)
    found = scanned(files, tmp_path / "lake")
    assert found["rejected"] == 0
    assert found["unread"] == []
    first = found["cases"][0]
    assert [first["account"]] == list(grab.truth.accounts)
    taken = len(grab.truth.patients)
    assert SEES.get(word, 1) * taken <= first["patients"] <= taken


@pytest.mark.parametrize("word", ["atna", "mediboard", "openemr"])
def test_without_a_thief_the_account_is_not_named(hospital: World, grab: Loot, tmp_path: Path, word: str) -> None:
    found = scanned(catalogue.write(catalogue.named(word), hospital, tmp_path / "w"), tmp_path / "lake")
    assert found["rejected"] == 0
    assert not {one["account"] for one in found["cases"]} & set(grab.truth.accounts)
