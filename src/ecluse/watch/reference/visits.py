"""Visits, touches and pairs, one access at a time."""

from collections import defaultdict
from datetime import date

from ecluse.core.events import Deed
from ecluse.watch.reference.rows import Mark, Pair, Seen, Sign, Stand, Visit

PLACE = {deed.value: place for place, deed in enumerate(Deed)}
OUT = {"export", "print", "report", "everything"}


def visits(accesses: list[Seen]) -> list[Visit]:
    """Return one visit for each (day, account, patient)."""
    together: dict[tuple[date, str, str], list[Seen]] = defaultdict(list)
    for access in accesses:
        together[access.day, access.account, access.patient].append(access)
    return [_visit(group) for group in together.values()]


def _visit(group: list[Seen]) -> Visit:
    hours = deeds = 0
    for access in group:
        hours |= 1 << access.hour
        deeds |= 1 << PLACE[access.deed]
    return Visit(
        day=group[0].day,
        account=group[0].account,
        patient=group[0].patient,
        n=len(group),
        since=min(access.ts for access in group),
        until=max(access.ts for access in group),
        hours=hours,
        deeds=deeds,
        shown=_shown(group),
        out=_shown([access for access in group if access.deed in OUT]),
        duty=any(access.duty for access in group),
        grain=max(access.grain for access in group),
        at_least=any(access.at_least for access in group),
    )


def _shown(group: list[Seen]) -> int:
    """Count the patients displayed: the one named counts once, those beside it each time."""
    if not group:
        return 0
    if group[0].patient == "":
        return sum(max(access.shown, 0) for access in group)
    return 1 + sum(max(access.shown - 1, 0) for access in group)


def pairs(touched: list[Visit]) -> list[Pair]:
    """Return one row for each (account, patient)."""
    together: dict[tuple[str, str], list[Visit]] = defaultdict(list)
    for touch in touched:
        together[touch.account, touch.patient].append(touch)
    return [_pair(sorted(touches, key=lambda touch: touch.day)) for touches in together.values()]


def _pair(touches: list[Visit]) -> Pair:
    first, last = touches[0], touches[-1]
    return Pair(
        account=first.account,
        patient=first.patient,
        first_day=first.day,
        last_day=last.day,
        days=len(touches),
        deeds=first.deeds,
        duty=first.duty,
    )


def relations(pairs: list[Pair], marks: list[Mark]) -> set[Mark]:
    """Return the relations between accounts and patients they touched.

    A mark for everybody does not concern whom the record itself is about.
    """
    found = set()
    for pair in pairs:
        own = Mark(pair.account, pair.patient, "self") in marks
        for mark in marks:
            if mark.patient == pair.patient and (mark.account == pair.account or (mark.account == "" and not own)):
                found.add(Mark(pair.account, pair.patient, mark.relation))
    return found


def places(accesses: list[Seen], signs: list[Sign]) -> set[Stand]:
    """Return from where each account worked on each day."""
    found = set()
    seen: list[Seen | Sign] = [*accesses, *(sign for sign in signs if sign.act == "login")]
    for one in seen:
        found.add(Stand(one.day, one.account, "address", one.address))
        found.add(Stand(one.day, one.account, "device", one.device))
    for access in accesses:
        found.add(Stand(access.day, access.account, "site", access.site))
    return {stand for stand in found if stand.key}
