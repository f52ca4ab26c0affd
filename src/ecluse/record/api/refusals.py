"""What the gate refused, told to a program.

The words and the challenge of RFC 9470 are the gate's own (``gate/http.py``).

Promises:

- **F3** A record that is refused and a record that does not exist are told alike: whoever has no reason to see a
  patient is asked the same thing (a duty, a reason) whether or not the reference names anybody. 404 is said only to
  those who would have been shown it.
- **F4** A decoy is never told from a locked account.
"""

import msgspec
from django.http import HttpResponse

from ecluse.gate import http
from ecluse.gate.access import Refusal
from ecluse.record.api.outcome import ProblemError

DECOY, LOCKED = "decoy", "locked"


class RefusedByGateError(Exception):
    """The gate refused."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.rule)
        self.refusal = refusal


def refusal_answer(refusal: Refusal) -> HttpResponse:
    """Return the answer that tells ``refusal``."""
    told = msgspec.structs.replace(refusal, rule=LOCKED) if refusal.rule == DECOY else refusal
    return http.outcome(told)


def step_up(rule: str, max_age: int) -> ProblemError:
    """Ask for a fresh proof of identity, as RFC 9470 section 3 says."""
    text = f"Prove your identity again (a proof not older than {max_age} seconds), then repeat the request."
    return ProblemError(401, text, rule, headers={"WWW-Authenticate": http.challenge(max_age)})
