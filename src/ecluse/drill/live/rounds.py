"""Rounds: attacks that take different accounts share one copy of the stage, while people work in it."""

import random
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import httpx

from ecluse.core.errors import BrokenWorldError
from ecluse.core.words import Profession
from ecluse.drill import establishment, theft
from ecluse.drill.attacks.base import ACCOUNTS_AT_ONCE, Part
from ecluse.drill.cast import Member
from ecluse.drill.hospital import Hospital
from ecluse.drill.live.heist import Heist, Site
from ecluse.drill.live.judge import Verdict, judge
from ecluse.drill.live.pulse import awake
from ecluse.drill.live.stage import Copy, Stage
from ecluse.drill.staff import Interface, Shift, Work, Worker
from ecluse.safe.verify import verify

Moved = Callable[[int, str], None]
TRIES = 3


class Cast(NamedTuple):
    """A part with the accounts it takes."""

    part: Part
    members: list[Member]


class Played(NamedTuple):
    """A part after it was played: its heist, the verdict, what people at work did meanwhile, and the trace's state."""

    part: Part
    heist: Heist
    verdict: Verdict
    work: Work
    verified: bool


def rounds(hospital: Hospital, parts: Iterable[Part]) -> Iterator[list[Cast]]:
    """Yield groups of parts that share no account."""
    left = list(parts)
    while left:
        taken: list[Cast] = []
        for part in list(left):
            cast = casting(hospital, part, taken)
            if cast is not None:
                taken.append(cast)
                left.remove(part)
            if part.attack.alone and taken:
                break
        yield taken


def casting(hospital: Hospital, part: Part, taken: list[Cast]) -> Cast | None:
    """Return the part with its accounts; None when they, or the copy, are taken."""
    if taken and (
        part.attack.alone
        or taken[0].part.attack.alone
        or part.attack.policy is not taken[0].part.attack.policy
        or sum(max(1, cast.part.accounts) for cast in taken) + part.accounts > ACCOUNTS_AT_ONCE
    ):
        return None
    busy = {member.username for cast in taken for member in cast.members}
    if not part.accounts:
        return Cast(part, [])
    free = [one for one in hospital.members if one.profession == part.role and one.username not in busy]
    wanted = part.accounts
    if not taken and len(free) < wanted:  # the last of a small profession, and colleagues to help
        others = [one for one in hospital.members if one.profession in CROWD and one.username not in busy]
        free = [*[one for one in others if one not in free], *free]
    if len(free) < wanted:
        return None
    return Cast(part, free[-wanted:])


CROWD = (Profession.NURSE, Profession.PHYSICIAN, Profession.SECRETARY)


def play(stage: Stage, casts: list[Cast], *, white_box: bool) -> list[Played]:
    """Play one round, and again, on a fresh copy, when an attack could not be carried out or the machine stood still.

    Raises:
        BrokenWorldError, httpx.HTTPError: nor could it the last time; nothing is concluded from it.
    """
    for _ in range(TRIES - 1):
        with suppress(BrokenWorldError, httpx.HTTPError):
            return play_once(stage, casts, white_box=white_box)
    return play_once(stage, casts, white_box=white_box)


def play_once(stage: Stage, casts: list[Cast], *, white_box: bool) -> list[Played]:
    """Play one round on a copy; people are at work before the first of its attacks begins, until the last is over."""
    with awake(), stage.copy() as copy:
        adapt(copy.home, casts[0].part)
        with serving(stage, copy) as site:
            heists = [Heist(site, cast.members, seed=seed_of(stage, cast.part), white_box=white_box) for cast in casts]
            shift = Shift(workers(site, [member for cast in casts for member in cast.members]))
            try:
                shift.settle()
                carry_out(casts, heists)
            finally:
                work = shift.end()
        verified = verify(copy.home / "safe").ok
        return [
            Played(cast.part, heist, judge(heist), work, verified) for cast, heist in zip(casts, heists, strict=True)
        ]


def carry_out(casts: list[Cast], heists: list[Heist]) -> None:
    """Let all attacks of a round run. Interrupted, it waits for none: their server is about to stop."""
    pool, waits = ThreadPoolExecutor(len(casts)), True
    try:
        tasks = [
            pool.submit(cast.part.attack.steal, heist, cast.part.knobs)
            for cast, heist in zip(casts, heists, strict=True)
        ]
        for task in tasks:
            task.result()
    except KeyboardInterrupt:
        waits = False
        raise
    finally:
        pool.shutdown(wait=waits, cancel_futures=not waits)


def seed_of(stage: Stage, part: Part) -> int:
    """Return the chance of one part: the same for the same world and part."""
    return random.Random(f"{stage.hospital.seed} {part.name} {part.role}").getrandbits(32)


def adapt(home: Path, part: Part) -> None:
    """Change the policy of a copy as the attack needs it."""
    if part.attack.policy is not None:
        file = home / "safe" / "policy.toml"
        text = file.read_text(encoding="utf-8")
        changed = part.attack.policy(text)
        if changed == text:
            raise BrokenWorldError(f"{part.name} found nothing to change in the policy.", "See its `policy`.")
        file.write_text(changed, encoding="utf-8")


@contextmanager
def serving(stage: Stage, copy: Copy) -> Iterator[Site]:
    """Serve a copy."""
    with establishment.serving(copy.home) as url:
        yield Site(stage, copy, url)


def workers(site: Site, stolen: list[Member]) -> list[Worker]:
    """Give work to one person of each profession that meets patients, never to somebody whose account is taken."""
    made: list[Worker] = []
    arriving = iter(theft.arrivals(site.stage.hospital))
    hospital, known = site.stage.hospital, site.stage.known
    for member in theft.at_work(hospital, stolen):
        if member.profession is Profession.INTERFACE_SERVICE:
            proof, own = theft.service_of(site.copy.home, site.url, member), known.own[member.username]
            made.append(Interface(site.url, member, hospital.seed, proof, own))
        else:
            made.append(Worker(site.url, member, hospital.seed, next(arriving, None)))
    return made
