"""The theft of 19 November 2024: somebody else's account, and nothing but what its owner can click or call.

Story
    An infostealer takes the browser of a member of staff who has just signed in, second factor included: cookies, mark
    of the workstation, everything. For the interface service, it takes the private key from the service's own machine
    and goes on from its own: a token seen on the way is worth nothing without that key. The thief knows the software
    from the inside and is in no mood to be subtle after the first minute.

What it does
    First it is quiet: it takes what the account is plainly shown, then as much as the thresholds (it knows them) let
    through, ground by ground, waiting for each minute to end; an impatient one skips this. Then it is loud:
    identifiers in order and at random, ``$everything``, history, single resources, prefixes and names, every list and
    every address of the site, reasons and emergencies in bulk, invented second people, forged duties, other people's
    headers, grants to itself, higher caps, exports it approves itself, several threads at once; in an order drawn from
    the seed, so that each move is some seed's first, on an account that nothing has locked yet.

What is counted
    Distinct patients in the bytes received, whatever the server says (``measure.py``). Contained: a last round over all
    roads brings nobody new.
"""

import threading
import time
from collections.abc import Callable, Iterable

import httpx
import msgspec

from ecluse.drill.moves import lying, quiet, reading, rising, searching
from ecluse.drill.thief import LockedOutError, OutOfTimeError, Thief, Tip

NAME = "stolen-account"
RACERS = 6
LAST_ROUND_S = 20.0
LAST_REQUESTS = 150
TRIES_EACH = 10
CLOSED = frozenset({httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN})
Move = Callable[[Thief], None]

LOUD: tuple[
    Move, ...
] = (  # in an order drawn from the seed: the first ones meet an account that nothing has locked yet
    searching.lists,
    searching.whole_base,
    reading.every_door,
    rising.rights,
    rising.exports,
    rising.pages,
    lying.duties,
    lying.giving,
    lying.reasons,
    searching.names,
    searching.prefixes,
    reading.own,
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


def steal(thief: Thief, *, patient: bool = True) -> Report:
    """Do everything, then a last round that shows whether anything more can be had."""
    moves: dict[str, int] = {}
    stopped = ""
    every: tuple[Move, ...] = (*LOUD, racing)
    loud = thief.chance.sample(every, len(every))
    for move in (quiet.grab, *loud) if patient else loud:
        before = thief.browser.requests
        try:
            move(thief)
        except LockedOutError:
            thief.in_vain = 0
        except OutOfTimeError:
            stopped = "no time left"
        moves[name_of(move)] = thief.browser.requests - before
        if stopped or locked(thief):
            stopped = stopped or f"locked out during {name_of(move)}"
            break
    contained = last_round(thief)
    return Report(thief.browser.requests, contained, round(thief.haul.last_new, 2), moves, thief.answers, stopped)


def name_of(move: Move) -> str:
    """Return a move's name, with the kind it belongs to."""
    return f"{move.__module__.rpartition('.')[2]}.{move.__name__}"


def racing(thief: Thief) -> None:
    """Read from several threads at once: two requests may not both be the last one under a cap."""
    tips = reading.first(thief, RACERS * TRIES_EACH)

    def run(share: Iterable[Tip]) -> None:
        for tip in share:
            try:
                thief.get(f"/fhir/Patient/{tip.ref}", "racing")
            except (OutOfTimeError, LockedOutError, httpx.HTTPError):
                return

    threads = [threading.Thread(target=run, args=(tips[place::RACERS],)) for place in range(RACERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def locked(thief: Thief) -> bool:
    """Tell whether the account is closed: even the first page, or a patient shown before, is refused."""
    url, thief.in_vain = "/", 0
    if thief.is_service:
        had = next((tip for tip in thief.known.own if tip.number in thief.haul.patients), None)
        if had is None:
            return False
        url = f"/fhir/Patient/{had.ref}"
    return thief.take(thief.browser.ask("GET", url), "is it still open").status_code in CLOSED


def last_round(thief: Thief) -> bool:
    """Go round all roads once more; tell whether nobody new came."""
    before = len(thief.haul.patients)
    thief.until = time.monotonic() + LAST_ROUND_S
    thief.most_requests = thief.browser.requests + LAST_REQUESTS
    thief.in_vain = 0
    try:
        for move in (searching.lists, reading.at_random, searching.names, lying.reasons):
            thief.in_vain = 0
            move(thief)
    except (OutOfTimeError, LockedOutError):
        pass
    return len(thief.haul.patients) == before
