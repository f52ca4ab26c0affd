"""Taking, without being refused once, all that the thresholds let through: for a thief who can wait a minute."""

import time
from collections.abc import Callable, Iterator

from ecluse.core.words import Action, Ground
from ecluse.drill.moves.searching import search
from ecluse.drill.thief import Thief, Tip
from ecluse.safe.policy import Caps

MINUTE_S = 61.0
WORTH_WAITING_S = 12.0
ROUTE = "within the caps"
Way = Callable[[Thief, Tip], object]


def grab(thief: Thief) -> None:
    """Fill each ground of the profession to its brim, one minute after the other."""
    rights = thief.known.policy.professions.get(thief.known.profession)
    if rights is None or not rights.read:
        return
    had = dict.fromkeys(WAYS, 0)
    while True:
        began = time.monotonic()
        waiting = False
        for ground, way in WAYS.items():
            if ground in rights.caps:
                most = room(rights.caps[ground], had[ground])
                came = fill(thief, way, source(thief, ground), most)
                had[ground] += came
                waiting = waiting or (came == most > 0 and had[ground] < rights.caps[ground].hour)
        pause = began + MINUTE_S - time.monotonic()
        if not waiting or thief.left < pause + WORTH_WAITING_S:
            return
        time.sleep(max(0.0, pause))


def one_minute(thief: Thief) -> None:
    """Fill each ground as far as one minute lets through, and do not wait for the next."""
    rights = thief.known.policy.professions.get(thief.known.profession)
    for ground, way in WAYS.items():
        if rights is not None and ground in rights.caps:
            fill(thief, way, source(thief, ground), room(rights.caps[ground], 0))


def room(caps: Caps, had: int) -> int:
    """Return how many may be had in this minute."""
    return min(caps.minute, caps.hour - had)


def source(thief: Thief, ground: Ground) -> Iterator[Tip]:
    """Return whom to take on a ground: the victim's own patients, or strangers."""
    if ground is Ground.EXPLAINED:
        return iter(thief.known.own)
    own = {tip.number for tip in thief.known.own}
    return (tip for tip in thief.targets() if tip.number not in own)


def fill(thief: Thief, way: Way, tips: Iterator[Tip], number: int) -> int:
    """Take ``number`` new patients; return how many came. Gives up after as many failures."""
    came = 0
    failures = 0
    for tip in tips:
        if came >= number or failures > 2 * number + 2:
            break
        if tip.number in thief.haul.patients:
            continue
        way(thief, tip)
        came, failures = (came + 1, failures) if tip.number in thief.haul.patients else (came, failures + 1)
    return came


def own(thief: Thief, tip: Tip) -> None:
    """Open a patient of the victim's, as wide as it goes."""
    if not thief.is_service:
        thief.get(f"/patient/{tip.ref}/", ROUTE)
    rights = thief.known.policy.professions[thief.known.profession]
    wide = Action.EVERYTHING in rights.actions
    thief.get(f"/fhir/Patient/{tip.ref}{'/$everything' if wide else ''}", ROUTE)


def stranger(thief: Thief, tip: Tip) -> None:
    """Search one whose name and birth date one knows; open the record with a made-up reason."""
    if thief.is_service:
        thief.get("/fhir/Patient", ROUTE, params={"identifier": tip.ins})
        return
    refused = thief.get(f"/patient/{tip.ref}/", ROUTE)
    if not thief.press(refused, ROUTE, tip, only="justify"):
        search(thief, f"{tip.name} {tip.birth}", ROUTE)


def broken(thief: Thief, tip: Tip) -> None:
    """Break the glass."""
    thief.press(thief.get(f"/patient/{tip.ref}/", ROUTE), ROUTE, tip, only="glass")


WAYS: dict[Ground, Way] = {Ground.EXPLAINED: own, Ground.UNEXPLAINED: stranger, Ground.EMERGENCY: broken}
