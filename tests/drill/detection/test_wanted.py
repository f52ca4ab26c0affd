"""What was set and what was reached: each goal by itself, and none that was not tried."""

import pytest
from msgspec.structs import replace

from ecluse.drill.live.page import html
from ecluse.drill.live.results import offline
from ecluse.drill.measured import Measured, Outcome, Quiet, Task
from ecluse.drill.wanted import Goal, goals
from ecluse.drill.world.settings import Settings

SLOW = Outcome("low-and-slow", "", "nurse", 1001, True, 14, 60, 90, 1, 3, 1, 1, 2, 90, ["slow"])
TEN = Outcome("collusion", "", "nurse", 1001, True, 3, 500, 900, 1, 3, 10, 4, 0, 900, ["shards"])
QUIET = Quiet(1001, 200, 60, 200_000, 9, 1, ["nurse"], 95, 100, 5.0, 50.0, 250)


def of(*outcomes: Outcome, quiet: Quiet = QUIET) -> dict[str, Goal]:
    return {goal.what: goal for goal in goals(Measured(Task(Settings(), (1001,)), list(outcomes), [quiet], []))}


def test_every_goal_is_reached_by_what_was_promised_and_no_more() -> None:
    found = of(SLOW, TEN)
    assert all(goal.held for goal in found.values())
    assert len(found) == 6
    assert found["people wrongly in the queue, for 1,000 user-days"].text == "0.67"


@pytest.mark.parametrize(
    ("outcome", "what"),
    [
        (replace(SLOW, days=15), "5 patients more a day: found within 10 working days"),
        (replace(SLOW, found=False), "5 patients more a day: found within 10 working days"),
        (replace(SLOW, explained=9), "first accesses of thieves taken for care"),
        (replace(TEN, days=4), "10 accounts sharing 200 a day: found within 3 days"),
        (replace(TEN, variant="at-random", found=False), "– the same, each taking patients at random"),
    ],
)
def test_a_goal_is_missed_by_the_smallest_step(outcome: Outcome, what: str) -> None:
    assert not of(outcome)[what].held


@pytest.mark.parametrize(
    ("quiet", "what"),
    [
        (replace(QUIET, explained=93), "first accesses of people explained by care"),
        (replace(QUIET, cases=13), "people wrongly in the queue, for 1,000 user-days"),
    ],
)
def test_a_noisy_hospital_misses_its_goals(quiet: Quiet, what: str) -> None:
    assert not of(SLOW, quiet=quiet)[what].held


def test_one_account_that_falls_short_is_named_though_the_whole_holds() -> None:
    others = [replace(SLOW, seed=seed) for seed in range(1002, 1020)]
    found = of(SLOW, *others, replace(SLOW, role="it-administrator", found=False))
    assert found["5 patients more a day: found within 10 working days"].held
    assert not found["– the same, account of it-administrator"].held


def test_what_was_not_tried_is_no_goal() -> None:
    assert [goal.what[:14] for goal in of().values()] == ["first accesses", "people wrongly"]


def test_the_report_shows_what_fell_short() -> None:
    page = html(offline(Measured(Task(Settings(), (1001,)), [replace(SLOW, found=False)], [QUIET], [])))
    assert "<td>0% (0% to 79%)</td><td>not reached</td>" in page
