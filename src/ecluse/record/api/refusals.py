"""What the gate refused, told to a program: the status, the next step, and the challenge of RFC 9470 when a fresh proof would help.

Promises:

- **A3** A record that is refused and a record that does not exist are told alike: whoever has no reason to see a patient is asked the
  same thing (a duty, a reason) whether or not the reference names anybody. 404 is said only to those who would have been shown it.
- **A4** A decoy is never told from a locked account.
"""

from typing import NamedTuple

from ecluse.core.words import Decision
from ecluse.gate.access import Refusal
from ecluse.record.api.outcome import ProblemError

CAP = "cap-"
RETRY_AFTER_S = {"minute": 60, "hour": 3_600, "day": 86_400, "month": 2_592_000}
DECOY, LOCKED = "decoy", "locked"
JUSTIFY = (
    "No duty explains this patient to you. Say why on the patient's page, or break the glass there in an emergency; then ask again. "
    "Neither is offered by this interface."
)
SECOND = "This needs a second person. Propose it on the site; when it is approved, ask again there."
REFUSED = "The rules refuse this. The security officer or the DPO can tell why from the trace."
LOCKED_TEXT = "This account is locked. The security officer and a second person can unlock it."
CAPPED = "The limit of distinct patients is reached. Patients already shown stay readable. Two people can raise the limit."
ESTABLISHMENT = "The limit of the whole establishment is reached. Tell the security officer."


class RefusedByGateError(Exception):
    """The gate refused; :func:`problem_of` says how to tell it."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.rule)
        self.refusal = refusal


class Told(NamedTuple):
    """Status and text for one decision."""

    status: int
    text: str


TOLD = {
    Decision.JUSTIFY: Told(403, JUSTIFY),
    Decision.SECOND_PERSON: Told(403, SECOND),
    Decision.REFUSE: Told(403, REFUSED),
}


def problem_of(refusal: Refusal) -> ProblemError:
    """Return the answer that tells ``refusal``."""
    rule = LOCKED if refusal.rule == DECOY else refusal.rule
    if refusal.decision is Decision.STEP_UP:
        return step_up(rule, refusal.max_age)
    if rule == LOCKED:
        return ProblemError(403, LOCKED_TEXT, LOCKED)
    if CAP in rule:
        return capped(rule)
    told = TOLD.get(refusal.decision, TOLD[Decision.REFUSE])
    return ProblemError(told.status, told.text, rule)


def step_up(rule: str, max_age: int) -> ProblemError:
    """Ask for a fresh proof of identity, as RFC 9470 section 3 says."""
    text = f"Prove your identity again (a proof not older than {max_age} seconds), then repeat the request."
    challenge = (
        'Bearer realm="ecluse", error="insufficient_user_authentication",'
        f' error_description="A more recent proof of identity is required", max_age="{max_age}"'
    )
    return ProblemError(401, text, rule, headers={"WWW-Authenticate": challenge})


def capped(rule: str) -> ProblemError:
    """Tell that a cap is reached, and when a place is free again at the latest."""
    window = rule.rsplit("-", 1)[-1]
    text = ESTABLISHMENT if "establishment" in rule else CAPPED
    return ProblemError(429, text, rule, headers={"Retry-After": str(RETRY_AFTER_S.get(window, 3_600))})
