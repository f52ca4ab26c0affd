"""Teams: who works together. The staff list's unit where it is known, else learned from shared patients.

**Definition.** Only touches on sampled days count: those whose number of days since 1970 is 0, 1 or 2 modulo 7; and
only patients whom 2 to 12 accounts touch on that day. The weight of two accounts is how many such (day, patient) they
share. Each account keeps its ``NEIGHBOURS`` heaviest neighbours of weight >= ``SHARED`` (ties: the name that sorts
first); a link is kept if either end keeps it. Then names spread: an account whose unit is known is labelled with
``UNIT`` and the unit, for ever; every other account starts with ``LEARNED`` and its own name. In ``ROUNDS`` rounds,
every account without a unit, in the order of names, takes the label of the greatest sum of weights among its linked
neighbours (ties: the label that sorts first), if it has any. A learned label worn by more than a quarter of all
accounts seen in the touches, but always by more than ``SMALL``, is no team: it stays out of the table; so does one worn
alone.
"""

from collections import Counter, defaultdict
from collections.abc import Callable

import ibis
import pyarrow as pa
from ibis.expr.types import Table

from ecluse.watch.schema import TEAMS

SAMPLED = 3
FEWEST, MOST = 2, 12
NEIGHBOURS = 16
SHARED = 2
ROUNDS = 5
SMALL = 6
SHARE = 4  # no learned team is more than one account in four
UNIT, LEARNED = "unit ", "like "

Links = dict[str, dict[str, int]]


def teams_of(collect: Callable[[Table], pa.Table], touches: Table, staff: Table) -> pa.Table:
    """Return the team of each account that has one."""
    units = collect(staff.filter(staff.unit != "").select("account", "unit"))
    known = dict(zip(units["account"].to_pylist(), units["unit"].to_pylist(), strict=True))
    names = sorted(collect(touches.select("account").distinct())["account"].to_pylist())
    learning = any(name not in known for name in names)
    found = collect(links_of(touches)) if learning else None
    labels = spread(known, names, _links(found) if found is not None else {})
    pairs = sorted(labels.items())
    return pa.Table.from_pydict({"account": [a for a, _ in pairs], "team": [t for _, t in pairs]}, schema=TEAMS)


def links_of(touches: Table) -> Table:
    """Return account, other and weight: the heaviest neighbours of each account."""
    sampled = touches.filter(touches.day.epoch_days() % 7 < SAMPLED).select("day", "account", "patient")
    crowd = sampled.group_by("day", "patient").agg(number=sampled.count())
    few = crowd.filter(crowd.number.between(FEWEST, MOST))
    meeting = sampled.semi_join(few, ["day", "patient"])
    mates = meeting.view()
    met = meeting.join(
        mates,
        [meeting.day == mates.day, meeting.patient == mates.patient, meeting.account != mates.account],
    ).select(account=meeting.account, other=mates.account)
    weighed = met.group_by("account", "other").agg(weight=met.count())
    enough = weighed.filter(weighed.weight >= SHARED)
    order = ibis.window(group_by=enough.account, order_by=[ibis.desc(enough.weight), enough.other])
    return enough.mutate(place=ibis.row_number().over(order)).filter(lambda t: t.place < NEIGHBOURS).drop("place")


def _links(found: pa.Table) -> Links:
    links: Links = defaultdict(dict)
    for row in found.to_pylist():
        links[row["account"]][row["other"]] = row["weight"]
        links[row["other"]][row["account"]] = row["weight"]
    return links


def spread(units: dict[str, str], names: list[str], links: Links) -> dict[str, str]:
    """Return the team of each account: its unit, or the label that reaches it."""
    labels = {name: LEARNED + name for name in names} | {name: UNIT + unit for name, unit in units.items()}
    for _ in range(ROUNDS):
        for name in names:
            heard: Counter[str] = Counter()
            for other, weight in links.get(name, {}).items():
                heard[labels[other]] += weight
            if name not in units and heard:
                labels[name] = min(heard, key=lambda label: (-heard[label], label))
    worn = Counter(labels[name] for name in names if name not in units)
    most = max(SMALL, len(names) // SHARE)
    return {
        name: label
        for name, label in labels.items()
        if name in units or label.startswith(UNIT) or 1 < worn[label] <= most
    }
