"""The trials of one world: when each theft stands in the queue, and how small it must be not to.

A case on an account of the theft which the quiet world has too, as strong, does not count: it was luck.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ecluse.drill.ground import Ground, Watched
from ecluse.drill.measured import Edge, Outcome, Quiet
from ecluse.drill.trials import Act, Trial, act, together, trials
from ecluse.watch.cases import Case

GRACE = 7  # days after the last event within which a theft may still be found
RATES = (1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 400, 800, 2000)
EVERY_ROLE = ("low-and-slow",)  # whose frontier is looked for in every role


class Bench:
    """The trials of one seed."""

    def __init__(self, ground: Ground, per_1000: float) -> None:
        self.ground = ground
        self._known: dict[date, list[Case]] = {}
        self.settings = ground.world.settings
        self.a_day = per_1000 * self.settings.staff / 1000
        self.last = self.settings.start + timedelta(days=self.settings.days - 1)

    def quiet(self) -> Quiet:
        """Return the cases of the world without a theft."""
        watched, staff = self.ground.quiet, self.ground.world.plan.staff
        cases = watched.cases(self.last, self.a_day)
        curious = {staff.account[who] for who in range(len(staff.account)) if staff.curious[who]}
        machines = pa.array(
            [staff.account[who] for who in range(len(staff.account)) if staff.service[who]], pa.string()
        )
        firsts = watched.firsts.filter(pc.invert(pc.is_in(watched.firsts["account"], machines)))
        patients = watched.days["patients"].to_numpy()
        return Quiet(
            seed=self.settings.seed,
            accounts=self.settings.staff,
            days=self.settings.days,
            events=pc.sum(watched.days["accesses"]).as_py(),
            cases=len(cases),
            curious=sum(case.account in curious for case in cases),
            professions=sorted(case.profession for case in cases),
            explained=pc.sum(firsts["explained"].cast(pa.int64())).as_py(),
            firsts=firsts.num_rows,
            patients_median=float(np.median(patients)),
            patients_p99=float(np.quantile(patients, 0.99)),
            patients_most=int(patients.max()),
        )

    def outcomes(self, wanted: list[Trial]) -> Iterator[Outcome]:
        """Run trials, some at a time."""
        for group in together(act(self.ground.world, trial) for trial in wanted):
            stolen = self.ground.with_thefts(group)
            yield from (self._outcome(one, stolen) for one in group)

    def edges(self, attacks: Iterable[str]) -> Iterator[Edge]:
        """Look for the smallest rate at which each theft is found, by halving."""
        every = _edges(attacks)
        low, high, harvest = [0] * len(every), [len(RATES)] * len(every), [0] * len(every)
        while left := [place for place in range(len(every)) if low[place] < high[place]]:
            asked = {place: _at(every[place], RATES[(low[place] + high[place]) // 2]) for place in left}
            missed = self._missed(list(asked.values()))
            for place, trial in asked.items():
                middle = (low[place] + high[place]) // 2
                if trial in missed:
                    low[place], harvest[place] = middle + 1, missed[trial]
                else:
                    high[place] = middle
        for number, (trial, unit) in enumerate(every):
            rate = RATES[low[number]] if low[number] < len(RATES) else 0
            yield Edge(trial.theft.story.name, trial.role, unit, self.settings.seed, rate, harvest[number])

    def _missed(self, wanted: list[Trial]) -> dict[Trial, int]:
        """Return the trials not found when the theft ends, nor after the days of grace, with the patients shown."""
        missed = {}
        for group in together(act(self.ground.world, trial) for trial in wanted):
            stolen = self.ground.with_thefts(group)
            for one in group:
                world = self.ground.quiet.with_accounts(stolen, one.involved)
                if not any(self._look(one, world, evening)[1] for evening in (self._end(one), one.last)):
                    missed[one.trial] = one.exposed(self.last)
        return missed

    def _outcome(self, one: Act, stolen: Watched) -> Outcome:
        world = self.ground.quiet.with_accounts(stolen, one.involved)
        evening, cases, rank = self._evening(one, world)
        accounts = set(one.loot.truth.accounts)
        until = evening or min(self.last, one.last + timedelta(days=GRACE))
        named = {name for case in cases for name in case.accounts}
        firsts = _firsts(world, one)
        return Outcome(
            attack=one.trial.theft.story.name,
            variant=one.trial.variant,
            role=one.trial.role,
            seed=self.settings.seed,
            found=evening is not None,
            days=(until - one.first).days + 1,
            exposed=one.exposed(until),
            stolen=one.exposed(self.last),
            rank=rank,
            queued=len(cases),
            accounts=len(accounts),
            accounts_found=len(accounts & named),
            explained=pc.sum(firsts["explained"].cast(pa.int64())).as_py() or 0,
            firsts=firsts.num_rows,
            reasons=cases[rank - 1].detectors if rank else [],
        )

    def _without(self, evening: date) -> list[Case]:
        """Return the queue of an evening in the quiet world."""
        if evening not in self._known:
            self._known[evening] = self.ground.quiet.cases(evening, self.a_day)
        return self._known[evening]

    def _end(self, one: Act) -> date:
        """Return the last evening on which a theft may be found."""
        return min(self.last, one.last + timedelta(days=GRACE))

    def _look(self, one: Act, world: Watched, evening: date) -> tuple[list[Case], int]:
        """Return the queue of an evening, and the place in it of the first case due to the theft (0: none)."""
        cases = world.cases(evening, self.a_day)
        return cases, _rank(cases, one, self._without(evening))

    def _evening(self, one: Act, world: Watched) -> tuple[date | None, list[Case], int]:
        """Return the first evening on which the theft stands in the queue, the queue, and its place in it."""
        first, end = one.first, self._end(one)
        known = {first: self._look(one, world, first)}
        for evening in (end, min(one.last, end)):
            if not any(place for _, place in known.values()):
                known[evening] = self._look(one, world, evening)
        seen = [evening for evening, (_, place) in known.items() if place]
        if not seen:
            return None, known[end][0], 0
        low, high = 0, (seen[0] - first).days
        while low < high:
            middle = first + timedelta(days=(low + high) // 2)
            known[middle] = known.get(middle) or self._look(one, world, middle)
            low, high = (low, (middle - first).days) if known[middle][1] else ((middle - first).days + 1, high)
        evening = first + timedelta(days=high)
        return (evening, *known[evening])


def _rank(cases: list[Case], one: Act, without: list[Case]) -> int:
    """Return the place, from 1, of the first case due to the theft (0: none)."""
    luck = _accused(without, one)
    for place, case in enumerate(cases, start=1):
        if any(score > luck.get(name, 0.0) for name, score in _accused([case], one).items()):
            return place
    return 0


def _accused(cases: list[Case], one: Act) -> dict[str, float]:
    """Return the accounts of the theft that cases name since it began, each with the score of the strongest."""
    found: dict[str, float] = {}
    begun = [case for case in cases if any(day >= one.first.isoformat() for day in case.days_of)]
    for case in begun:
        for name in set(case.accounts) & set(one.loot.truth.accounts):
            found[name] = max(found.get(name, 0.0), case.score)
    return found


def _firsts(world: Watched, one: Act) -> pa.Table:
    accounts, patients = (
        pa.array(sorted(names), pa.string()) for names in (one.loot.truth.accounts, one.loot.truth.patients)
    )
    theirs = pc.and_(pc.is_in(world.firsts["account"], accounts), pc.is_in(world.firsts["patient"], patients))
    begun = pc.greater_equal(world.firsts["day"], pa.scalar(one.first, pa.date32()))
    return world.firsts.filter(pc.and_(theirs, begun))


def _edges(attacks: Iterable[str]) -> list[tuple[Trial, str]]:
    found = []
    for trial in trials(attacks):
        story = trial.theft.story
        if not trial.variant and (story.name in EVERY_ROLE or trial.role == story.roles[0]):
            found += [(trial, unit) for unit, _ in trial.theft.rates]
    return found


def _at(edge: tuple[Trial, str], rate: float) -> Trial:
    trial, unit = edge
    knobs = dict(trial.theft.rates)[unit](rate)
    return trial._replace(variant=f"{rate} {unit}", knobs=knobs)
