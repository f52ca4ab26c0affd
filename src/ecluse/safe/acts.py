"""Acts about accounts: enrolment, proposals, second persons, locks.

1. Until set-up is closed, accounts are enrolled directly; after, every grant is a proposal that a second person
   approves.
2. A second person is never the requester, never in the same session, never the account that benefits; its profession
   is listed in the policy; its proof of identity is fresh. A proposal waits 4 hours at most and is executed once.
3. (S4) One person may place a lock; lifting it takes two, so no one person may lock the last two who can, nor the
   address they come from themselves (behind a proxy it is everybody's), nor make a lock in force end sooner or
   milder. Whoever is held by a lock of any grade neither approves nor locks others, and proposes nothing but to break a
   glass with a second person. A lock that stops many at once takes a proof of identity given within the minute: no
   stolen session shuts the house.
4. A temporary identity is a new account with one profession, that ends by itself: issued and confirmed by two people
   of the professions that the policy lists for it. It never widens an account that exists.
5. One person who may lock may also take professions away, but not from the last two who can give them back.
"""

import re
from typing import TYPE_CHECKING

from ecluse.core.words import Action, Decision, Profession, ProposalKind, TargetKind
from ecluse.safe.protocol import (
    WATCH,
    Approve,
    CloseSetup,
    Enrol,
    Fault,
    Held,
    Lock,
    Noted,
    Proposal,
    Propose,
    Reply,
    Revoke,
    Ruled,
    Who,
)
from ecluse.safe.rules import WITHHELD, Ruling, barred, refuse, withheld
from ecluse.safe.state import EVERYTHING, Asked

if TYPE_CHECKING:
    from ecluse.safe.desk import Desk

MOST_WAITING = 20
TWO = 2
LONGEST_SECONDS = 30 * 86400
PROVEN_SECONDS = 60
FRESH_PROOF = "fresh-proof"
_HEX16 = re.compile(r"[0-9a-f]{16}")
_HEX64 = re.compile(r"[0-9a-f]{64}")


def only_establishment(desk: "Desk", who: Who) -> bool:
    """Say whether the only lock on ``who`` is the establishment's: acts that may lift it stay open."""
    held = desk.state.locks_on(who, desk.keys.session(who.session))
    professions = desk.state.registered(who.account) or frozenset()
    return {one.kind for one in held} == {TargetKind.ESTABLISHMENT} and who.profession in professions


def _bar(desk: "Desk", who: Who, session: str, kind: ProposalKind | None = None) -> str:
    rule = barred(desk.state, who, session)
    if not rule and kind is not ProposalKind.BREAK_GLASS and withheld(desk.state, who, session):
        rule = WITHHELD
    return "" if rule and only_establishment(desk, who) else rule


def enrol(desk: "Desk", request: Enrol) -> Reply:
    """Register accounts during set-up."""
    who = desk.of(request.who)
    known = {profession.value for profession in Profession}
    rule = "setup-closed" if desk.state.setup_closed else ""
    if not rule and not all(known.issuperset(professions) for professions in request.accounts.values()):
        rule = "unknown-profession"
    if rule:
        desk.write(Action.GRANT, Decision.REFUSE, rule, count=len(request.accounts), request=request.request, **who)
        return Fault(code="refused", message=rule)
    sequence = desk.trace.size - 1
    for account, professions in request.accounts.items():
        act = Proposal(kind=ProposalKind.GRANT, account=account, professions=professions)
        sequence = desk.write(
            Action.GRANT, Decision.ALLOW, "setup", target=account, act=act, request=request.request, **who
        )
    return Noted(sequence=sequence)


def close_setup(desk: "Desk", request: CloseSetup) -> Reply:
    """End set-up for good."""
    return Noted(
        sequence=desk.write(
            Action.SETUP_CLOSED, Decision.ALLOW, "setup", request=request.request, **desk.of(request.who)
        )
    )


def propose(desk: "Desk", request: Propose) -> Ruled:
    """File a proposal."""
    who = desk.of(request.who)
    rule = _bar(desk, request.who, who["session"], request.proposal.kind) or _unfit(desk, request.proposal)
    if not rule and not _issues(desk, request.who, request.proposal):
        rule = "not-an-issuer"
    waiting = sum(1 for a in desk.state.waiting.values() if a.by == request.who.account and a.until > desk.state.now)
    if not rule and waiting >= MOST_WAITING:
        rule = "too-many-waiting"
    decision = Decision.REFUSE if rule else Decision.ALLOW
    sequence = desk.write(
        Action.PROPOSE,
        decision,
        rule or request.proposal.kind.value,
        target=request.proposal.account or request.proposal.target,
        patient=request.proposal.patient,
        act=request.proposal,
        request=request.request,
        **who,
    )
    if rule:
        desk.after_refusals(request.who.account)
    return Ruled(decision=decision, rule=rule, sequence=sequence)


def _issues(desk: "Desk", who: Who, proposal: Proposal) -> bool:
    """Say whether ``who`` may issue or confirm this temporary identity; other proposals are not asked about here."""
    if proposal.kind is not ProposalKind.TEMPORARY:
        return True
    given = Profession(proposal.professions[0])
    return Profession(who.profession) in desk.state.policy.temporary.issue.get(given, frozenset())


def _unfit(desk: "Desk", proposal: Proposal) -> str:  # noqa: PLR0911 - one line a kind
    """Return why a proposal makes no sense, or an empty string."""
    p = proposal
    match p.kind:
        case ProposalKind.GRANT:
            known = {profession.value for profession in Profession}
            return "" if p.account and known.issuperset(p.professions) else "unknown-profession"
        case ProposalKind.RAISE_CAP:
            fit = p.account in desk.state.accounts and p.ground and p.window and p.limit > 0
            return "" if fit and 0 < p.seconds <= LONGEST_SECONDS else "malformed"
        case ProposalKind.UNLOCK:
            return "" if p.target_kind and (p.target_kind, p.target) in desk.state.locks else "no-such-lock"
        case ProposalKind.TEMPORARY:
            return _unfit_temporary(desk, p)
        case ProposalKind.EXPORT:
            if p.count > desk.state.policy.export.max_patients:
                return "too-many-patients"
            return "" if p.count > 0 and _HEX64.fullmatch(p.digest) and p.recipient else "malformed"
        case ProposalKind.BREAK_GLASS | ProposalKind.DELEGATION:
            return "" if p.patient and 0 < p.seconds <= LONGEST_SECONDS else "malformed"


def _unfit_temporary(desk: "Desk", proposal: Proposal) -> str:
    """Return why a temporary identity makes no sense, or an empty string."""
    rules = desk.state.policy.temporary
    if not proposal.account or desk.state.registered(proposal.account) is not None:
        return "account-exists"
    if len(proposal.professions) != 1 or proposal.professions[0] not in rules.issue:
        return "never-temporary"
    return "" if 0 < proposal.seconds <= rules.max_hours * 3600 else "too-long"


def approve(desk: "Desk", request: Approve) -> Ruled:
    """Approve, and execute, or decline a proposal."""
    who = desk.of(request.who)
    asked = desk.state.waiting.get(request.proposal)
    ruling = _second_person(desk, request, who["session"], asked)
    allowed = ruling.decision is Decision.ALLOW
    action = Action.DECLINE if request.decline else Action.APPROVE
    sequence = desk.write(
        action,
        ruling.decision,
        ruling.rule,
        approval=request.proposal,
        target=(asked.proposal.account or asked.proposal.target) if asked else "",
        patient=asked.proposal.patient if asked else "",
        act=asked.proposal if asked and allowed else None,
        request=request.request,
        **who,
    )
    if ruling.decision is Decision.REFUSE:
        desk.after_refusals(request.who.account)
    return Ruled(decision=ruling.decision, rule=ruling.rule, sequence=sequence, max_age=ruling.max_age)


def _second_person(desk: "Desk", request: Approve, session: str, asked: Asked | None) -> Ruling:
    """Is ``request`` that of a valid second person?"""
    who, state = request.who, desk.state
    bar = _bar(desk, who, session)
    if bar:
        return refuse(bar)
    if asked is None or asked.until <= state.now:
        return refuse("no-such-proposal")
    if request.decline and who.account == asked.by:
        return Ruling(Decision.ALLOW, "withdrawn")
    proposal = asked.proposal
    flaws = {
        "not-an-approver": Profession(who.profession) not in state.policy.approvals.of(proposal.kind)
        or not _issues(desk, who, proposal),
        "account-exists": proposal.kind is ProposalKind.TEMPORARY and state.registered(proposal.account) is not None,
        "same-person": who.account == asked.by or (session != "" and session == asked.session),
        "beneficiary": who.account in {proposal.account, proposal.target},
    }
    flaw = next((rule for rule, flawed in flaws.items() if flawed), "")
    if flaw:
        return refuse(flaw)
    fresh = state.policy.ladder.fresh_seconds
    return (
        Ruling(Decision.STEP_UP, FRESH_PROOF, fresh) if who.auth_age > fresh else Ruling(Decision.ALLOW, proposal.kind)
    )


def lock(desk: "Desk", request: Lock) -> Ruled:
    """Place a lock: whoever the policy lists, an account on itself or its own session, or the watch.

    A lock on anybody else takes a proof of identity of the same minute: a stolen session stops nobody's work.
    """
    who = desk.of(request.who)
    target = _target(desk, request)
    own = (request.kind, target) in {(TargetKind.ACCOUNT, request.who.account), (TargetKind.SESSION, who["session"])}
    rule = _may_not_lock(desk, request, who["session"], own=own)
    if not rule and not target:
        rule = "malformed"
    if not rule and request.kind is TargetKind.ADDRESS and target in {request.who.address, request.who.claimed_address}:
        rule = "own-address"
    if not rule and not own and _leaves_no_two(desk, request.kind, target):
        rule = "last-approvers"
    if not rule and not own and not 0 <= request.who.auth_age <= PROVEN_SECONDS:
        rule = FRESH_PROOF
    decision = {"": Decision.ALLOW, FRESH_PROOF: Decision.STEP_UP}.get(rule, Decision.REFUSE)
    sequence = desk.write(
        Action.LOCK,
        decision,
        rule or "lock",
        target=target,
        reason=request.reason,
        lock=None if rule else _held(desk, request, target),
        request=request.request,
        **who,
    )
    if decision is Decision.REFUSE:
        desk.after_refusals(request.who.account)
    max_age = PROVEN_SECONDS if decision is Decision.STEP_UP else 0
    return Ruled(decision=decision, rule=rule, sequence=sequence, max_age=max_age)


def _may_not_lock(desk: "Desk", request: Lock, session: str, *, own: bool) -> str:
    """Return the rule by which ``request.who`` may not lock its target, or an empty string."""
    if request.who.account == WATCH:
        return "" if request.kind in desk.state.policy.response.watch_locks else "not-a-locker"
    rule = _bar(desk, request.who, session)
    if rule or own:
        return rule
    return "" if Profession(request.who.profession) in desk.state.policy.approvals.lock else "not-a-locker"


def _held(desk: "Desk", request: Lock, target: str) -> Held:
    """Return the lock to keep: never milder, and never over sooner, than one already in force on that target."""
    now, grade = desk.state.now, request.grade
    until = now + request.seconds if request.seconds else 0.0
    before = desk.state.held(request.kind, target)
    if before is not None:
        grade = max(grade, before.grade, key=lambda one: one.rank)
        until = max(until, before.until) if until and before.until else 0.0
    return Held(request.kind, target, request.reason, until, grade, now, request.message, request.who.account)


def revoke(desk: "Desk", request: Revoke) -> Ruled:
    """Take professions away, at once."""
    who, state = desk.of(request.who), desk.state
    have = state.registered(request.account) or frozenset()
    left = tuple(sorted(have.difference(request.professions)))
    rule = _bar(desk, request.who, who["session"])
    if not rule and Profession(request.who.profession) not in state.policy.approvals.lock:
        rule = "not-a-locker"
    if not rule and not have.intersection(request.professions):
        rule = "not-theirs"
    if not rule and _takes_last_two(desk, request.account, left):
        rule = "last-approvers"
    act = Proposal(kind=ProposalKind.GRANT, account=request.account, professions=left)
    sequence = desk.write(
        Action.REVOKE,
        Decision.REFUSE if rule else Decision.ALLOW,
        rule or "revoke",
        target=request.account,
        detail=",".join(sorted(have.intersection(request.professions))),
        act=None if rule else act,
        request=request.request,
        **who,
    )
    if rule:
        desk.after_refusals(request.who.account)
    return Ruled(decision=Decision.REFUSE if rule else Decision.ALLOW, rule=rule, sequence=sequence)


def _takes_last_two(desk: "Desk", account: str, left: tuple[str, ...]) -> bool:
    """Say whether fewer than two accounts could approve grants once ``account`` has only ``left``."""
    grants = desk.state.policy.approvals.grant
    if not grants.intersection(desk.state.accounts.get(account, frozenset())) or grants.intersection(left):
        return False
    others = [name for name, have in desk.state.accounts.items() if name != account and grants.intersection(have)]
    return len(others) < TWO


def _leaves_no_two(desk: "Desk", kind: TargetKind, target: str) -> bool:
    """Say whether this lock would leave fewer than two accounts able to lift locks: then nobody could undo it."""
    lifters = desk.state.policy.approvals.unlock
    held = {(k, t) for k, t in desk.state.locks} | {(kind, target)}
    free = [
        account
        for account, professions in desk.state.accounts.items()
        if (TargetKind.ACCOUNT, account) not in held
        and any(p in lifters and (TargetKind.PROFESSION, p) not in held for p in professions)
    ]
    return kind in {TargetKind.ACCOUNT, TargetKind.PROFESSION} and _matters(desk, kind, target) and len(free) < TWO


def _matters(desk: "Desk", kind: TargetKind, target: str) -> bool:
    """Say whether ``target`` is, or has, accounts that lift locks."""
    lifters = desk.state.policy.approvals.unlock
    professions = desk.state.accounts.get(target, frozenset()) if kind is TargetKind.ACCOUNT else {target}
    return any(profession in lifters for profession in professions)


def _target(desk: "Desk", request: Lock) -> str:
    """Return the target as locks keep it: a session as its keyed hash, the establishment as ``*``."""
    if request.kind is TargetKind.ESTABLISHMENT:
        return EVERYTHING
    if request.kind is TargetKind.SESSION and not _HEX16.fullmatch(request.target):
        return desk.keys.session(request.target)
    return request.target
