"""What was set before the watch was measured on synthetic hospitals, and what was reached."""

from collections.abc import Sequence

import msgspec

from ecluse.drill.figures import Share, share
from ecluse.drill.measured import Measured, Outcome, Quiet

FOUND, CARE, THIEF, FALSE = 0.9, 0.94, 0.1, 1.0
TEN_WORKING_DAYS, THREE_DAYS = 14, 3  # evenings


class Goal(msgspec.Struct, frozen=True):
    """``reached``: a share with its 95 % interval, or a number without one.

    ``wanted`` is empty for a part of the goal above it, which the whole could hide.
    """

    what: str
    wanted: str
    reached: float
    held: bool
    low: float | None = None
    high: float | None = None

    @property
    def text(self) -> str:
        """Return what was reached, as people read it."""
        if self.low is None or self.high is None:
            return f"{self.reached:.2f}"
        return f"{self.reached:.0%} ({self.low:.0%} to {self.high:.0%})"


def goals(measured: Measured) -> list[Goal]:
    """Return every goal whose thefts were tried, in the order of the page."""
    usual = [one for one in measured.outcomes if not one.variant]
    slow = [one for one in usual if one.attack == "low-and-slow"]
    ten = [one for one in usual if one.attack == "collusion"]
    random = [one for one in measured.outcomes if (one.attack, one.variant) == ("collusion", "at-random")]
    roles = dict.fromkeys(one.role for one in slow)
    by_role = {role: [one for one in slow if one.role == role] for role in roles}
    return [
        *_found("5 patients more a day: found within 10 working days", "≥ 90 %", slow, TEN_WORKING_DAYS),
        *(
            goal
            for role, some in by_role.items()
            for goal in _found(f"– the same, account of {role}", "", some, TEN_WORKING_DAYS)
        ),
        *_found("10 accounts sharing 200 a day: found within 3 days", "≥ 90 %", ten, THREE_DAYS),
        *_found("– the same, each taking patients at random", "", random, THREE_DAYS),
        *_explained(measured.quiet, usual),
    ]


def false_cases(quiet: Sequence[Quiet]) -> float:
    """Return how many people who did nothing wrong stood in the queue, for 1,000 user-days."""
    days = sum(one.accounts * one.days for one in quiet)
    return 1000 * sum(one.cases - one.curious for one in quiet) / max(1, days)


def cared_for(some: Sequence[Quiet | Outcome]) -> Share:
    """Return the share of first accesses that care explains."""
    return share(sum(one.explained for one in some), sum(one.firsts for one in some))


def _found(what: str, wanted: str, outcomes: Sequence[Outcome], evenings: int) -> list[Goal]:
    one = share(sum(out.found and out.days <= evenings for out in outcomes), len(outcomes))
    return [_goal(what, wanted, one, held=one.share >= FOUND)] if outcomes else []


def _explained(quiet: Sequence[Quiet], thefts: Sequence[Outcome]) -> list[Goal]:
    people, thieves, false = cared_for(quiet), cared_for(thefts), false_cases(quiet)
    made = [_goal("first accesses of people explained by care", "≥ 94 %", people, held=people.share >= CARE)]
    if thieves.of:
        made.append(_goal("first accesses of thieves taken for care", "< 10 %", thieves, held=thieves.share < THIEF))
    return [*made, Goal("people wrongly in the queue, for 1,000 user-days", "< 1", round(false, 4), false < FALSE)]


def _goal(what: str, wanted: str, one: Share, *, held: bool) -> Goal:
    return Goal(what, wanted, one.share, held, one.low, one.high)
