"""Waiting for a case: for drills, scripts and whoever wants to be told."""

import time

from ecluse.respond.cases import undecided
from ecluse.respond.queue import Seen, seen

POLL_S = 0.2


def for_case(account: str, seconds: float) -> Seen | None:
    """Return the undecided case of ``account`` as soon as there is one; None when there is none in time."""
    deadline = time.monotonic() + seconds
    while (found := undecided(account)) is None:
        if time.monotonic() >= deadline:
            return None
        time.sleep(POLL_S)
    return seen(found)
