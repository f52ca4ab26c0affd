"""The desk: takes one request, decides, stages its entries, returns the reply to send once they are durable.

1. (S1) Nothing here is sent: a reply leaves only after the trace says that its entries are durable.
2. (S5) What is not one of the requests below, well formed, gets a fault.
3. (S8) Opening a decoy locks the account in the same commit; its creation is an entry like any other.

``Create`` needs no list of the patients that exist: the salt is drawn here, so the keys of a second creation under a
known reference open nothing that exists. Tokens are given only to accounts that may search or write, and are
rate-limited.
"""

import os
from binascii import b2a_base64
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from ecluse.core.words import Action, Compartment, Decision, Grade, TargetKind
from ecluse.safe import acts
from ecluse.safe.entry import SAFE, SALT_DIGITS, Entry, encode
from ecluse.safe.keys import SALT_BYTES, Keys
from ecluse.safe.limits import fault_in
from ecluse.safe.protocol import (
    Answer,
    Approve,
    Birth,
    Check,
    Checked,
    CloseSetup,
    Create,
    Created,
    DirectoryKey,
    Enrol,
    Fault,
    Held,
    Key,
    Lock,
    Note,
    Noted,
    Open,
    Opened,
    Pending,
    Propose,
    Reply,
    Request,
    Revoke,
    State,
    Status,
    Tokened,
    Tokens,
    Wait,
    Waiting,
    Who,
)
from ecluse.safe.rules import WITHHELD, Opening, Ruling, barred, barring, refuse, rights_of, withheld
from ecluse.safe.state import CAP_REFUSAL_SECONDS, REFUSAL_SECONDS
from ecluse.safe.state import State as Knowledge
from ecluse.safe.trace import Trace
from ecluse.safe.windows import tick_of

DRAWN_BYTES = 3 * 22 * 64


def salts() -> Iterator[str]:
    """Yield the salts of entries, 22 base64 digits each (132 random bits), drawn from the system many at a time."""
    while True:
        drawn = b2a_base64(os.urandom(DRAWN_BYTES), newline=False).decode()
        for at in range(0, len(drawn) - SALT_DIGITS + 1, SALT_DIGITS):
            yield drawn[at : at + SALT_DIGITS]


class Desk:
    """One safe at work: its keys, its trace, and what it knows."""

    def __init__(self, keys: Keys, trace: Trace, state: Knowledge, policy_digest: str) -> None:
        self.keys = keys
        self.trace = trace
        self.state = state
        self.policy_digest = policy_digest
        self.started = 0.0
        self._time = datetime.now(UTC)
        self._salts = salts()
        self._answers: dict[type, Callable[[Any], Reply]] = {
            Open: self._open,
            Create: self._create,
            Tokens: self._tokens,
            DirectoryKey: self._directory,
            Note: self._note,
            Check: self._check,
            Enrol: lambda r: acts.enrol(self, r),
            CloseSetup: lambda r: acts.close_setup(self, r),
            Propose: lambda r: acts.propose(self, r),
            Approve: lambda r: acts.approve(self, r),
            Lock: lambda r: acts.lock(self, r),
            Revoke: lambda r: acts.revoke(self, r),
            Pending: self._pending,
            Status: self._status,
        }

    def tick(self, now: float) -> None:
        """Set the time of the next requests. It never goes back, whatever the clock does."""
        self._time = datetime.fromtimestamp(max(self.state.now, now), UTC)
        self.state.now = self._time.timestamp()

    def handle(self, request: Request) -> Reply:
        """Decide ``request``, stage its entries, return its reply."""
        wrong = fault_in(request)
        return Fault(code="bad-request", message=wrong) if wrong else self._answers[type(request)](request)

    def write(self, action: Action, decision: Decision, rule: str, tag: int | None = None, **fields: Any) -> int:
        """Stage one entry, let it change the state, return its sequence."""
        sequence, salt = self.trace.size, next(self._salts)
        entry = Entry(seq=sequence, at=self._time, salt=salt, action=action, decision=decision, rule=rule, **fields)
        self.trace.stage(encode(entry))
        self.state.apply(entry, self.state.now, tag)
        return sequence

    def of(self, who: Who) -> dict[str, Any]:
        """Return the fields of an entry that say who asks."""
        return {
            "account": who.account,
            "profession": who.profession,
            "session": self.keys.session(who.session),
            "acr": who.acr,
            "amr": who.amr,
            "auth_age": who.auth_age,
            "workstation": who.workstation,
            "address": who.address,
            "claimed_address": who.claimed_address,
        }

    def lock_by_itself(self, account: str, reason: str) -> None:
        """Lock ``account`` without being asked; in a wave (S10), withhold new patients from all it locked."""
        state, others = self.state, self.state.wave()
        fresh = Held(TargetKind.ACCOUNT, account, reason, since=state.now, by=SAFE)
        if len({*others, account}) < state.policy.response.wave_accounts:
            self._hold(fresh)
            return
        for held in (state.held(TargetKind.ACCOUNT, one) for one in others):
            if held is not None and held.by == SAFE and held.grade is Grade.EVERYTHING:
                self._hold(replace(held, grade=Grade.NEW_PATIENTS))
        before = state.held(TargetKind.ACCOUNT, account)
        if account not in others or before is None or before.grade is Grade.STEP_UP:
            self._hold(replace(fresh, grade=Grade.NEW_PATIENTS))

    def _hold(self, held: Held) -> None:
        self.write(Action.LOCK, Decision.ALLOW, held.reason, account=SAFE, target=held.target, lock=held)

    def after_refusals(self, account: str) -> None:
        """Lock a registered account whose refusals of late are too many (policy, ``[response]``)."""
        state, response = self.state, self.state.policy.response
        held = state.held(TargetKind.ACCOUNT, account)
        if account not in state.accounts or (held is not None and held.grade is Grade.EVERYTHING):
            return
        if state.recent(state.cap_refusals, account, CAP_REFUSAL_SECONDS) >= response.lock_after_cap_refusals:
            self.lock_by_itself(account, "cap-refusals")
        elif state.recent(state.refusals, account, REFUSAL_SECONDS) >= response.lock_after_refusals:
            self.lock_by_itself(account, "refusals")

    def _open(self, request: Open) -> Opened:
        keys, who = self.keys, self.of(request.who)
        opening = Opening(self.state, request, who["session"])
        answers, max_age, refused, decoy = [], 0, False, False
        for item in request.items:
            tag = keys.marks.tag(item.patient)
            if item.refused:
                decision = item.decision if item.decision is not Decision.ALLOW else Decision.REFUSE
                ruling = Ruling(decision, item.refused)
            else:
                ruling = opening.item(item, tag)
            sequence = self.write(
                request.action,
                ruling.decision,
                ruling.rule,
                tag,
                patient=item.patient,
                compartments=item.compartments,
                purpose=request.purpose,
                ground=item.ground,
                duty=item.duty,
                count=item.count,
                request=request.request,
                reason=request.reason,
                approval=request.approval,
                **who,
            )
            if ruling.decision is Decision.ALLOW:
                given = keys.patient(item.patient, item.salt, item.compartments)
                answers.append(Answer(decision=ruling.decision, rule=ruling.rule, sequence=sequence, keys=given))
                continue
            answers.append(Answer(decision=ruling.decision, rule=ruling.rule, sequence=sequence))
            max_age = max(max_age, ruling.max_age)
            refused = refused or ruling.decision is Decision.REFUSE
            if ruling.rule == "decoy" and not item.refused and not decoy:
                decoy = True
                self.lock_by_itself(request.who.account, "decoy")
                opening.bar = "locked"
        if refused:
            self.after_refusals(request.who.account)
        return Opened(answers=tuple(answers), max_age=max_age)

    def _rate(self, who: Who, session: str, action: Action, *, searches: bool, number: int) -> Ruling:
        """May ``who`` have tokens for ``number`` more searches or creations?"""
        bar = barred(self.state, who, session)
        if bar:
            return barring(self.state, bar)
        if action is Action.CREATE and withheld(self.state, who, session):
            return refuse(WITHHELD)
        rights = rights_of(self.state, who)
        if action not in rights.actions:
            return refuse("action")
        tally = self.state.searched(who.account) if searches else self.state.created(who.account)
        rate, tick = rights.searches if searches else rights.creations, tick_of(self.state.now)
        minute, hour = tally.totals(tick)
        if minute + number > rate.minute or hour + number > rate.hour:
            return refuse("search-rate" if searches else "creation-rate")
        return Ruling(Decision.ALLOW, "tokens")

    def _create(self, request: Create) -> Created | Fault:
        who, number = self.of(request.who), len(request.newcomers)
        ruling = self._rate(request.who, who["session"], Action.CREATE, searches=False, number=number)
        if ruling.decision is Decision.ALLOW and request.purpose not in rights_of(self.state, request.who).purposes:
            ruling = refuse("purpose")
        fields = {"purpose": request.purpose, "request": request.request, **who}
        if ruling.decision is not Decision.ALLOW:
            self.write(Action.CREATE, ruling.decision, ruling.rule, count=number, **fields)
            self.after_refusals(request.who.account)
            return Fault(code="refused", message=ruling.rule)
        allowed = rights_of(self.state, request.who).write
        every = tuple(c for c in Compartment if c in allowed)
        births = []
        for newcomer in request.newcomers:
            mark = self.keys.marks.decoy(newcomer.patient) if newcomer.decoy else os.urandom(8).hex()
            sequence = self.write(
                Action.CREATE,
                Decision.ALLOW,
                "create",
                patient=newcomer.patient,
                mark=mark,
                compartments=every,
                count=len(newcomer.terms),
                **fields,
            )
            salt = os.urandom(SALT_BYTES)
            births.append(
                Birth(
                    salt=salt,
                    keys=self.keys.patient(newcomer.patient, salt, every),
                    tokens=tuple(self.keys.token(kind, value) for kind, value in newcomer.terms),
                    sequence=sequence,
                )
            )
        return Created(births=tuple(births))

    def _tokens(self, request: Tokens) -> Tokened:
        who = self.of(request.who)
        searches = request.action is Action.SEARCH
        ruling = self._rate(request.who, who["session"], request.action, searches=searches, number=1)
        sequence = self.write(
            request.action,
            ruling.decision,
            ruling.rule,
            terms=tuple(kind for kind, _ in request.terms),
            count=len(request.terms),
            request=request.request,
            **who,
        )
        allowed = ruling.decision is Decision.ALLOW
        if not allowed:
            self.after_refusals(request.who.account)
        tokens = tuple(self.keys.token(kind, value) for kind, value in request.terms) if allowed else ()
        return Tokened(tokens=tokens, decision=ruling.decision, rule=ruling.rule, sequence=sequence)

    def _directory(self, request: DirectoryKey) -> Key | Fault:
        who = self.of(request.who)
        bar = barred(self.state, request.who, who["session"])
        rule = bar or ("" if rights_of(self.state, request.who).actions else "action")
        decision = Decision.REFUSE if rule else Decision.ALLOW
        sequence = self.write(
            Action.READ, decision, rule or "directory", target="directory", request=request.request, **who
        )
        if not rule:
            return Key(key=self.keys.directory, sequence=sequence)
        self.after_refusals(request.who.account)
        return Fault(code="refused", message=rule)

    def _note(self, request: Note) -> Noted:
        sequence = self.write(
            request.action,
            request.decision,
            request.rule,
            patient=request.patient,
            target=request.target,
            detail=request.detail,
            purpose=request.purpose,
            request=request.request,
            **self.of(request.who),
        )
        if request.decision is Decision.REFUSE and request.action is not Action.LOGIN_FAILURE:
            self.after_refusals(request.who.account)
        return Noted(sequence=sequence)

    def _check(self, request: Check) -> Checked:
        held = self.state.lock_on(request.who, self.keys.session(request.who.session))
        professions = self.state.registered(request.who.account) or frozenset()
        registered = request.who.profession in professions
        if held is None or held.grade is not Grade.EVERYTHING:
            unproven = held is not None and self.state.unproven(held, request.who)
            grade = Grade.STEP_UP if unproven else held.grade if held else None
            return Checked(lock="", registered=registered, grade=grade)
        return Checked(lock=held.message or held.reason or "locked", registered=registered)

    def _pending(self, request: Pending) -> Reply:
        rule = barred(self.state, request.who, self.keys.session(request.who.session))
        if rule and not acts.only_establishment(self, request.who):
            return Fault(code="refused", message=rule)
        return Waiting(
            waits=tuple(
                Wait(sequence=number, by=asked.by, at=asked.at, until=asked.until, proposal=asked.proposal)
                for number, asked in self.state.waiting.items()
                if asked.until > self.state.now
            )
        )

    def _status(self, request: Status) -> State:  # noqa: ARG002 - every answer takes its request
        return State(
            size=self.trace.durable_size,
            head=self.trace.head,
            locks=tuple((h.kind.value, h.target, h.reason) for h in self.state.locks.values()),
            accounts=len(self.state.accounts),
            setup_closed=self.state.setup_closed,
            policy=self.policy_digest,
            started=self.started,
            held=tuple(h for (kind, target), h in self.state.locks.items() if self.state.held(kind, target)),
        )
