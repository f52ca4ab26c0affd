"""Trials: a theft with its knobs, done with an account of a profession, in one world."""

import zlib
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from ecluse.core.events import Access
from ecluse.drill.thieves.base import Loot, Scene, Theft
from ecluse.drill.thieves.catalogue import THEFTS
from ecluse.drill.world.world import World

TOGETHER = 24  # thefts laid over one world at once, none of them sharing an account or a patient with another

GOALS = frozenset({("low-and-slow", ""), ("collusion", ""), ("collusion", "at-random")})


class Trial(NamedTuple):
    """``variant`` is empty for the knobs of every day."""

    theft: Theft
    variant: str
    knobs: Any
    role: str

    @property
    def name(self) -> str:
        """The name of the theft and of its variant."""
        return f"{self.theft.story.name} ({self.variant})" if self.variant else self.theft.story.name


class Act(NamedTuple):
    """A trial that took place. ``involved`` are all accounts that left a line, decoys and victims included."""

    trial: Trial
    loot: Loot
    involved: frozenset[str]

    @property
    def first(self) -> date:
        """The day on which it began."""
        return self.loot.truth.first.date()

    @property
    def last(self) -> date:
        """The day on which it ended."""
        return self.loot.truth.last.date()

    def exposed(self, until: date) -> int:
        """Return how many patients the thief had been shown at the end of a day: distinct ones, and unnamed rows."""
        theirs = [
            one for one in self.loot.events if isinstance(one, Access) and one.account in self.loot.truth.accounts
        ]
        shown = [one for one in theirs if one.at.date() <= until]
        return len({one.patient for one in shown} - {""}) + sum(one.shown for one in shown if not one.patient)


def trials(names: Iterable[str] = ()) -> list[Trial]:
    """Return every theft as each role, and each variant as the first role."""
    wanted = set(names)
    found: list[Trial] = []
    for theft in THEFTS:
        if not wanted or theft.story.name in wanted:
            found += [Trial(theft, "", theft.knobs, role) for role in theft.story.roles]
            found += [Trial(theft, variant, knobs, theft.story.roles[0]) for variant, knobs in theft.variants]
    return found


def of_seed(seed: int, names: Iterable[str] = (), every: int = 1) -> list[Trial]:
    """Return the trials of one seed: those a goal is set for, and one in ``every`` of the others, in turn."""
    wanted = enumerate(trials(names))
    return [one for place, one in wanted if (one.theft.story.name, one.variant) in GOALS or (seed + place) % every == 0]


def act(world: World, trial: Trial) -> Act:
    """Let a theft take place in the second half of ``world``: what lies before is the habit it is judged by."""
    chance = world.settings.chance(f"{trial.name} {trial.role}")
    day = world.settings.days // 2 + int(chance.integers(0, 5))
    place = zlib.crc32(f"{trial.name} {trial.role}".encode()) / 2**32
    loot = trial.theft.steal(Scene(world, trial.role, day, chance, place), trial.knobs)
    named = {getattr(event, "account", "") for event in loot.events} | set(loot.truth.accounts)
    return Act(trial, loot, frozenset(named - {""}))


def together(acts: Iterable[Act]) -> Iterator[list[Act]]:
    """Yield groups of thefts that share no account and no patient, each group to be laid over the world at once."""
    left = list(acts)
    while left:
        taken: list[Act] = []
        busy: set[str] = set()
        shown: set[str] = set()
        for one in left:
            theirs = one.loot.truth.patients
            if len(taken) < TOGETHER and not one.involved & busy and not theirs & shown:
                taken.append(one)
                busy |= one.involved
                shown |= theirs
        left = [one for one in left if one not in taken]
        yield taken
