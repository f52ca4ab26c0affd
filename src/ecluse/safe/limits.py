"""What a well-formed request looks like: sizes and forms, checked before anything is decided.

1. (S5) A request that breaks one of these is answered by a fault and changes nothing.
"""

import re
from collections.abc import Callable
from typing import Any

from ecluse.core.words import Action, Decision
from ecluse.safe.keys import SALT_BYTES
from ecluse.safe.protocol import (
    Approve,
    CloseSetup,
    Create,
    DirectoryKey,
    Enrol,
    Lock,
    Note,
    Open,
    Propose,
    Request,
    Tokens,
    Who,
)

MOST_ITEMS = 1000
MOST_TERMS = 100
MOST_ACCOUNTS = 20_000
LONGEST_TEXT = 256
LONGEST_TERM = 1024
PATIENT = re.compile(r"[0-9A-Za-z.-]{1,64}")

# A note may say that something happened to an account or was refused; it may not say what only the safe does.
NOT_NOTED = frozenset(
    {
        Action.PROPOSE,
        Action.APPROVE,
        Action.DECLINE,
        Action.RAISE_CAP,
        Action.LOCK,
        Action.UNLOCK,
        Action.DECOY,
        Action.START,
        Action.STOP,
        Action.SETUP_CLOSED,
    }
)


def fault_in(request: Request) -> str:
    """Return what is wrong with ``request``, or an empty string."""
    who = getattr(request, "who", None)
    wrong = _who(who) if who is not None else ""
    check = _CHECKS.get(type(request))
    return wrong or (check(request) if check else "")


def _who(who: Who) -> str:
    if not _short(
        who.account, who.profession, who.session, who.acr, who.workstation, who.address, who.claimed_address, *who.amr
    ):
        return "who: a text is too long"
    too_many = len(who.amr) > 16  # noqa: PLR2004 - more than all RFC 8176 factors
    return "who: not a login" if too_many or who.auth_age < 0 else ""


def _short(*texts: str) -> bool:
    return len("".join(texts)) <= LONGEST_TEXT or max(map(len, texts), default=0) <= LONGEST_TEXT


def _open(request: Open) -> str:
    if len(request.items) > MOST_ITEMS or not _short(request.request, request.reason):
        return "open: too much"
    for item in request.items:
        if not PATIENT.fullmatch(item.patient):
            return "item: not a patient reference"
        if len(item.salt) != SALT_BYTES or not item.compartments or item.count < 0 or not _short(item.refused):
            return "item: malformed"
        if len(item.compartments) > 1 and len(set(item.compartments)) != len(item.compartments):
            return "item: a compartment is named twice"
    return ""


def _create(request: Create) -> str:
    if len(request.newcomers) > MOST_ITEMS or not _short(request.request):
        return "create: too much"
    for newcomer in request.newcomers:
        if not PATIENT.fullmatch(newcomer.patient):
            return "newcomer: not a patient reference"
        if len(newcomer.terms) > MOST_TERMS or any(len(value) > LONGEST_TERM for _, value in newcomer.terms):
            return "newcomer: too many terms"
    return ""


def _tokens(request: Tokens) -> str:
    if request.action not in {Action.SEARCH, Action.WRITE}:
        return "tokens: only to search or to write"
    if not 1 <= len(request.terms) <= MOST_TERMS or any(len(value) > LONGEST_TERM for _, value in request.terms):
        return "tokens: no terms, or too many"
    return "" if _short(request.request) else "request: too long"


def _note(request: Note) -> str:
    if request.action in NOT_NOTED or (request.action is Action.GRANT and request.decision is Decision.ALLOW):
        return "note: only the safe does that"
    if request.patient and not PATIENT.fullmatch(request.patient):
        return "note: not a patient reference"
    return "" if _short(request.request, request.rule, request.target, request.detail) else "note: too long"


def _enrol(request: Enrol) -> str:
    if len(request.accounts) > MOST_ACCOUNTS or not _short(request.request, *request.accounts):
        return "enrol: too much"
    return "" if all(request.accounts) else "enrol: an account without a name"


def _propose(request: Propose) -> str:
    p = request.proposal
    if not _short(request.request, p.account, p.target, p.digest, p.recipient, p.patient, *p.professions):
        return "proposal: a text is too long"
    return "proposal: a number is negative" if min(p.limit, p.seconds, p.count) < 0 else ""


def _lock(request: Lock) -> str:
    fit = _short(request.target, request.reason, request.message, request.request) and request.seconds >= 0
    return "" if fit else "lock: not a target"


def _named(request: DirectoryKey | CloseSetup | Approve) -> str:
    return "" if _short(request.request) else "request: too long"


_CHECKS: dict[type, Callable[[Any], str]] = {
    Open: _open,
    Create: _create,
    Tokens: _tokens,
    Note: _note,
    Enrol: _enrol,
    Lock: _lock,
    Propose: _propose,
    DirectoryKey: _named,
    CloseSetup: _named,
    Approve: _named,
}
