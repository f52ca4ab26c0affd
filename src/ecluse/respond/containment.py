"""Locks: placed by a person or by a playbook, graded, lifted by two. The safe decides, holds and traces every one.

Whatever is asked here, ``[approvals] lock`` and ``[response] watch_locks`` of the policy say who may lock what; a lock
in force is never made milder or shorter; the last two who can lift locks cannot be locked by one person (S4).
"""

from collections.abc import Iterable

import msgspec
from django.utils import timezone

from ecluse.accounts import approvals
from ecluse.accounts.bridge import request_id, the_safe
from ecluse.accounts.models import Membership
from ecluse.core.errors import BadInputError
from ecluse.core.words import Decision, Grade, TargetKind
from ecluse.respond import cases
from ecluse.respond.kinds import EventKind
from ecluse.respond.models import Case
from ecluse.safe.protocol import Held, Ruled, Status, Who


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A lock to place. ``seconds`` 0 = until two people lift it.

    ``reason`` is for those who watch (a short code or sentence), ``message`` for whoever is stopped. ``name`` of a
    session is the keyed hash that the trace keeps, or its key.
    """

    kind: TargetKind
    name: str
    grade: Grade = Grade.EVERYTHING
    seconds: int = 0
    reason: str
    message: str = ""


def contain(who: Who, asked: Asked, request: str = "") -> Ruled:
    """Place one lock; when allowed, it holds from the next request on.

    Raises:
        SafeUnavailableError: the safe does not answer, so nothing is locked.
    """
    return approvals.place_lock(
        who,
        (asked.kind, asked.name),
        asked.reason,
        request or request_id(None),
        asked.seconds,
        grade=asked.grade,
        message=asked.message,
    )


def contain_service(who: Who, unit: str, asked: Asked, request: str = "") -> dict[str, Ruled]:
    """Lock every account that works in a service (the code of its unit) now, one lock each; ``asked`` names the rest.

    People who join the service later are not held.

    Raises:
        BadInputError: nobody works there.
        SafeUnavailableError: the safe does not answer; those it had answered for stay locked.
    """
    now = timezone.now()
    rows = Membership.objects.filter(unit__code=unit, since__lte=now).exclude(until__lte=now)
    names = sorted(set(rows.values_list("account__username", flat=True)))
    if not names:
        raise BadInputError(f"Nobody works in {unit[:64]!r}.", "Name the code of a unit.")
    request = request or request_id(None)
    one = msgspec.structs.replace(asked, kind=TargetKind.ACCOUNT)
    return {name: contain(who, msgspec.structs.replace(one, name=name), request) for name in names}


def contain_case(who: Who, ref: str, asked: Iterable[Asked], request: str = "") -> list[Ruled]:
    """Place locks because of a case; the case keeps what was done and what the safe refused (C5).

    What waits for a new proof of identity (``Decision.STEP_UP``) is neither, and not kept.

    Raises:
        BadInputError: no such case.
        SafeUnavailableError: the safe does not answer.
    """
    case = cases.of(ref)
    return [_recorded(who, case, one, contain(who, one, request)) for one in asked]


def _recorded(who: Who, case: Case, asked: Asked, ruled: Ruled) -> Ruled:
    if ruled.decision is Decision.STEP_UP:
        return ruled
    done = ruled.decision is Decision.ALLOW
    told = msgspec.to_builtins(asked) | ({} if done else {"rule": ruled.rule})
    cases.add(case, EventKind.CONTAINED if done else EventKind.NOT_CONTAINED, who, told)
    return ruled


def in_force() -> tuple[Held, ...]:
    """Return the locks in force, each with its grade, reason, expiry and who placed it."""
    return the_safe().call(Status()).held


def propose_lift(who: Who, kind: TargetKind, name: str, request: str = "") -> Ruled:
    """Ask that a lock is lifted; a second person approves (``accounts.approvals``)."""
    return approvals.propose_unlock(who, kind, name, request or request_id(None))
