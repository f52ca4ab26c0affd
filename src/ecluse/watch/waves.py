"""Many accounts a little above their habit on the same days: thieves who share the work.

Each account alone says little; the number of accounts far above their own habit on a day (``tails.FAR``) says much,
because it hardly varies. That number is judged against its own past days like a habit: binomial, with the spread the
past shows, never rarer than ``REACH`` of one in so many days; so one odd day, whatever its height, opens no case. The
evidence then grows as that of one more account (``evidence``), under the same bound.

What a whole profession has in common on a day has been taken out before (``habit``).
"""

import dataclasses
import math
from collections.abc import Mapping

import numpy as np

from ecluse.watch.evidence import JOINT, WINDOWED, Surprise, alarms
from ecluse.watch.panel import Floats, Ints, Panel

FEWEST = 5  # accounts
HISTORY, MEMORY = 7, 60  # days
REACH = 0.1
SPREAD_PRIOR = 5.0  # days of plain chance the spread starts from
MEMBER = 0.5  # of its active days in the wave: an account odd so often belongs to it


@dataclasses.dataclass(frozen=True)
class Wave:
    """A wave of one detector: ``rows`` are the odd account-days of its members.

    On the day ``top``, ``odd`` of ``active`` accounts were odd; on the ``before`` days before the wave ``usual``
    (median), at most ``most``.
    """

    detector: str
    evidence: float
    rows: tuple[int, ...]
    top: int
    odd: int
    active: int
    usual: int
    most: int
    before: int


def waves(panel: Panel, found: Mapping[str, Surprise], limit: float) -> list[Wave]:
    """Return the waves whose evidence passes ``limit``, at most one for each detector and first day."""
    days, place = np.unique(panel.day, return_inverse=True)
    active = np.bincount(place, minlength=len(days)).astype(np.float64)
    counted: dict[str, Floats] = {}
    surprises: dict[str, Surprise] = {}
    for name, one in found.items():
        if name in JOINT or name in WINDOWED or not len(one.far):
            continue
        odd = np.bincount(place[one.far], minlength=len(days)).astype(np.float64)
        p = _rare(odd, active)
        rows = np.flatnonzero(p < 1.0)
        counted[name], surprises[name] = odd, Surprise(rows, np.log(p[rows]), np.zeros(len(rows), bool))
    alarmed = alarms(_as_one(panel, days), surprises, limit)
    made = []
    for number, day in enumerate(alarmed.rows):
        name = list(surprises)[int(np.argmax(alarmed.shares[number]))]
        stretch = np.arange(alarmed.begins[number], day + 1)
        members = _members(panel, found[name], place, stretch)
        if members:
            evidence = float(alarmed.evidence[number])
            made.append(_wave(name, evidence, members, days, (counted[name], active), stretch))
    return made


def _wave(
    detector: str, evidence: float, members: list[int], days: Ints, counts: tuple[Floats, Floats], stretch: Ints
) -> Wave:
    odd, active = counts
    top = int(stretch[np.argmax(odd[stretch] / active[stretch])])
    past = np.sort(odd[max(0, int(stretch[0]) - MEMORY) : stretch[0]])
    return Wave(
        detector=detector,
        evidence=evidence,
        rows=tuple(members),
        top=int(days[top]),
        odd=int(odd[top]),
        active=int(active[top]),
        usual=int(past[len(past) // 2]) if len(past) else 0,
        most=int(past.max(initial=0)),
        before=len(past),
    )


def _rare(odd: Floats, active: Floats) -> Floats:
    """Return for each day how rarely so many accounts are odd, judged by the days before it."""
    p = np.ones(len(odd))
    kept_odd = odd.copy()
    for day in range(HISTORY, len(odd)):
        past = slice(max(0, day - MEMORY), day)
        k, n = kept_odd[past], active[past]
        rate = (float(k.sum()) + 0.5) / (float(n.sum()) + 1.0)
        chance = np.maximum(n * rate * (1.0 - rate), 0.25)
        spread = (float((((k - n * rate) ** 2) / chance).sum()) + SPREAD_PRIOR) / (len(k) + SPREAD_PRIOR)
        sd = math.sqrt(max(spread, 1.0) * max(active[day] * rate * (1.0 - rate), 0.25))
        z = (float(odd[day]) - 0.5 - active[day] * rate) / sd
        if odd[day] >= FEWEST and z > 0:
            p[day] = max(0.5 * math.erfc(z / math.sqrt(2.0)), REACH / (len(k) + 1.0))
        kept_odd[day] = min(float(odd[day]), active[day] * rate + 2.0 * sd)
    return p


def _members(panel: Panel, one: Surprise, place: Ints, stretch: Ints) -> list[int]:
    """Return the odd rows of the accounts that are odd on enough of their days in the stretch."""
    inside = np.flatnonzero((place >= stretch[0]) & (place <= stretch[-1]))
    odd = one.far[np.isin(one.far, inside)]
    worked = np.bincount(panel.account[inside], minlength=len(panel.accounts))
    often = np.bincount(panel.account[odd], minlength=len(panel.accounts))
    member = (often >= MEMBER * worked) & (often >= min(2, len(stretch)))
    kept = odd[member[panel.account[odd]]]
    return [int(row) for row in kept] if len(np.unique(panel.account[kept])) >= FEWEST else []


def _as_one(panel: Panel, days: Ints) -> Panel:
    zero, edges = np.zeros(len(days), np.int64), np.array([0, len(days)])
    return dataclasses.replace(
        panel,
        accounts=("",),
        professions=("",),
        classes=("",),
        peers=np.zeros(1, np.int64),
        opened=zero[:1],
        account=zero,
        day=days,
        start=edges,
        columns={},
    )
