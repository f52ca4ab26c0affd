"""The judge: what the trace says of an attack, against what the thief holds.

Detected: the first refusal or lock that the trace bears for an account of the attack. Contained: the last release of a
patient not shown before, when a refusal or a lock follows it; an attack that stops by itself was not contained.
"""

import datetime as dt
from collections.abc import Iterator

import msgspec

from ecluse.core.words import Action, Decision
from ecluse.drill.live.heist import Heist
from ecluse.drill.markers import Found
from ecluse.safe.entry import Entry
from ecluse.safe.trace_reader import entries, opens

STOPS = frozenset({Decision.REFUSE, Decision.SECOND_PERSON})


class Verdict(msgspec.Struct, frozen=True):
    """What came of an attack. Times in seconds from its beginning. ``rules``: what stopped it, how often.

    ``unsaid``: in the loot, not in the trace; ``unseen``: in the trace, not in the loot. ``asked``: fresh proofs asked.
    """

    exposed: int
    compartments: dict[str, int]
    detected_after_s: float | None
    contained_after_s: float | None
    asked: int
    locked: list[str]
    rules: dict[str, int]
    unsaid: int
    unseen: int

    @property
    def exact(self) -> bool:
        """Tell whether the trace names exactly what the thief got."""
        return not self.unsaid and not self.unseen


def judge(heist: Heist) -> Verdict:
    """Read the trace of an attack."""
    numbers = heist.site.stage.known.numbers
    traced: Found = set()
    known: set[str] = set()
    stops: list[dt.datetime] = []
    last, asked, rules, locked = heist.since, 0, dict[str, int](), list[str]()
    for entry in of(heist):
        if opens(entry):
            traced |= {(numbers.get(entry.patient, -1), compartment) for compartment in entry.compartments}
            last = last if entry.patient in known else entry.at
            known.add(entry.patient)
        asked += entry.decision is Decision.STEP_UP
        if entry.decision in STOPS or is_lock(entry):
            stops.append(entry.at)
            rules[entry.rule] = rules.get(entry.rule, 0) + 1
        if is_lock(entry):
            locked.append(f"{entry.target}: {entry.rule}")
    contained = bool(stops) and stops[-1] >= last
    return Verdict(
        exposed=len(heist.haul.patients),
        compartments=heist.haul.compartments(),
        detected_after_s=_after(heist, stops[0]) if stops else None,
        contained_after_s=_after(heist, last if known else stops[0]) if contained else None,
        asked=asked,
        locked=locked,
        rules=dict(sorted(rules.items(), key=lambda pair: -pair[1])),
        unsaid=len(heist.haul.found - traced),
        unseen=len(traced - heist.haul.found),
    )


def _after(heist: Heist, at: dt.datetime) -> float:
    return round(max(0.0, (at - heist.since).total_seconds()), 2)


def of(heist: Heist) -> Iterator[Entry]:
    """Yield what the trace says of the accounts of an attack, locks on them included."""
    for entry in entries(heist.home / "safe", since=heist.since):
        theirs = entry.account in heist.accounts and (not heist.sessions or entry.session in heist.sessions)
        if theirs or (is_lock(entry) and entry.target in heist.accounts):
            yield entry


def is_lock(entry: Entry) -> bool:
    """Tell whether the safe locked somebody by itself."""
    return entry.action is Action.LOCK and entry.decision is Decision.ALLOW and entry.account == "safe"
