"""Acts that need a second person. The safe decides; what the database keeps of it follows, never precedes.

1. Proposals, their four hours, "never the requester", "never the beneficiary", "once", the fresh proof: all decided in
   the safe.
2. Professions appear in the database only after the safe has executed the grant. A crash in between leaves the database
   with less than the register: approve the same grant again.
3. Whoever leaves, or loses a profession, loses the open sessions at the same moment.
"""

import logging
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone
from msgspec.structs import replace

from ecluse.accounts import sessions
from ecluse.accounts.bridge import the_home, the_safe
from ecluse.accounts.models import Account, AccountProfession
from ecluse.core.errors import BadInputError
from ecluse.core.words import Decision, Grade, Ground, Profession, ProposalKind, TargetKind, Window
from ecluse.safe.client import SafeUnavailableError
from ecluse.safe.policy import Policy, load
from ecluse.safe.protocol import Approve, Lock, Pending, Proposal, Propose, Revoke, Ruled, Status, Wait, Who

log = logging.getLogger(__name__)
executed = (
    Signal()
)  # sent after an approval, with ``wait`` and ``who``: other parts do their side of export, break-glass, …
filed = Signal()  # sent after a proposal was taken, with ``who`` and ``proposal``: who could approve is told


class Inbox(NamedTuple):
    """What waits, as one person sees it: what they may decide, and what they asked for."""

    to_decide: list[Wait]
    asked: list[Wait]


def propose(who: Who, proposal: Proposal, request: str) -> Ruled:
    """File ``proposal``; when allowed, ``sequence`` names it."""
    ruled = the_safe().call(Propose(who=who, proposal=proposal, request=request))
    if ruled.decision is Decision.ALLOW:
        for receiver, result in filed.send_robust(propose, who=who, proposal=proposal):
            if isinstance(result, Exception):
                log.error("%s failed after a proposal", receiver, exc_info=result)
    return ruled


def propose_grant(who: Who, account: str, professions: Sequence[str], request: str) -> Ruled:
    """Propose that ``account`` has exactly these professions; none means that it leaves.

    Raises:
        BadInputError: no such account, or an unknown profession.
    """
    known_account(account)
    unknown = sorted(set(professions) - set(Profession))
    if unknown:
        raise BadInputError(f"Unknown profession: {', '.join(unknown)}.", "The glossary lists them.")
    act = Proposal(kind=ProposalKind.GRANT, account=account, professions=tuple(sorted(set(professions))))
    return propose(who, act, request)


def propose_temporary(who: Who, account: str, profession: str, seconds: int, request: str) -> Ruled:
    """Propose that a new account acts as ``profession`` during ``seconds``, then ends by itself."""
    act = Proposal(kind=ProposalKind.TEMPORARY, account=account, professions=(profession,), seconds=seconds)
    return propose(who, act, request)


def revoke(who: Who, account: str, professions: Sequence[str], request: str) -> Ruled:
    """Take professions from ``account`` at once, in the register first; its sessions end."""
    known = known_account(account)
    act = Revoke(who=who, account=account, professions=tuple(sorted(set(professions))), request=request)
    ruled = the_safe().call(act)
    if ruled.decision is Decision.ALLOW:
        AccountProfession.objects.filter(account=known, profession__in=professions).delete()
        sessions.end(known, who, "profession-withdrawn")
    return ruled


def propose_raise(who: Who, account: str, cap: tuple[Ground, Window, int], seconds: int, request: str) -> Ruled:
    """Propose that ``account`` may be shown ``cap[2]`` patients on this ground in this window, during ``seconds``.

    Raises:
        BadInputError: no such account.
    """
    known_account(account)
    ground, window, limit = cap
    act = Proposal(
        kind=ProposalKind.RAISE_CAP, account=account, ground=ground, window=window, limit=limit, seconds=seconds
    )
    return propose(who, act, request)


def propose_unlock(who: Who, kind: TargetKind, target: str, request: str) -> Ruled:
    """Propose that a lock is lifted."""
    return propose(who, Proposal(kind=ProposalKind.UNLOCK, target_kind=kind, target=target), request)


def place_lock(
    who: Who,
    target: tuple[TargetKind, str],
    reason: str,
    request: str,
    seconds: int = 0,
    *,
    grade: Grade = Grade.EVERYTHING,
    message: str = "",
) -> Ruled:
    """Lock a target at once; ``seconds`` 0 = until two people lift it. ``message`` is shown to whoever is stopped."""
    kind, name = target
    asked = Lock(
        who=who, kind=kind, target=name, reason=reason, request=request, seconds=seconds, grade=grade, message=message
    )
    return the_safe().call(asked)


def locks() -> tuple[tuple[str, str, str], ...]:
    """Return the locks in force: kind, target, reason."""
    return the_safe().call(Status()).locks


def waiting(who: Who) -> Inbox:
    """Return what ``who`` may decide and what they asked for themselves, oldest first."""
    waits = sorted(all_waiting(who), key=lambda wait: wait.sequence)
    mine = [wait for wait in waits if wait.by == who.account]
    may_decide = [wait for wait in waits if wait.by != who.account and is_second(who, wait)]
    return Inbox(may_decide, mine)


@lru_cache(maxsize=1)
def policy_of(file: Path, _changed: int) -> Policy:
    """Return the policy, read again only when its file changed."""
    return load(file)


def the_policy() -> Policy:
    """Return the policy of the establishment as its file says."""
    file = the_home().safe / "policy.toml"
    return policy_of(file, file.stat().st_mtime_ns)


def is_second(who: Who, wait: Wait) -> bool:
    """Tell whether it makes sense to show ``wait`` to ``who``. The safe decides again when they approve."""
    law = the_policy()
    approvers = law.approvals.of(wait.proposal.kind)
    if wait.proposal.kind is ProposalKind.TEMPORARY:
        approvers &= law.temporary.issue.get(Profession(wait.proposal.professions[0]), frozenset())
    return who.profession in approvers and who.account not in {wait.proposal.account, wait.proposal.target}


def approve(who: Who, sequence: int, request: str) -> Ruled:
    """Be the second person. When the safe allows it, the act is done: register first, database after."""
    wait = find(who, sequence)
    ruled = the_safe().call(Approve(who=who, proposal=sequence, request=request))
    if ruled.decision is Decision.ALLOW and wait is not None:
        if wait.proposal.kind is ProposalKind.GRANT:
            keep_professions(wait.proposal, who)
        for receiver, result in executed.send_robust(approve, wait=wait, who=who):
            if isinstance(result, Exception):
                log.error("%s failed after approval %d", receiver, sequence, exc_info=result)
    return ruled


def decline(who: Who, sequence: int, request: str) -> Ruled:
    """Say no to a proposal, or take back one's own."""
    return the_safe().call(Approve(who=who, proposal=sequence, request=request, decline=True))


def may_lift(who: Who) -> bool:
    """Tell whether ``who`` lifts locks, and is held by none but the establishment's: to those the safe still answers.

    Somebody who has not chosen a profession yet is asked about each of theirs.
    """
    lifters = the_policy().approvals.of(ProposalKind.UNLOCK)
    rows = AccountProfession.objects.filter(account__username=who.account)
    words = [who.profession] if who.profession else list(rows.values_list("profession", flat=True))
    return any(word in lifters and answered(replace(who, profession=word)) for word in words)


def answered(who: Who) -> bool:
    """Tell whether the safe lets ``who`` see what waits.

    Raises:
        SafeUnavailableError: it does not answer at all.
    """
    try:
        the_safe().call(Pending(who=who))
    except SafeUnavailableError as error:
        if error.code != "refused":
            raise
        return False
    return True


def find(who: Who, sequence: int) -> Wait | None:
    """Return the waiting proposal of that number."""
    return next((wait for wait in all_waiting(who) if wait.sequence == sequence), None)


def all_waiting(who: Who) -> tuple[Wait, ...]:
    """Return every waiting proposal; none to whom the safe refuses the list."""
    try:
        return the_safe().call(Pending(who=who)).waits
    except SafeUnavailableError as error:
        if error.code != "refused":
            raise
        return ()


def keep_professions(proposal: Proposal, who: Who) -> None:
    """Write what the safe's register now says of an account; end its sessions when it lost something."""
    account = known_account(proposal.account)
    wanted = set(proposal.professions)
    with transaction.atomic():
        lost, _rows = AccountProfession.objects.filter(account=account).exclude(profession__in=wanted).delete()
        rows = [AccountProfession(account=account, profession=word) for word in sorted(wanted)]
        AccountProfession.objects.bulk_create(rows, ignore_conflicts=True)
        Account.objects.filter(pk=account.pk).update(reopened=timezone.now())
    if lost:
        sessions.end(account, who, "profession-withdrawn")


def known_account(username: str) -> Account:
    """Return the account of that name.

    Raises:
        BadInputError: there is none.
    """
    account = Account.objects.filter(username=username).first()
    if account is None:
        raise BadInputError("There is no such account.", "`ecluse accounts list` shows them.")
    return account
