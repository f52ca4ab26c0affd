"""The page on the world says what a world made today looks like, beside what was published."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ecluse.cli.drill import app
from ecluse.core.errors import BadInputError
from ecluse.drill import world_page
from ecluse.drill.seeds import WRITTEN
from ecluse.drill.world.reasons import Why
from ecluse.drill.world.settings import Settings
from ecluse.drill.world.world import World
from ecluse.drill.world_figures import BUCKETS, Figures, Spread, figures

DOCS = Path(__file__).parents[3] / "docs"
COMMAND = "ecluse drill world --write"


def found() -> Figures:
    return Figures(
        accounts=200,
        patients=20_000,
        days=60,
        lines=120_000,
        patients_a_day=Spread(5, 20, 44, 300),
        below=[min(1.0, 0.1 * place) for place in range(1, len(BUCKETS) + 1)],
        often=1,
        again=0.42,
        hours=[1 / 24] * 24,
        staff_a_stay=Spread(19, 32, 40, 52),
        units_a_patient=Spread(3, 7, 10, 15),
        explained=0.947,
        why={why.name.lower(): 7 for why in Why},
        beings={"float nurses": 3},
    )


def test_the_page_puts_what_was_measured_beside_what_was_published() -> None:
    text = world_page.text(found(), COMMAND)
    assert "| distinct patients of an account on a day: median | 5 | 1 to 15, by site and profession |" in text
    assert "| the same, 99 % of account-days below | 44 | about 44 |" in text
    assert "| first accesses of people explained by care | 94.7% | > 94 %" in text
    assert "| lines of log a day | 2,000 |" in text
    assert all(f"| {why.name.lower()} | 7 |" in text for why in Why)
    assert "$" not in text


def test_the_page_comes_with_its_picture(tmp_path: Path) -> None:
    page, picture = world_page.write(found(), tmp_path, COMMAND)
    assert f"]({world_page.PICTURE})" in page.read_text(encoding="utf-8")
    assert picture.read_text(encoding="utf-8").startswith("<svg")


def test_the_page_needs_a_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInputError):
        world_page.write(found(), tmp_path / "nowhere", COMMAND)


@pytest.mark.parametrize("wrong", [[], ["--size", "huge", "--out", "x"]])
def test_the_command_refuses_to_write_nowhere_and_an_unknown_size(wrong: list[str]) -> None:
    assert isinstance(CliRunner().invoke(app, ["world", *wrong]).exception, BadInputError)


def test_both_sizes_are_three_months_of_a_clinic_and_of_a_large_hospital() -> None:
    assert [(one.staff, one.days, one.seed) for one in WRITTEN.values()] == [(200, 90, 1), (5_000, 90, 1)]


def test_what_a_size_says_can_be_said_otherwise(tmp_path: Path) -> None:
    small = ["--size", "large", "--patients", "400", "--staff", "40", "--days", "20"]
    told = CliRunner().invoke(app, ["world", "--out", str(tmp_path / "w"), *small, "--json"])
    assert told.exit_code == 0, told.output
    assert len((tmp_path / "w" / "staff.csv").read_text(encoding="utf-8").splitlines()) == 41


@pytest.mark.slow
def test_the_page_in_the_repository_is_that_of_the_world_made_today() -> None:
    made = figures(World(WRITTEN["small"]))
    assert (DOCS / "world.md").read_text(encoding="utf-8") == world_page.text(made, COMMAND)


@pytest.mark.slow
def test_a_small_world_has_everybody_and_everything_a_hospital_has() -> None:
    made = figures(World(Settings(patients=4000, staff=200, days=42, seed=2)))
    rare = {"own", "extract", "curious"}
    assert all(number > 0 for why, number in made.why.items() if why not in rare), made.why
    assert all(number > 0 for number in made.beings.values()), made.beings
