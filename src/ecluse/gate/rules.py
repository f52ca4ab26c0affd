"""May they, now, for this patient? Plain functions of plain values: no request, no clock, no database.

Promises:

- **G2** What the policy does not list is refused: unknown profession, action, purpose, compartment.
- **G4** No right stands by itself: without a duty there is a reason to give, a glass to break or a second person to
  bring; a profession with no rights gets nothing whatever it brings.
- **G6** A broken glass opens one patient, no wider than it was broken, and neither prints, exports nor gives everything
  at once.

A profession says which compartments and actions; a duty says why this patient; both are needed. The order of the
questions is that of :func:`decide`, and every answer names the rule that made it. Adding a lock can only turn a yes
into a no, never the reverse.
"""

from collections.abc import Collection

import msgspec

from ecluse.core.words import PATIENT_ACTIONS, Action, Compartment, Decision, DutyKind, Ground, Profession, Purpose
from ecluse.safe.policy import Policy, Rights

RANK = (
    DutyKind.TREATING_DOCTOR,
    DutyKind.CARE_TEAM,
    DutyKind.APPOINTMENT,
    DutyKind.ENCOUNTER_IN_UNIT,
    DutyKind.ORDER,
    DutyKind.ON_CALL,
    DutyKind.DELEGATION,
    DutyKind.ADMISSION,
    DutyKind.CODING,
    DutyKind.BILLING,
    DutyKind.FEED,
)
"""Which duty is told when several explain a patient: the closest to care first."""

PROFESSIONS = frozenset(word.value for word in Profession)
CHANGING = frozenset({Action.WRITE, Action.CREATE})
UNDER_GLASS = frozenset({Action.READ, Action.HISTORY, Action.SEARCH, Action.LIST, Action.WRITE})
"""What an emergency needs: see and note, not print, not take away."""

WITH_A_REASON = UNDER_GLASS | {Action.PRINT}
SHOWN_BY_SEARCH = frozenset({Compartment.IDENTITY})
"""What a precise search shows of a patient nobody explained yet: enough to recognise them at the desk."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One access to one patient, as the rules see it.

    ``duty``: the foremost duty found, accepted or not. ``justified``: a reason was given in this session. ``glass``:
    what a glass still broken opens; ``seconded``: it was broken with a second person. ``approved``: an executed
    proposal is named.
    """

    profession: str
    action: str
    purpose: str
    compartments: Collection[str]
    duty: DutyKind | None = None
    known_device: bool = True
    auth_age: int = 0
    justified: bool = False
    glass: frozenset[Compartment] | None = None
    seconded: bool = False
    approved: bool = False


class Verdict(msgspec.Struct, frozen=True):
    """The answer, the rule that made it, and on what ground. ``max_age`` (seconds) comes with a step-up."""

    decision: Decision
    rule: str
    ground: Ground = Ground.UNEXPLAINED
    duty: DutyKind | None = None
    max_age: int = 0


def no(rule: str) -> Verdict:
    """Refuse by ``rule``."""
    return Verdict(Decision.REFUSE, rule)


def yes(rule: str, ground: Ground, duty: DutyKind | None = None) -> Verdict:
    """Allow by ``rule`` on ``ground``."""
    return Verdict(Decision.ALLOW, rule, ground, duty)


def readable(policy: Policy, profession: str) -> frozenset[Compartment]:
    """Return the compartments ``profession`` may read: callers ask for these and no others."""
    rights = rights_of(policy, profession)
    return rights.read if rights else frozenset()


def writable(policy: Policy, profession: str) -> frozenset[Compartment]:
    """Return the compartments ``profession`` may write."""
    rights = rights_of(policy, profession)
    return rights.write if rights else frozenset()


def may(policy: Policy, profession: str, action: Action) -> bool:
    """Tell whether ``profession`` has ``action`` at all (to show a button; the safe asks again)."""
    rights = rights_of(policy, profession)
    return rights is not None and action in rights.actions


def kinds(policy: Policy, profession: str) -> tuple[DutyKind, ...]:
    """Return the duties that explain a patient to ``profession``, the one to tell first in front."""
    rights = rights_of(policy, profession)
    return tuple(kind for kind in RANK if kind in rights.duties) if rights else ()


def rights_of(policy: Policy, profession: str) -> Rights | None:
    """Return the rights of ``profession``, or None when the word or its table is unknown."""
    return policy.professions.get(Profession(profession)) if profession in PROFESSIONS else None


def decide(policy: Policy, asked: Asked) -> Verdict:
    """Answer one access. Rights first, then the device, then why this patient."""
    rights = rights_of(policy, asked.profession)
    if rights is None:
        return no("unknown-profession")
    return beyond_rights(rights, asked) or new_device(policy, asked) or grounds(rights, asked)


def beyond_rights(rights: Rights, asked: Asked) -> Verdict | None:
    """Refuse what the profession does not have (G2)."""
    if asked.action not in PATIENT_ACTIONS or asked.action not in rights.actions:
        return no("action-not-granted")
    if asked.purpose not in rights.purposes:
        return no("purpose-not-granted")
    granted = rights.write if asked.action in CHANGING else rights.read
    if not asked.compartments or not granted.issuperset(asked.compartments):
        return no("compartment-not-granted")
    return None


def new_device(policy: Policy, asked: Asked) -> Verdict | None:
    """Ask for a fresh proof where nobody has proved themselves before. A service proves itself with each request."""
    fresh = policy.ladder.fresh_seconds
    if asked.known_device or asked.profession == Profession.INTERFACE_SERVICE or 0 <= asked.auth_age <= fresh:
        return None
    return Verdict(Decision.STEP_UP, "new-device", max_age=fresh)


def grounds(rights: Rights, asked: Asked) -> Verdict:
    """Say on what ground this patient may be shown, or what would make one."""
    if asked.action == Action.EXPORT:
        return exported(rights, asked)
    if asked.duty in rights.duties and Ground.EXPLAINED in rights.caps:
        return yes("explained", Ground.EXPLAINED, asked.duty)
    if asked.action == Action.BREAK_GLASS or asked.purpose == Purpose.BREAK_GLASS:
        return broken(rights, asked)
    if asked.glass is None:
        return unexplained(rights, asked)
    under, otherwise = broken(rights, asked), unexplained(rights, asked)
    if under.decision is Decision.ALLOW or otherwise.decision is not Decision.ALLOW:
        return under
    return otherwise


def exported(rights: Rights, asked: Asked) -> Verdict:
    """Nothing is exported on one person's word, duty or not."""
    if Ground.APPROVED not in rights.caps:
        return no("export-not-granted")
    if not asked.approved:
        return Verdict(Decision.SECOND_PERSON, "export-needs-second-person", Ground.APPROVED)
    return yes("approved", Ground.APPROVED)


def broken(rights: Rights, asked: Asked) -> Verdict:
    """Judge an access under a broken glass (G6)."""
    ground = Ground.APPROVED if asked.seconded else Ground.EMERGENCY
    if Action.BREAK_GLASS not in rights.actions or ground not in rights.caps:
        return no("break-glass-not-granted")
    if asked.glass is None:
        return no("glass-not-broken")
    if asked.action not in UNDER_GLASS or not asked.glass.issuperset(asked.compartments):
        return no("wider-than-the-glass")
    return yes("break-glass", ground)


def breaking(policy: Policy, asked: Asked) -> Verdict:
    """Judge the breaking itself: it shows nothing, so it needs the right and the device, and no reason yet."""
    rights = rights_of(policy, asked.profession)
    if rights is None:
        return no("unknown-profession")
    stopped = beyond_rights(rights, asked) or new_device(policy, asked)
    if stopped:
        return stopped
    ground = Ground.APPROVED if asked.seconded else Ground.EMERGENCY
    if asked.action != Action.BREAK_GLASS or ground not in rights.caps:
        return no("break-glass-not-granted")
    return yes("break-glass", ground)


def unexplained(rights: Rights, asked: Asked) -> Verdict:
    """Judge an access that no duty explains: a precise search shows who it is; anything more asks why."""
    if Ground.UNEXPLAINED not in rights.caps:
        return no("no-duty")
    if asked.action not in WITH_A_REASON:
        return no("needs-a-duty")
    if asked.justified:
        return yes("justified", Ground.UNEXPLAINED)
    if asked.action == Action.SEARCH and SHOWN_BY_SEARCH.issuperset(asked.compartments):
        return yes("precise-search", Ground.UNEXPLAINED)
    if asked.profession == Profession.INTERFACE_SERVICE:
        return no("no-duty")
    return Verdict(Decision.JUSTIFY, "say-why")
