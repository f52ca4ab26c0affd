"""Figures of attacks, live and offline, as one JSON: a line for each attack and role."""

import math
import statistics
from collections.abc import Iterable, Sequence
from itertools import groupby

import msgspec

from ecluse.drill.attacks.catalogue import BY_NAME
from ecluse.drill.figures import middle, share
from ecluse.drill.frontier import Frontier, frontiers
from ecluse.drill.live.rounds import Played
from ecluse.drill.live.stage import Stage
from ecluse.drill.measured import Measured, Outcome
from ecluse.drill.thieves.catalogue import BY_NAME as THEFTS
from ecluse.drill.wanted import Goal, cared_for, false_cases, goals

EVENING_S = 86_400.0


class Trial(msgspec.Struct, frozen=True):
    """One attack on one copy. ``locked``: accounts locked by the safe, with why; ``asked``: fresh proofs asked.

    ``proofs``: what it had to show besides, in numbers; ``missed``: what should have been seen and was not.
    """

    attack: str
    variant: str
    role: str
    database: str
    population: int
    seed: int
    white_box: bool
    accounts: int
    requests: int
    exposed: int
    compartments: dict[str, int]
    detected_after_s: float | None
    contained_after_s: float | None
    care_refused: int
    reasons: list[str]
    exact: bool
    verified: bool
    asked: int
    locked: list[str]
    rules: dict[str, int]
    proofs: dict[str, int]
    missed: list[str]

    @property
    def name(self) -> str:
        """Return the name of the attack, of its variant, and whether the thief knew every threshold."""
        traits = ", ".join(filter(None, (self.variant, "white-box" if self.white_box else "")))
        return f"{self.attack} ({traits})" if traits else self.attack


class Line(msgspec.Struct, rename={"role": "as"}):
    """The figures of one attack by one role. Times in seconds, medians over the seeds that have one.

    ``exposed``: median over the seeds; ``exposed_p95``: their 95th percentile, by rank. ``detected``: share of seeds.
    ``care_refused``: people at work who were refused anything, in all. It and ``exposure_exact`` are null offline: the
    watch refuses nobody, and there is no trace of ours to compare with. ``detected_interval``, ``exposed_interval``:
    95 %, Wilson's and by bootstrap over the seeds. Offline alone: ``precision``, of the cases read down to the theft's
    (the whole queue when it is not there), those due to it; ``taken_for_care``, share of the thief's first accesses.
    """

    attack: str
    role: str
    mode: str
    database: str
    population: int
    seeds: int
    exposed: float
    exposed_p95: float
    detected: float
    detected_after_s: float | None
    contained_after_s: float | None
    care_refused: int | None
    exposure_exact: bool | None
    accounts: int = 1
    fresh_proofs_asked: int = 0
    locked: int = 0
    decoys_caught: int = 0
    proofs: dict[str, int] = {}
    missed: list[str] = []
    detected_interval: tuple[float, float] | None = None
    exposed_interval: tuple[float, float] | None = None
    precision: float | None = None
    taken_for_care: float | None = None


class Report(msgspec.Struct, omit_defaults=True):
    """What ``ecluse drill run --json`` prints. ``per_day``: offline, what a team would read; empty for live runs.

    ``goals``: offline, what was set and what was reached.
    ``frontier``: offline, when the thief knows every threshold: where each theft begins to be found.
    """

    attacks: list[Line]
    per_day: dict[str, float]
    frontier: list[Frontier] = []
    goals: list[Goal] = []


def trial(stage: Stage, played: Played, *, white_box: bool) -> Trial:
    """Return what one part came to."""
    verdict, heist, part = played.verdict, played.heist, played.part
    return Trial(
        attack=part.attack.story.name,
        variant=part.variant,
        role=part.role,
        database=stage.database,
        population=stage.hospital.patients,
        seed=stage.hospital.seed,
        white_box=white_box,
        accounts=len(heist.accounts),
        requests=heist.requests,
        exposed=verdict.exposed,
        compartments=verdict.compartments,
        detected_after_s=verdict.detected_after_s,
        contained_after_s=verdict.contained_after_s,
        care_refused=played.work.refused + len(heist.care_refused),
        reasons=[*played.work.reasons[:3], *heist.care_refused],
        exact=verdict.exact,
        verified=played.verified,
        asked=verdict.asked,
        locked=verdict.locked,
        rules=verdict.rules,
        proofs=heist.proofs,
        missed=heist.missed,
    )


def lines(trials: Iterable[Trial]) -> list[Line]:
    """Return one line for each attack, role, database and population, over the seeds."""
    order = list(BY_NAME)

    def key(one: Trial) -> tuple[int, str, bool, str, str, int]:
        return order.index(one.attack), one.variant, one.white_box, one.role, one.database, one.population

    return [line(list(group)) for _, group in groupby(sorted(trials, key=key), key)]


def line(trials: Sequence[Trial]) -> Line:
    """Return the figures of the same attack over several seeds."""
    first, exposed = trials[0], sorted(one.exposed for one in trials)
    seen = [one.detected_after_s for one in trials if one.detected_after_s is not None]
    ended = [one.contained_after_s for one in trials if one.contained_after_s is not None]
    return Line(
        attack=first.name,
        role=first.role,
        mode="live",
        database=first.database,
        population=first.population,
        seeds=len(trials),
        exposed=statistics.median(exposed),
        exposed_p95=p95(exposed),
        detected=round(len(seen) / len(trials), 4),
        detected_after_s=statistics.median(seen) if seen else None,
        contained_after_s=statistics.median(ended) if ended else None,
        care_refused=sum(one.care_refused for one in trials),
        exposure_exact=all(one.exact and one.verified for one in trials),
        accounts=first.accounts,
        fresh_proofs_asked=sum(one.asked for one in trials),
        locked=sum(len(one.locked) for one in trials),
        decoys_caught=sum(lock.endswith(": decoy") for one in trials for lock in one.locked),
        proofs={name: min(one.proofs.get(name, 0) for one in trials) for name in first.proofs},
        missed=[missed for one in trials for missed in one.missed],
        detected_interval=_seen(len(seen), len(trials)),
        exposed_interval=_span(exposed),
    )


def _seen(hits: int, of: int) -> tuple[float, float]:
    one = share(hits, of)
    return one.low, one.high


def _span(values: Sequence[float]) -> tuple[float, float] | None:
    one = middle(values)
    return (one.low, one.high) if one else None


def p95(values: Sequence[float]) -> float:
    """Return the 95th percentile by rank: the largest of fewer than 20 values."""
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


def offline(measured: Measured) -> Report:
    """Return the figures of the watch in the same form. A theft is detected in the evening: days count as whole."""

    def key(one: Outcome) -> tuple[int, str, str]:
        return THEFTS[one.attack].story.number, one.variant, one.role

    found = [offline_line(measured, list(group)) for _, group in groupby(sorted(measured.outcomes, key=key), key)]
    quiet = measured.quiet
    days, accounts = sum(one.days for one in quiet), sum(one.accounts * one.days for one in quiet)
    per_day = {
        "cases_asked_for_per_1000_users": measured.task.per_1000,
        "cases_per_1000_users": round(1000 * sum(one.cases for one in quiet) / max(1, accounts), 4),
        "false_containment_per_1000_user_days": round(false_cases(quiet), 4),
        "quiet_days": days,
        "first_accesses_explained": cared_for(quiet).share,
    }
    return Report(found, per_day, frontiers(measured.edges), goals(measured))


def offline_line(measured: Measured, outcomes: Sequence[Outcome]) -> Line:
    """Return the figures of the same theft over several seeds."""
    first = outcomes[0]
    days = [one.days * EVENING_S for one in outcomes if one.found]
    read = sum((one.rank or one.queued) for one in outcomes)
    return Line(
        attack=f"{first.attack} ({first.variant})" if first.variant else first.attack,
        role=first.role,
        mode="offline",
        database="",
        population=measured.task.settings.patients,
        seeds=len(outcomes),
        exposed=statistics.median([one.exposed for one in outcomes]),
        exposed_p95=p95([one.exposed for one in outcomes]),
        detected=round(len(days) / len(outcomes), 4),
        detected_after_s=statistics.median(days) if days else None,
        contained_after_s=None,
        care_refused=None,
        exposure_exact=None,
        accounts=first.accounts,
        detected_interval=_seen(len(days), len(outcomes)),
        exposed_interval=_span([one.exposed for one in outcomes]),
        precision=round(len(days) / read, 4) if read else None,
        taken_for_care=cared_for(outcomes).share if any(one.firsts for one in outcomes) else None,
    )
