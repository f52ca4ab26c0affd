"""A phished password."""

from ecluse.drill.credentials import moves
from ecluse.drill.credentials.attempt import Attempt
from ecluse.drill.credentials.base import Case

CODES = tuple(f"{number:06d}" for number in range(111111, 999999, 74074))


def steal(attempt: Attempt) -> None:
    """Sign in, guess the code, look for a way to add a factor of one's own."""
    attempt.at_work()
    attempt.begin()
    thief = attempt.thiefs()
    moves.guess_codes(thief, attempt.owner, CODES)
    moves.add_factor(thief)
    attempt.walk(thief)


CASE = Case(
    "phished-password",
    "The password, typed by its owner into a fake page.",
    "A password alone reaches no page; ten wrong codes are looked at; whoever has a factor adds none without it.",
    steal,
)
