"""May this patient be shown, now, on this ground? Asked of the state; changes nothing.

The order is fixed: lock, register, rights, decoy, approval, ladder, caps.

1. (S4) A locked target gets nothing. A milder lock asks for a proof of identity newer than itself; then it leaves
   everything, or, where new patients are withheld, those shown on a duty in the last ``present_hours`` that still have
   one. An approval (two people) opens any other: care is never refused to two people.
2. (S5) Account, profession, action, purpose, compartment and duty must each be listed.
3. (S8) A decoy is never opened.
4. Export and the ground ``approved`` rest on a proposal that a second person approved, for exactly that.
5. (S3) No cap of the account, nor of the establishment, is passed. A patient already counted is not refused again.
   (S9) The last part of the establishment's cap is for care under way alone.
"""

import hashlib
from typing import NamedTuple

from ecluse.core.words import Action, Decision, Grade, Ground, Profession, ProposalKind
from ecluse.safe.policy import Rights
from ecluse.safe.protocol import Item, Open, Who
from ecluse.safe.state import CAP_RULE, Asked, State
from ecluse.safe.windows import Distinct, tick_of

NO_RIGHTS = Rights()
PROVE_AGAIN = "prove-again"
WITHHELD = "new-patients"
ALONE = (Ground.EXPLAINED, Ground.UNEXPLAINED, Ground.EMERGENCY)
OPENS_DECOY = frozenset(Action) - {Action.SEARCH, Action.LIST}


class Ruling(NamedTuple):
    """An answer and the rule that gave it. ``max_age``: how fresh a proof must be, when a step-up is asked."""

    decision: Decision
    rule: str
    max_age: int = 0


def refuse(rule: str) -> Ruling:
    """Return a refusal by ``rule``."""
    return Ruling(Decision.REFUSE, rule)


def barred(state: State, who: Who, session: str) -> str:
    """Return the rule that bars ``who`` from everything, or an empty string."""
    held = state.locks_on(who, session) if state.locks else ()
    if any(one.grade is Grade.EVERYTHING for one in held):
        return "locked"
    if any(state.unproven(one, who) for one in held):
        return PROVE_AGAIN
    professions = state.registered(who.account)
    if professions is None:
        return "unregistered"
    return "" if who.profession in professions else "profession"


def barring(state: State, rule: str) -> Ruling:
    """Return the ruling of a rule that bars somebody: a step-up lock asks for a proof newer than itself."""
    fresh = state.policy.ladder.fresh_seconds
    return Ruling(Decision.STEP_UP, rule, fresh) if rule == PROVE_AGAIN else refuse(rule)


def withheld(state: State, who: Who, session: str) -> bool:
    """Say whether a lock withholds new patients from ``who``."""
    return any(held.grade is Grade.NEW_PATIENTS for held in state.locks_on(who, session)) if state.locks else False


def rights_of(state: State, who: Who) -> Rights:
    """Return the rights of the profession ``who`` acts as: none when it is not in the policy."""
    return state.policy.professions.get(Profession(who.profession), NO_RIGHTS)


class Opening:
    """The rules of one :class:`Open` request; ``item`` answers for each patient in turn."""

    def __init__(self, state: State, request: Open, session: str) -> None:
        self.state = state
        self.request = request
        self.bar = barred(state, request.who, session)
        self.withheld = withheld(state, request.who, session)
        self.rights = NO_RIGHTS if self.bar else rights_of(state, request.who)
        self.approval = self._approval()

    def _approval(self) -> Asked | None:
        if self.request.approval is None:
            return None
        asked = self.state.approved.get(self.request.approval)
        return asked if asked is not None and asked.until > self.state.now else None

    def item(self, item: Item, tag: int) -> Ruling:
        """Return the ruling on one patient, whose number is ``tag``."""
        if self.bar:
            return barring(self.state, self.bar)
        lacking = self._lacking(item)
        if lacking:
            return refuse(lacking)
        if item.patient in self.state.decoys and self.request.action in OPENS_DECOY:
            return refuse("decoy")
        needs_two = item.ground is Ground.APPROVED or self.request.action is Action.EXPORT
        if needs_two and not self._is_approved(item):
            return Ruling(Decision.SECOND_PERSON, "approval")
        if self.withheld and not self._is_present(item, tag):
            return Ruling(Decision.SECOND_PERSON, WITHHELD)
        return self._counted(item, tag)

    def _is_present(self, item: Item, tag: int) -> bool:
        """Say whether a patient stays open while new ones are withheld (S4) or the establishment's cap is near (S9)."""
        if self.request.action is Action.EXPORT:
            return False
        if item.ground is not Ground.EXPLAINED:
            return item.ground is Ground.APPROVED
        state = self.state
        last = state.counts(self.request.who.account, Ground.EXPLAINED).last(tag)
        return last is not None and last > tick_of(state.now - state.policy.response.present_hours * 3600)

    def _lacking(self, item: Item) -> str:
        """Return the first thing that the profession's list lacks (S5)."""
        request, rights = self.request, self.rights
        allowed = rights.write if request.action in {Action.WRITE, Action.CREATE} else rights.read
        if request.action not in rights.actions:
            return "action"
        if request.purpose not in rights.purposes:
            return "purpose"
        if not allowed.issuperset(item.compartments):
            return "compartment"
        if item.ground not in rights.caps:
            return "ground"
        if item.ground is Ground.EXPLAINED and item.duty not in rights.duties:
            return "duty"
        return "break-glass" if item.ground is Ground.EMERGENCY and Action.BREAK_GLASS not in rights.actions else ""

    def _is_approved(self, item: Item) -> bool:
        """Say whether a second person approved this very access."""
        asked, request = self.approval, self.request
        if asked is None or item.ground is not Ground.APPROVED:
            return False
        proposal = asked.proposal
        if proposal.purpose is not None and proposal.purpose is not request.purpose:
            return False
        if proposal.kind is ProposalKind.EXPORT:
            return request.action is Action.EXPORT and asked.by == request.who.account and self._same_patients()
        return (
            proposal.kind in {ProposalKind.BREAK_GLASS, ProposalKind.DELEGATION}
            and request.action is not Action.EXPORT
            and (proposal.account or asked.by) == request.who.account
            and proposal.patient == item.patient
        )

    def _same_patients(self) -> bool:
        """Say whether the patients of this request are exactly those of the approved export."""
        if self.approval is None:
            return False
        patients = sorted(item.patient for item in self.request.items)
        proposal = self.approval.proposal
        digest = hashlib.sha256("\n".join(patients).encode()).hexdigest()
        return len(set(patients)) == len(patients) == proposal.count and digest == proposal.digest

    def _counted(self, item: Item, tag: int) -> Ruling:
        """Apply the ladder and the caps (S3)."""
        state, who, tick = self.state, self.request.who, tick_of(self.state.now)
        caps, half = self.rights.caps[item.ground], False
        for span, total in state.counts(who.account, item.ground).news(tag, tick):
            cap = state.cap(who.account, item.ground, span.window, caps.of(span.window))
            if total + 1 > cap:
                no = Decision.SECOND_PERSON if item.ground is Ground.EMERGENCY else Decision.REFUSE
                return Ruling(no, CAP_RULE + span.window.value)
            half = half or total + 1 > state.policy.ladder.step_up_at * cap
        beyond = "" if item.ground is Ground.APPROVED else self._all_grounds(tag, tick)
        if beyond:
            return Ruling(Decision.SECOND_PERSON if item.ground is Ground.EMERGENCY else Decision.REFUSE, beyond)
        full = self._establishment(state.everyone, item, tag, tick)
        if full:
            return refuse(full)
        fresh = state.policy.ladder.fresh_seconds
        if half and not 0 <= who.auth_age <= fresh:
            return Ruling(Decision.STEP_UP, "half-cap", fresh)
        return Ruling(Decision.ALLOW, item.ground.value)

    def _all_grounds(self, tag: int, tick: int) -> str:
        """Return the cap that an account with several professions would pass by adding up the grounds of each.

        Alone, one person is shown no more patients than the profession they act as allows on all its grounds together.
        """
        state, account = self.state, self.request.who.account
        if len(state.accounts.get(account, ())) < 2:  # noqa: PLR2004 - with one profession each ground's cap suffices
            return ""
        shown = {ground: state.counts(account, ground) for ground in ALONE}
        known = [{span.window for span, _ in counts.news(tag, tick)} for counts in shown.values()]
        for place, (span, _) in enumerate(state.counts(account, Ground.EXPLAINED).totals(tick)):
            if any(span.window not in news for news in known):
                continue  # counted in this window already, on whatever ground
            total = sum(counts.totals(tick)[place][1] for counts in shown.values())
            room = sum(
                state.cap(account, ground, span.window, self.rights.caps[ground].of(span.window))
                for ground in ALONE
                if ground in self.rights.caps
            )
            if total + 1 > room:
                return CAP_RULE + span.window.value
        return ""

    def _establishment(self, everyone: Distinct, item: Item, tag: int, tick: int) -> str:
        whole = self.state.policy.establishment
        for span, total in everyone.news(tag, tick):
            cap = whole.caps.of(span.window)
            if total + total < cap:
                continue  # the reserve is half of it at most
            if total >= cap or (total >= whole.free(cap) and not self._is_under_way(item, tag)):
                return f"establishment-{CAP_RULE}{span.window.value}"
        return ""

    def _is_under_way(self, item: Item, tag: int) -> bool:
        """Say whether a patient may use the establishment's reserve (S9)."""
        return item.ground is Ground.EMERGENCY or self._is_present(item, tag)
