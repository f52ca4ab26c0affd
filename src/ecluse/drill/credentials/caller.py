"""A help-desk reset by a caller who knows the password: what began the theft that CNIL sanctioned in 2026."""

from ecluse.drill.credentials import moves
from ecluse.drill.credentials.attempt import Attempt
from ecluse.drill.credentials.base import Case
from ecluse.drill.establishment import command
from ecluse.drill.signin import with_password


def steal(attempt: Attempt) -> None:
    """Talk the help desk into starting a reset of the factors, then try to go through it."""
    attempt.at_work()
    attempt.begin()
    command(attempt.ground.home, "accounts", "factors", attempt.owner.username, "--reset")
    thief = attempt.thiefs()
    with_password(thief, attempt.owner)
    moves.guess_slips(thief)
    moves.add_factor(thief)
    attempt.walk(thief)


CASE = Case(
    "help-desk-reset",
    "The password, and a help desk that was talked into a reset.",
    "Whoever starts a reset learns no secret; a first factor again takes a slip that another person hands to a face.",
    steal,
)
