"""The seed of an authenticator app, without the device and without the password."""

import time

from ecluse.drill.credentials import moves
from ecluse.drill.credentials.attempt import Attempt
from ecluse.drill.credentials.base import Case
from ecluse.drill.signin import totp


def steal(attempt: Attempt) -> None:
    """Guess passwords, then ask for a new one with right codes and slips of one's own making."""
    attempt.at_work()
    attempt.begin()
    thief = attempt.thiefs()
    moves.guess_passwords(thief, attempt.owner)
    moves.guess_reset(thief, attempt.owner, totp(attempt.owner.totp, time.time()))
    moves.add_factor(thief)
    attempt.walk(thief)


CASE = Case(
    "totp-seed",
    "The seed of the authenticator app: every code of it, without the password.",
    "A code alone signs nobody in and resets nothing: a new password takes a slip that two people hand over as well.",
    steal,
)
