"""The theft of 19 November 2024: somebody else's account, and nothing but what its owner can click or call.

Story
    An infostealer takes the browser of a member of staff who has just signed in, second factor included: cookies, workstation
    mark, everything. For the interface service, it takes the bearer token from a configuration file. The thief knows the software
    from the inside and is in no mood to be subtle after the first minute.

What it does
    First it is quiet: it takes what the account is plainly shown, then as much as the thresholds (it knows them) let through,
    ground by ground, waiting for each minute to end. Then it is loud: identifiers in order and at random, ``$everything``,
    history, single resources, prefixes and names, every list and every address of the site, reasons and emergencies in bulk,
    invented second people, forged duties, other people's headers, grants to itself, higher caps, exports it approves itself, and
    all of it again from several threads at once.

What is counted
    Distinct patients in the bytes received, whatever the server says (``measure.py``). Contained: a last round over all roads
    brings nobody new.
"""

import threading
import time
from collections.abc import Callable, Iterable

import httpx
import msgspec

from ecluse.drill.moves import lying, quiet, reading, rising, searching
from ecluse.drill.thief import LockedOutError, OutOfTimeError, Thief

NAME = "stolen-account"
RACERS = 6
LAST_ROUND_S = 20.0
LAST_TRIES = 12
Move = Callable[[Thief], None]

LOUD: tuple[Move, ...] = (
    searching.lists,
    searching.whole_base,
    reading.every_door,
    rising.rights,
    rising.exports,
    rising.pages,
    lying.duties,
    lying.reasons,
    searching.names,
    searching.prefixes,
    reading.in_order,
    reading.at_random,
    reading.everything,
    reading.versions,
    reading.by_patient,
    reading.pieces,
    lying.headers,
    lying.reasons_for_services,
    rising.professions,
)


class Report(msgspec.Struct):
    """What the thief says of its work. ``moves``: requests by move; ``stopped``: why it ended."""

    requests: int
    contained: bool
    contained_after_s: float
    moves: dict[str, int]
    answers: dict[int, int]
    stopped: str = ""


def steal(thief: Thief) -> Report:
    """Do everything, then a last round that shows whether anything more can be had."""
    moves: dict[str, int] = {}
    stopped = ""
    for move in (quiet.grab, *LOUD, racing):
        before = thief.browser.requests
        try:
            move(thief)
        except LockedOutError:
            stopped = stopped or f"nothing but refusals during {move.__name__}"
            thief.in_vain = 0
            moves[name_of(move)] = thief.browser.requests - before
            if locked(thief):
                stopped = f"locked out during {name_of(move)}"
                break
        except OutOfTimeError:
            stopped = "no time left"
            break
        moves[name_of(move)] = thief.browser.requests - before
    contained = last_round(thief)
    return Report(thief.browser.requests, contained, round(thief.haul.last_new, 2), moves, thief.refusals, stopped)
