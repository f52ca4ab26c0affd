"""What a case needs at once, entry by entry: a few counts in memory for each account, no database, no clock of its own.

Each rule names a number of distinct requests or patients within a stretch of time. They are coarse on purpose: what
adds up over days is the detectors' (``deep``), what must stop at once is the safe's own (caps, decoys).

| kind | what |
|---|---|
| decoy, locked | the safe locked an account by itself |
| caps | ``CAP_REQUESTS`` requests refused by a cap within ten minutes |
| refusals | ``REFUSED_REQUESTS`` requests refused by any rule within a minute |
| unproven | ``UNPROVEN_REQUESTS`` requests answered "prove who you are" within five minutes, and no proof since
  (a session shown elsewhere than where it was proved is left out: it got nothing there, and its owner goes on) |
| burst | distinct patients opened in ten minutes: ``SHARE`` of the profession's cap for an hour, with or without a duty
  (lists and searches, which show many at once, are left out) |
| glass | ``GLASSES`` patients behind broken glass within an hour |
"""

from collections import deque
from collections.abc import Mapping

import msgspec

from ecluse.accounts.workstation import NEW
from ecluse.core.words import Action, Decision, Ground, Profession
from ecluse.respond.cases import Signal
from ecluse.respond.kinds import CaseKind
from ecluse.safe.entry import SAFE, Entry
from ecluse.safe.policy import Rights

CAP = "cap-"
CAP_REQUESTS, CAP_S = 2, 600.0
REFUSED_REQUESTS, REFUSED_S = 8, 60.0
UNPROVEN_REQUESTS, UNPROVEN_S = 6, 300.0
SHARE, BURST_S = 0.8, 600.0
GLASSES, GLASS_S = 3, 3600.0
WARM_S = 3600.0  # how much of the past the counts depend on
SHOWN_MANY = frozenset({Action.LIST, Action.SEARCH})
PROOFS = frozenset({Action.LOGIN, Action.STEP_UP})
MOST = 512


class Recent:
    """Distinct things (requests, patients) seen within a stretch of time."""

    __slots__ = ("_last", "_order", "_seconds")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._order: deque[tuple[float, str]] = deque(maxlen=MOST)
        self._last: dict[str, float] = {}

    def add(self, at: float, what: str) -> int:
        """Note ``what``; return how many are within the stretch."""
        self._last[what] = at
        self._order.append((at, what))
        while self._order and self._order[0][0] <= at - self._seconds:
            old, name = self._order.popleft()
            if self._last.get(name) == old:
                del self._last[name]
        return len(self._last)

    def clear(self) -> None:
        """Forget everything."""
        self._order.clear()
        self._last.clear()


class Counts:
    """What is counted for one account. ``told``: when each kind was last told, so that it is told once a stretch."""

    __slots__ = ("caps", "glass", "opened", "refused", "told", "unexplained", "unproven")

    def __init__(self) -> None:
        self.caps = Recent(CAP_S)
        self.refused = Recent(REFUSED_S)
        self.unproven = Recent(UNPROVEN_S)
        self.unexplained = Recent(BURST_S)
        self.opened = Recent(BURST_S)
        self.glass = Recent(GLASS_S)
        self.told: dict[CaseKind, float] = {}


class Quick:
    """The counts of everybody, fed with the trace in order."""

    def __init__(self, rights: Mapping[Profession, Rights]) -> None:
        self._rights = rights
        self._accounts: dict[str, Counts] = {}
        self._latest: dict[str, Entry] = {}

    def feed(self, entry: Entry) -> list[Signal]:
        """Take one entry; return what it makes worth looking at."""
        if entry.account == SAFE:
            return [self._locked(entry)] if entry.action is Action.LOCK and entry.lock else []
        if not entry.account or ":" in entry.account:  # a name with a colon is no account: the watch, the console
            return []
        counts = self._accounts.setdefault(entry.account, Counts())
        self._latest[entry.account] = entry
        at = entry.at.timestamp()
        return [_signal(entry, *one) for one in self._looked(entry, counts, at) if _is_news(counts, one[0], at)]

    def _locked(self, entry: Entry) -> Signal:
        """Return the signal of a lock the safe placed by itself, with where that account was last seen."""
        kind = CaseKind.DECOY if entry.rule == "decoy" else CaseKind.LOCKED
        bare = Signal(account=entry.target, kind=kind, at=entry.at, first=entry.seq, last=entry.seq)
        last = self._latest.get(entry.target)
        if last is None:
            return bare
        seen = {"profession": last.profession, "session": last.session, "workstation": place(last)}
        return msgspec.structs.replace(bare, **seen)

    def _looked(self, entry: Entry, counts: Counts, at: float) -> list[tuple[CaseKind, int, int]]:
        """Return kind, patients and requests of each rule that is met."""
        if entry.decision is Decision.ALLOW:
            return self._allowed(entry, counts, at)
        if entry.decision is Decision.STEP_UP and entry.action is not Action.STEP_UP:
            number = counts.unproven.add(at, entry.request)
            return [(CaseKind.UNPROVEN, 0, number)] if number >= UNPROVEN_REQUESTS else []
        if entry.decision is not Decision.REFUSE or entry.action is Action.LOGIN_FAILURE:
            return []
        found = []
        if entry.rule.startswith(CAP) and (number := counts.caps.add(at, entry.request)) >= CAP_REQUESTS:
            found.append((CaseKind.CAPS, 0, number))
        if (number := counts.refused.add(at, entry.request)) >= REFUSED_REQUESTS:
            found.append((CaseKind.REFUSALS, 0, number))
        return found

    def _allowed(self, entry: Entry, counts: Counts, at: float) -> list[tuple[CaseKind, int, int]]:
        if entry.action in PROOFS:
            counts.unproven.clear()
        if entry.action is Action.BREAK_GLASS and entry.patient:
            number = counts.glass.add(at, entry.patient)
            return [(CaseKind.GLASS, number, 0)] if number >= GLASSES else []
        if entry.ground is None or entry.action in SHOWN_MANY:
            return []
        for ground, recent in ((Ground.UNEXPLAINED, counts.unexplained), (Ground.EXPLAINED, counts.opened)):
            if entry.ground is ground and (number := recent.add(at, entry.patient)) >= self._many(entry, ground):
                return [(CaseKind.BURST, number, 0)]
        return []

    def _many(self, entry: Entry, ground: Ground) -> float:
        """Return how many patients in ten minutes are too many for work."""
        rights = self._rights.get(Profession(entry.profession)) if entry.profession in set(Profession) else None
        caps = rights.caps.get(ground) if rights else None
        return max(2.0, SHARE * caps.hour) if caps else 1.0


def _is_news(counts: Counts, kind: CaseKind, at: float) -> bool:
    """Say whether ``kind`` was not told of this account for a while; note that it now is."""
    last = counts.told.get(kind)
    if last is not None and at - last < WARM_S:
        return False
    counts.told[kind] = at
    return True


def place(entry: Entry) -> str:
    """Return the workstation of an entry as locks name it; browsers that proved nothing have none."""
    return "" if entry.workstation.partition(":")[0] == NEW else entry.workstation


def _signal(entry: Entry, kind: CaseKind, patients: int, requests: int) -> Signal:
    return Signal(
        account=entry.account,
        kind=kind,
        at=entry.at,
        profession=entry.profession,
        session=entry.session,
        workstation=place(entry),
        patients=patients,
        requests=requests,
        first=entry.seq,
        last=entry.seq,
    )
