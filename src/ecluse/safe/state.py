"""What the safe knows: accounts, locks, proposals, raised caps, counts, decoys. Changed by entries alone.

1. The state is a function of the trace: live and after a restart, ``apply`` is the only thing that changes it.
2. An entry whose words were chosen by the web process (a note) changes nothing here but refusal counts: acts carry
   ``act``, ``lock`` or ``mark``, which only the safe writes.
"""

from collections import deque
from typing import NamedTuple

import msgspec

from ecluse.core.words import Action, Decision, Grade, Ground, ProposalKind, TargetKind, Window
from ecluse.safe.entry import SAFE, Entry
from ecluse.safe.keys import Keys
from ecluse.safe.policy import Policy
from ecluse.safe.protocol import Held, Proposal, Who
from ecluse.safe.windows import Distinct, Tally, tick_of

EVERYTHING = "*"
CAP_REFUSAL_SECONDS = 600
REFUSAL_SECONDS = 60
CAP_RULE = "cap-"
WAVE_SECONDS = 600


class Asked(msgspec.Struct, frozen=True):
    """A proposal that waits, or was approved (then ``at`` is when). Times in Unix seconds."""

    by: str
    session: str
    at: float
    until: float
    proposal: Proposal


class Raise(NamedTuple):
    """A raised cap, until a Unix time."""

    limit: int
    until: float


class State:
    """Everything that decisions look at."""

    def __init__(self, policy: Policy, keys: Keys) -> None:
        self.policy = policy
        self.keys = keys
        self.accounts: dict[str, frozenset[str]] = {}
        self.ends: dict[str, float] = {}
        self.setup_closed = False
        self.locks: dict[tuple[TargetKind, str], Held] = {}
        self.waiting: dict[int, Asked] = {}
        self.approved: dict[int, Asked] = {}
        self.raises: dict[tuple[str, Ground, Window], Raise] = {}
        self.shown: dict[tuple[str, Ground], Distinct] = {}
        self.everyone = Distinct()
        self.searches: dict[str, Tally] = {}
        self.creations: dict[str, Tally] = {}
        self.refusals: dict[str, deque[tuple[float, str]]] = {}
        self.cap_refusals: dict[str, deque[tuple[float, str]]] = {}
        self.decoys: set[str] = set()
        self.tripped: dict[str, float] = {}
        self.now = 0.0

    # ---- what decisions ask

    def registered(self, account: str) -> frozenset[str] | None:
        """Return the professions of ``account``; None when it has none, or when its time is over."""
        end = self.ends.get(account) if self.ends else None
        return None if end is not None and end <= self.now else self.accounts.get(account)

    def lock_on(self, who: Who, session: str) -> Held | None:
        """Return the strictest lock that holds ``who`` (S4)."""
        return max(self.locks_on(who, session), key=lambda held: held.grade.rank, default=None) if self.locks else None

    def locks_on(self, who: Who, session: str) -> list[Held]:
        """Return every lock that holds ``who``. A step-up is over with a proof of identity newer than the lock."""
        targets = (
            (TargetKind.ACCOUNT, who.account),
            (TargetKind.SESSION, session),
            (TargetKind.WORKSTATION, who.workstation),
            (TargetKind.ADDRESS, who.address),
            (TargetKind.ADDRESS, who.claimed_address),
            (TargetKind.PROFESSION, who.profession),
            (TargetKind.ESTABLISHMENT, EVERYTHING),
        )
        found = (self.held(*target) for target in targets)
        return [held for held in found if held and (held.grade is not Grade.STEP_UP or self.unproven(held, who))]

    def unproven(self, held: Held, who: Who) -> bool:
        """Say whether ``who`` has not proven their identity since the lock ``held``; ages are whole seconds."""
        return self.now - who.auth_age - 1 <= held.since

    def held(self, kind: TargetKind, target: str) -> Held | None:
        """Return the lock in force on this very target."""
        held = self.locks.get((kind, target))
        return held if held is not None and (not held.until or held.until > self.now) else None

    def counts(self, account: str, ground: Ground) -> Distinct:
        """Return the counts of ``account`` on ``ground``."""
        found = self.shown.get((account, ground))
        if found is None:
            found = self.shown[account, ground] = Distinct()
        return found

    def searched(self, account: str) -> Tally:
        """Return the search requests of ``account``."""
        return self.searches.setdefault(account, Tally())

    def created(self, account: str) -> Tally:
        """Return the patients ``account`` created or whose terms it changed."""
        return self.creations.setdefault(account, Tally())

    def cap(self, account: str, ground: Ground, window: Window, cap: int) -> int:
        """Return ``cap``, tightened by the account's own; or the one two people raised, while it lasts."""
        own = self.policy.accounts.get(account)
        if own is not None:
            cap = own.tighten(ground, window, cap)
        raised = self.raises.get((account, ground, window)) if self.raises else None
        return max(cap, raised.limit) if raised is not None and raised.until > self.now else cap

    def recent(self, refusals: dict[str, deque[tuple[float, str]]], account: str, seconds: float) -> int:
        """Return how many requests of ``account`` were refused in the last ``seconds``."""
        times = refusals.get(account)
        while times and times[0][0] <= self.now - seconds:
            times.popleft()
        return len(times) if times else 0

    def wave(self) -> list[str]:
        """Return the accounts that the safe locked by itself within ``WAVE_SECONDS``, lifted since or not (S10)."""
        return [account for account, at in self.tripped.items() if at > self.now - WAVE_SECONDS]

    # ---- what entries change

    def apply(self, entry: Entry, at: float, tag: int | None = None) -> None:
        """Change the state as ``entry`` says; ``at`` is its time, ``tag`` its patient's number if already known."""
        self.now = max(self.now, at)
        if entry.decision is Decision.ALLOW:
            if entry.ground is not None:
                self._show(entry, entry.ground, self.keys.marks.tag(entry.patient) if tag is None else tag)
            elif entry.mark:
                self.created(entry.account).add(tick_of(self.now))
                if entry.mark == self.keys.marks.decoy(entry.patient):
                    self.decoys.add(entry.patient)
            elif entry.terms:
                tally = self.searched if entry.action is Action.SEARCH else self.created
                tally(entry.account).add(tick_of(self.now))
            else:
                self._act(entry)
        elif (
            entry.decision is Decision.REFUSE
            and entry.account in self.accounts
            and entry.action is not Action.LOGIN_FAILURE
        ):
            self._refused(entry)

    def _show(self, entry: Entry, ground: Ground, tag: int) -> None:
        tick = tick_of(self.now)
        self.counts(entry.account, ground).show(tag, tick)
        self.everyone.show(tag, tick)
        if entry.action is Action.EXPORT and entry.approval is not None:
            self.approved.pop(entry.approval, None)

    def _refused(self, entry: Entry) -> None:
        """Count each refused request once, whatever the number of its patients; its id counts again after a while."""
        for refusals, counts in (
            (self.refusals, True),
            (self.cap_refusals, entry.rule.startswith(CAP_RULE)),
        ):
            if counts:
                times = refusals.setdefault(entry.account, deque(maxlen=256))
                if not times or times[-1][1] != entry.request or times[-1][0] <= self.now - CAP_REFUSAL_SECONDS:
                    times.append((self.now, entry.request))

    def _act(self, entry: Entry) -> None:
        if entry.lock is not None:
            self.locks[entry.lock.kind, entry.lock.target] = entry.lock
            if entry.lock.by == SAFE:
                self.tripped[entry.lock.target] = entry.lock.since
        elif entry.action is Action.SETUP_CLOSED:
            self.setup_closed = True
        elif entry.action is Action.DECLINE and entry.approval is not None:
            self.waiting.pop(entry.approval, None)
        elif entry.act is not None:
            self._proposal(entry, entry.act)

    def _proposal(self, entry: Entry, proposal: Proposal) -> None:
        if entry.action in {Action.GRANT, Action.REVOKE}:
            self._execute(proposal)
        elif entry.action is Action.PROPOSE:
            until = self.now + self.policy.approvals.hours * 3600
            self.waiting[entry.seq] = Asked(entry.account, entry.session, self.now, until, proposal)
        elif entry.action is Action.APPROVE and entry.approval is not None:
            asked = self.waiting.pop(entry.approval, None)
            self._forget_old()
            if asked is not None:
                until = self.now + (proposal.seconds or self.policy.approvals.hours * 3600)
                self.approved[entry.approval] = msgspec.structs.replace(asked, at=self.now, until=until)
                self._execute(proposal)

    def _forget_old(self) -> None:
        for asked in (self.waiting, self.approved):
            for number in [n for n, a in asked.items() if a.until <= self.now]:
                del asked[number]

    def _execute(self, proposal: Proposal) -> None:
        match proposal.kind:
            case ProposalKind.GRANT if proposal.professions:
                self.accounts[proposal.account] = frozenset(proposal.professions)
                self.ends.pop(proposal.account, None)
            case ProposalKind.GRANT:
                self.accounts.pop(proposal.account, None)
                self.ends.pop(proposal.account, None)
            case ProposalKind.TEMPORARY:
                self.accounts[proposal.account] = frozenset(proposal.professions)
                self.ends[proposal.account] = self.now + proposal.seconds
            case ProposalKind.RAISE_CAP if proposal.ground and proposal.window:
                target = (proposal.account, proposal.ground, proposal.window)
                self.raises[target] = Raise(proposal.limit, self.now + proposal.seconds)
            case ProposalKind.UNLOCK if proposal.target_kind:
                self.locks.pop((proposal.target_kind, proposal.target), None)
                if proposal.target_kind is TargetKind.ACCOUNT:
                    self.refusals.pop(proposal.target, None)
                    self.cap_refusals.pop(proposal.target, None)
            case _:
                pass  # break-glass, delegation and export: the approval itself is what Ground.APPROVED relies on
