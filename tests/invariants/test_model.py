"""Caps, locks and proposals against a model of a few lines, over sequences of acts that nobody thought of."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ecluse.core.words import Decision, Ground, ProposalKind, TargetKind, Window
from ecluse.safe.protocol import Approve, Lock, Proposal, Propose, Ruled
from ecluse.safe.testing import SafeInHand, who

NURSES = st.sampled_from(["nurse.one", "nurse.two"])
PATIENTS = st.sampled_from([f"p{i}" for i in range(30)])
GROUNDS = st.sampled_from([Ground.EXPLAINED, Ground.UNEXPLAINED])
WINDOWS = {Window.MINUTE: 60, Window.HOUR: 3600, Window.DAY: 86400, Window.MONTH: 30 * 86400}
SLACK = {Window.MINUTE: 10, Window.HOUR: 600, Window.DAY: 3600, Window.MONTH: 2 * 86400}
CAPS = {
    Ground.EXPLAINED: {Window.MINUTE: 4, Window.HOUR: 6, Window.DAY: 9, Window.MONTH: 12},
    Ground.UNEXPLAINED: {Window.MINUTE: 2, Window.HOUR: 2, Window.DAY: 3, Window.MONTH: 4},
}
OFFICER, DPO, ADMIN = who("officer", "security-officer"), who("dpo", "dpo"), who("admin", "it-administrator")


class Model(RuleBasedStateMachine):
    """The model is a list of what was shown, a set of who is locked, and the raised caps."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(prefix="ecluse-model-"))
        self.safe = SafeInHand(self.home)
        self.shown: list[tuple[float, str, Ground, str]] = []
        self.locked: set[str] = set()
        self.raised: dict[str, tuple[int, float]] = {}
        self.filed: dict[int, Proposal] = {}

    def teardown(self) -> None:
        self.safe.desk.trace.close()
        shutil.rmtree(self.home)

    def distinct(self, nurse: str, ground: Ground, seconds: float) -> set[str]:
        since = self.safe.now - seconds
        return {p for at, who_, on, p in self.shown if at > since and (who_, on) == (nurse, ground)}

    def cap(self, nurse: str, ground: Ground, window: Window) -> int:
        cap = CAPS[ground][window]
        limit, until = self.raised.get(nurse, (0, 0.0))
        raised = (ground, window) == (Ground.EXPLAINED, Window.HOUR) and until > self.safe.now
        return max(cap, limit) if raised else cap

    def full(self, nurse: str, ground: Ground, patient: str, slack: bool) -> bool:
        """Would one more patient pass a cap, the windows being as long as they may be (``slack``) or as short?"""
        lengths = {w: WINDOWS[w] + (SLACK[w] if slack else 0) for w in Window}
        counted = {w: self.distinct(nurse, ground, lengths[w]) for w in Window}
        return any(
            patient not in self.distinct(nurse, ground, WINDOWS[w] - SLACK[w] * slack)
            and len(counted[w] | {patient}) > self.cap(nurse, ground, w)
            for w in Window
        )

    @rule(nurse=NURSES, ground=GROUNDS, patient=PATIENTS)
    def open(self, nurse: str, ground: Ground, patient: str) -> None:
        answer = self.safe.open(patient, by=who(nurse), ground=ground)[0]
        if answer.decision is Decision.ALLOW:
            assert nurse not in self.locked
            assert not self.full(nurse, ground, patient, slack=False)
            self.shown.append((self.safe.now, nurse, ground, patient))
        elif answer.rule == "locked":
            assert nurse in self.locked
        else:
            assert answer.rule.startswith(("cap-", "establishment-cap-"))
            assert self.full(nurse, ground, patient, slack=True) or answer.rule.startswith("establishment")
        assert bool(answer.keys) == (answer.decision is Decision.ALLOW)
        self.locked |= {target for _, target in self.safe.desk.state.locks}

    @rule(seconds=st.sampled_from([1.0, 7.0, 61.0, 400.0, 4000.0, 90_000.0]))
    def wait(self, seconds: float) -> None:
        self.safe.now += seconds

    @rule(nurse=NURSES)
    def lock(self, nurse: str) -> None:
        self.safe.call(Lock(who=OFFICER, kind=TargetKind.ACCOUNT, target=nurse, reason="r", request="l"))
        self.locked.add(nurse)

    @rule(nurse=NURSES, limit=st.integers(5, 9))
    def propose_raise(self, nurse: str, limit: int) -> None:
        self.propose(
            Proposal(
                kind=ProposalKind.RAISE_CAP,
                account=nurse,
                ground=Ground.EXPLAINED,
                window=Window.HOUR,
                limit=limit,
                seconds=5000,
            )
        )

    @precondition(lambda self: self.locked)
    @rule()
    def propose_unlock(self) -> None:
        nurse = min(self.locked)
        self.propose(Proposal(kind=ProposalKind.UNLOCK, target_kind=TargetKind.ACCOUNT, target=nurse))

    def propose(self, proposal: Proposal) -> None:
        ruled = self.safe.call(Propose(who=ADMIN, proposal=proposal, request="p"))
        assert isinstance(ruled, Ruled)
        if ruled.decision is Decision.ALLOW:
            self.filed[ruled.sequence] = proposal

    @precondition(lambda self: self.filed)
    @rule(by=st.sampled_from([OFFICER, DPO, ADMIN, who("nurse.one")]))
    def approve(self, by: object) -> None:
        number, proposal = self.filed.popitem()
        ruled = self.safe.call(Approve(who=by, proposal=number, request="a"))  # type: ignore[arg-type]
        assert isinstance(ruled, Ruled)
        assert ruled.decision is not Decision.ALLOW or by in (OFFICER, DPO)
        if ruled.decision is Decision.ALLOW and proposal.kind is ProposalKind.UNLOCK:
            self.locked.discard(proposal.target)
        elif ruled.decision is Decision.ALLOW:
            self.raised[proposal.account] = (proposal.limit, self.safe.now + 5000)

    @rule()
    def restart(self) -> None:
        self.safe.reopen()
        self.safe.now = max(self.safe.now, self.safe.desk.state.now)

    @invariant()
    def nobody_was_shown_more_than_their_caps(self) -> None:
        for nurse in ("nurse.one", "nurse.two"):
            shown = len(self.distinct(nurse, Ground.UNEXPLAINED, 3600))
            assert shown <= CAPS[Ground.UNEXPLAINED][Window.HOUR]
            assert len(self.distinct(nurse, Ground.EXPLAINED, 60)) <= CAPS[Ground.EXPLAINED][Window.MINUTE]


TestModel = Model.TestCase
TestModel.settings = settings(
    max_examples=20, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
