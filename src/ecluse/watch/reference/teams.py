"""Teams, from lists of who touched whom."""

from collections import Counter, defaultdict
from datetime import date

from ecluse.watch.reference.firsts import number
from ecluse.watch.reference.rows import Member, Visit

Weights = dict[str, dict[str, int]]


def teams(touched: list[Visit], staff: list[Member]) -> dict[str, str]:
    """Return the team of each account that has one."""
    units = {member.account: member.unit for member in staff if member.unit}
    names = sorted({touch.account for touch in touched})
    labels = {name: f"like {name}" for name in names}
    labels.update({name: f"unit {unit}" for name, unit in units.items()})
    links = kept_links(weights(touched))
    for _ in range(5):
        for name in names:
            if name not in units and links[name]:
                labels[name] = _loudest(links[name], labels)
    return {name: label for name, label in labels.items() if _is_team(label, labels, names, units)}


def weights(touched: list[Visit]) -> Weights:
    """Return, for each two accounts, on how many sampled (day, patient) they met."""
    met: dict[tuple[date, str], list[str]] = defaultdict(list)
    for touch in touched:
        if number(touch.day) % 7 in {0, 1, 2}:
            met[touch.day, touch.patient].append(touch.account)
    shared: Weights = defaultdict(lambda: defaultdict(int))
    for accounts in met.values():
        if 2 <= len(accounts) <= 12:
            for one in accounts:
                for other in accounts:
                    if one != other:
                        shared[one][other] += 1
    return shared


def kept_links(shared: Weights) -> Weights:
    """Return the links that one of their ends keeps: its 16 heaviest of weight 2 or more."""
    links: Weights = defaultdict(dict)
    for one, others in shared.items():
        heavy = sorted((-weight, other) for other, weight in others.items() if weight >= 2)
        for weight, other in heavy[:16]:
            links[one][other] = links[other][one] = -weight
    return links


def _loudest(linked: dict[str, int], labels: dict[str, str]) -> str:
    sums: Counter[str] = Counter()
    for other, weight in linked.items():
        sums[labels[other]] += weight
    best = max(sums.values())
    return min(label for label, total in sums.items() if total == best)


def _is_team(label: str, labels: dict[str, str], names: list[str], units: dict[str, str]) -> bool:
    if label.startswith("unit "):
        return True
    worn = sum(labels[name] == label for name in names if name not in units)
    return 1 < worn <= max(6, len(names) // 4)
