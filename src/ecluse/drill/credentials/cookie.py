"""A stolen session cookie replayed from another client."""

import time

import httpx

from ecluse.accounts.device_key import PROOF_S
from ecluse.drill.credentials.attempt import Attempt
from ecluse.drill.credentials.base import Case


def steal(attempt: Attempt) -> None:
    """Replay every cookie: elsewhere at once; later from the owner's own address with the owner's browser name."""
    owner = attempt.at_work()
    cookies = httpx.Cookies(owner.http.cookies)
    attempt.begin()
    attempt.walk(attempt.thiefs(cookies=cookies))
    time.sleep(PROOF_S + 1)
    attempt.walk(attempt.thiefs(cookies=cookies, here=True))


CASE = Case(
    "session-cookie",
    "Every cookie of an open session, the proof of its key included.",
    "A session goes on only with a key that its browser cannot give away; a proof is for one address, twenty seconds.",
    steal,
)
