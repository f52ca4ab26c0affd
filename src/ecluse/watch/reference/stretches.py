"""Detectors of stretches of patient numbers: block, shards."""

from collections import Counter, defaultdict
from datetime import date

from ecluse.watch.reference.counts import awake
from ecluse.watch.reference.days import words
from ecluse.watch.reference.tables import Derived, Values


def block(d: Derived) -> Values:
    """Take the longest chain of neighbouring patients of one account."""
    rank = ranks(d)
    found = {}
    for day in d.days:
        if day.account and day.unexplained >= 8 and day.patients * 10 <= len(rank):
            key = (day.account, day.day)
            new = [f.touch for f in d.firsts if (f.touch.account, f.touch.day) == key and not f.explained]
            placed = sorted(rank[touch.patient] for touch in new if "create" not in words(touch))
            longest = max(map(len, chains(placed)), default=0)
            found[key] = longest if longest >= 8 else 0
    return found


def shards(d: Derived) -> Values:
    """Count the sleeping patients in chains, on days when several accounts have a part in them."""
    rank = ranks(d)
    owners: dict[date, dict[int, str]] = defaultdict(dict)
    for first in d.firsts:
        touch = first.touch
        if touch.account and not first.explained and not awake(first, d) and "create" not in words(touch):
            owners[touch.day][rank[touch.patient]] = touch.account
    found: Values = {}
    for day, owner in owners.items():
        long = [chain for chain in chains(sorted(owner)) if len(chain) >= 5] if len(owner) * 10 <= len(rank) else []
        parts = [Counter(owner[place] for place in chain) for chain in long]
        takers = {account for part in parts for account, number in part.items() if number >= 2}
        if len(takers) >= 2:
            found |= {(account, day): sum(map(len, long)) for account in takers}
    return found


def ranks(d: Derived) -> dict[str, int]:
    """Number the patients in the order of text."""
    return {patient: rank for rank, patient in enumerate(sorted({t.patient for t in d.touches if t.account}), 1)}


def chains(placed: list[int]) -> list[list[int]]:
    """Cut rising ranks wherever two are more than 2 apart."""
    found: list[list[int]] = []
    for rank in placed:
        if found and rank - found[-1][-1] <= 2:
            found[-1].append(rank)
        else:
            found.append([rank])
    return found
