"""Carries out every theft, one after the other, and judges each by bytes and trace."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from ecluse.core.errors import BrokenWorldError
from ecluse.core.words import Profession
from ecluse.drill.cast import Member
from ecluse.drill.credentials.attempt import Attempt
from ecluse.drill.credentials.base import Case
from ecluse.drill.credentials.beyond import BEYOND
from ecluse.drill.credentials.catalogue import CASES
from ecluse.drill.credentials.ground import Ground, served
from ecluse.drill.establishment import Tell
from ecluse.drill.hospital import Hospital


class Judged(msgspec.Struct, frozen=True):
    """One theft. ``rightful``: patients the owner was shown with the same credential just before.

    ``refused_by``: the rules of the trace's refusals that name the owner, while the thief was at it.
    """

    case: str
    requests: int
    exposed: int
    traced: bool
    refused_by: list[str]
    rightful: int


class TwoFactors(msgspec.Struct, frozen=True, rename={"profession": "as"}):
    """A theft of two factors. ``told``: the owner hears of it."""

    case: str
    profession: str
    requests: int
    exposed: int
    told: bool


class Report(msgspec.Struct, frozen=True):
    """Everything. ``exposed``: patients exposed by any theft of one credential."""

    cases: list[Judged]
    exposed: int
    population: int
    seed: int
    beyond: list[TwoFactors]

    @property
    def held(self) -> bool:
        """Tell whether nothing was exposed and everything traced."""
        return not self.exposed and all(one.traced for one in self.cases)


def run(hospital: Hospital, home: Path, tell: Tell) -> Report:
    """Run all of them on an establishment of its own.

    Raises:
        BrokenWorldError: a theft could not be carried out, or its owner was shown nothing: nothing is concluded.
    """
    owners = sum(case.owner is Profession.NURSE for case in (*CASES, *BEYOND))
    with served(hospital, home, owners, tell) as ground:
        nurses = iter(ground.nurses)
        tried = [(case, owner_of(ground, case, nurses)) for case in (*CASES, *BEYOND)]
        done = [carried_out(ground, case, owner, number, tell) for number, (case, owner) in enumerate(tried)]
    judged = [judge(case, attempt) for case, attempt in done[: len(CASES)]]
    exposed = set[int]().union(*(attempt.haul.patients for _case, attempt in done[: len(CASES)]))
    two = [beyond(case, attempt) for case, attempt in done[len(CASES) :]]
    return Report(judged, len(exposed), hospital.patients, hospital.seed, two)


def owner_of(ground: Ground, case: Case, nurses: Iterator[Member]) -> Member:
    """Return whose credential is stolen: a nurse nobody else stole from, or the first of the profession."""
    return next(nurses) if case.owner is Profession.NURSE else ground.one(case.owner)


def carried_out(ground: Ground, case: Case, owner: Member, number: int, tell: Tell) -> tuple[Case, Attempt]:
    """Carry out one theft."""
    tell(f"{case.name}: {owner.username}")
    attempt = Attempt(ground, owner, number)
    try:
        case.steal(attempt)
    finally:
        attempt.close()
    return case, attempt


def judge(case: Case, attempt: Attempt) -> Judged:
    """Count one theft of one credential.

    Raises:
        BrokenWorldError: its owner was shown nothing with it, or the thief sent nothing.
    """
    rightful = len(attempt.shown.patients)
    if not rightful or not attempt.requests:
        raise BrokenWorldError(f"{case.name} proves nothing: its owner saw {rightful} patients.", "Run it again.")
    rules = sorted({entry.rule for entry in attempt.refusals()})
    return Judged(case.name, attempt.requests, len(attempt.haul.patients), bool(rules), rules, rightful)


def beyond(case: Case, attempt: Attempt) -> TwoFactors:
    """Count one theft of two factors."""
    return TwoFactors(case.name, case.owner.value, attempt.requests, len(attempt.haul.patients), attempt.told())
