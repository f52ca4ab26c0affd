"""The frontier: where a theft begins to be found, and the page about it."""

from pathlib import Path

import pytest

from ecluse.core.errors import BadInputError
from ecluse.drill import frontier
from ecluse.drill.frontier import Kept, frontiers
from ecluse.drill.measured import Edge, Measured, Task
from ecluse.drill.seeds import SIZES, purpose
from ecluse.drill.thieves import collusion
from ecluse.drill.thieves.catalogue import BY_NAME

DOCS = Path(__file__).parents[3] / "docs"
FIVE, FIFTY = (unit for unit, _ in BY_NAME["collusion"].rates)
WEEKS = BY_NAME["low-and-slow"].rates[0][0]
TASK = Task(SIZES["small"], (1001, 1002, 1003), frontier.SLOW, frontier=3)


def edges(attack: str, unit: str, *rates: float) -> list[Edge]:
    return [Edge(attack, "nurse", unit, seed, rate, harvest=int(rate) * 10) for seed, rate in enumerate(rates, 1001)]


def test_the_middle_of_the_seeds_is_given_with_its_range() -> None:
    [one] = frontiers(edges("low-and-slow", WEEKS, 8, 3, 12))
    assert (one.found_from, one.lowest, one.highest, one.never, one.seeds) == (8, 3, 12, 0, 3)
    assert one.harvest is not None
    assert one.harvest.median == 80


def test_a_theft_that_most_seeds_never_find_has_no_rate_but_is_told() -> None:
    [one] = frontiers(edges("low-and-slow", WEEKS, 0, 0, 12))
    assert (one.found_from, one.lowest, one.highest, one.never) == (None, 12, 12, 2)
    assert frontier.cells(one)[3:6] == ["never", "12 to 12", "2 of 3"]


def test_a_theft_that_no_seed_finds_is_told_without_a_range() -> None:
    [one] = frontiers(edges("low-and-slow", WEEKS, 0, 0))
    assert frontier.cells(one)[3:6] == ["never", "–", "2 of 2"]


def test_one_account_stands_before_five_and_five_before_fifty() -> None:
    mixed = [*edges("collusion", FIFTY, 50), *edges("collusion", FIVE, 20), *edges("low-and-slow", WEEKS, 5)]
    assert [one.unit for one in frontiers(mixed)] == [WEEKS, FIVE, FIFTY]


def test_five_and_fifty_accounts_are_what_the_units_say() -> None:
    knobs = [make(20.0) for _, make in BY_NAME["collusion"].rates]
    assert [one.accounts for one in knobs if isinstance(one, collusion.Knobs)] == [5, 50]


def test_the_page_is_written_from_figures_that_are_kept(tmp_path: Path) -> None:
    made = Measured(TASK, [], [], edges("low-and-slow", WEEKS, 8, 3, 12))
    figures, page = frontier.write(made, tmp_path)
    assert frontier.text(frontier.read(figures)) == page.read_text(encoding="utf-8")
    assert "**8**" in page.read_text(encoding="utf-8")


def test_nothing_sought_or_nowhere_to_write_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="has a rate"):
        frontier.write(Measured(TASK, [], [], []), tmp_path)
    with pytest.raises(BadInputError, match="no folder"):
        frontier.write(Measured(TASK, [], [], edges("collusion", FIVE, 5)), tmp_path / "nowhere")


def test_the_page_of_the_docs_says_what_its_figures_say() -> None:
    kept: Kept = frontier.read(DOCS / frontier.FIGURES)
    assert (DOCS / frontier.PAGE).read_text(encoding="utf-8") == frontier.text(kept)
    assert {purpose(seed) for seed in kept.task.seeds} == {"scoring"}
    units = {one.unit for one in frontiers(kept.edges)}
    assert {WEEKS, FIVE, FIFTY} <= units
