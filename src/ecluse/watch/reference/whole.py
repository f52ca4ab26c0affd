"""Whole invented logs: episodes among noise, people, and reasons for some of the accesses."""

import random
from collections.abc import Callable, Iterable, Sequence

import msgspec

from ecluse.core.events import Access, AccountEvent, Care, Event, Integrity, PatientFacts, Person
from ecluse.watch.reference import episodes
from ecluse.watch.reference.invent import Chance, accesses, cares, flaws, patients, signs, staff

Part = Callable[[Chance], Sequence[Event]]
NOISE: tuple[Part, ...] = (accesses, accesses, accesses, signs)
EPISODES: tuple[Part, ...] = (*episodes.ALL, flaws)
KNOWN: tuple[Part, ...] = (staff, patients)


def log(parts: Sequence[tuple[Part, int]], reasons: Sequence[int], order: int) -> list[Event]:
    """Return the log of these parts, each drawn from its seed, with ``reasons`` of care for what is in it.

    The order of events, which no engine may depend on, is drawn from ``order``; people come in theirs.
    """
    found = [event for part, seed in parts for event in part(Chance(random.Random(seed)))]
    seen = [event for event in found if isinstance(event, Access)]
    for seed in reasons if seen else ():
        draw = Chance(random.Random(seed))
        found.append(cares(draw, draw(seen)))
    people = [event for event in found if isinstance(event, Person | PatientFacts)]
    rest = [event for event in found if not isinstance(event, Person | PatientFacts)]
    if order:
        random.Random(order).shuffle(rest)
    return [*rest, *people]


def whole(seed: int) -> list[Event]:
    """Return the log number ``seed``."""
    chance = random.Random(seed)
    parts = [(chance.choice(NOISE), chance.getrandbits(32)) for _ in range(chance.choice([0, 4, 12, 20]))]
    parts += [(chance.choice(EPISODES), chance.getrandbits(32)) for _ in range(chance.choice([1, 2, 3, 4]))]
    parts += [(chance.choice(KNOWN), chance.getrandbits(32)) for _ in range(chance.choice([0, 4, 8]))]
    return log(parts, [chance.getrandbits(32) for _ in range(chance.choice([0, 2, 5]))], chance.choice([0, seed]))


def together(numbers: Iterable[int]) -> list[Event]:
    """Return several logs in one, nothing in common but the professions and the days."""
    return [_apart(event, f"{number}") for number in numbers for event in whole(number)]


NAMES = {
    Access: ("account", "patient", "session", "device", "address", "site"),
    AccountEvent: ("account", "by", "session", "device", "address"),
    Person: ("account", "unit", "family", "postal", "phone"),
    PatientFacts: ("patient", "family", "postal", "phone"),
    Care: ("patient", "account", "unit", "made_by"),
    Integrity: ("account", "source"),
}


def _apart(event: Event, place: str) -> Event:
    """Put ``place`` before every name in ``event``."""
    known = {name: getattr(event, name) for name in NAMES[type(event)]}
    return msgspec.structs.replace(event, **{name: f"{place} {word}" for name, word in known.items() if word})
