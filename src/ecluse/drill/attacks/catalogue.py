"""The closed list of attacks. One more is one small file and one line here."""

from collections.abc import Iterable

from ecluse.core.errors import BadInputError
from ecluse.drill.attacks import (
    break_glass,
    clerk,
    collusion,
    dump,
    everything,
    export,
    fast_grab,
    flooding,
    forged_duties,
    guessed,
    low_and_slow,
    off_hours,
    other_hands,
    scraping,
    service_token,
    sleeper,
    snooping,
    takeover,
    tampering,
)
from ecluse.drill.attacks.base import Attack, Part

ATTACKS: tuple[Attack, ...] = (
    fast_grab.ATTACK,
    low_and_slow.ATTACK,
    off_hours.ATTACK,
    clerk.ATTACK,
    collusion.ATTACK,
    service_token.ATTACK,
    export.ATTACK,
    scraping.ATTACK,
    dump.ATTACK,
    tampering.ATTACK,
    forged_duties.ATTACK,
    break_glass.ATTACK,
    snooping.ATTACK,
    other_hands.ATTACK,
    sleeper.ATTACK,
    flooding.ATTACK,
    guessed.ATTACK,
    takeover.ATTACK,
    everything.ATTACK,
)
BY_NAME = {attack.story.name: attack for attack in ATTACKS}


def named(names: Iterable[str]) -> list[Attack]:
    """Return the attacks of these names, all of them for none.

    Raises:
        BadInputError: there is no such attack.
    """
    wanted = list(names)
    unknown = sorted(set(wanted) - set(BY_NAME))
    if unknown:
        raise BadInputError(f"There is no attack {', '.join(unknown)}.", f"Choose from {', '.join(BY_NAME)}.")
    return [attack for attack in ATTACKS if not wanted or attack.story.name in wanted]


def parts(attacks: Iterable[Attack], roles: Iterable[str] = ()) -> list[Part]:
    """Return every attack with each of its roles, and each variant with the first; ``roles`` keeps only those."""
    kept = set(roles)
    found: list[Part] = []
    for attack in attacks:
        found += [Part(attack, "", attack.knobs, role) for role in attack.roles]
        found += [Part(attack, variant, knobs, attack.roles[0]) for variant, knobs in attack.variants]
    return [part for part in found if not kept or part.role in kept]
