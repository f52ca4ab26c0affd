"""Detectors of places and hours: device, hours, overlap, travel, shared, spraying."""

from collections import defaultdict
from datetime import date
from itertools import pairwise

from ecluse.watch.reference.days import hours as hours_of
from ecluse.watch.reference.firsts import number
from ecluse.watch.reference.life import seen_on
from ecluse.watch.reference.machine import second
from ecluse.watch.reference.rows import Day, First, Seen, Sign, Stand
from ecluse.watch.reference.tables import Derived, Values

Switch = tuple[tuple[object, ...], int, str, str]  # order, second, key, device


def fresh(stand: Stand, d: Derived) -> bool:
    """Tell whether the account has the place since at most 3 days, after a history of places of the same kind."""
    mine = [other for other in d.places if (other.account, other.kind) == (stand.account, stand.kind)]
    first = min(number(other.day) for other in mine if other.key == stand.key)
    before = {number(other.day) for other in mine if number(other.day) < first}
    return first >= number(stand.day) - 2 and len(before) >= 3


def known_elsewhere(stand: Stand, d: Derived) -> bool:
    """Tell whether another account had the place before this one."""
    same = [other for other in d.places if (other.kind, other.key) == (stand.kind, stand.key)]
    first = min(number(other.day) for other in same if other.account == stand.account)
    return any(other.account not in {"", stand.account} and number(other.day) < first for other in same)


def device(d: Derived) -> Values:
    """Take the volume of the days with a fresh and unknown place."""
    new = {
        (stand.account, stand.day)
        for stand in d.places
        if stand.kind in {"address", "device"} and fresh(stand, d) and not known_elsewhere(stand, d)
    }
    return {(day.account, day.day): day.shown for day in d.days if (day.account, day.day) in new}


def hours(d: Derived) -> Values:
    """Count the patients seen at hours near none of the past."""
    found = {}
    for day in d.days:
        if sum(past < number(day.day) for past in seen_on(day.account, d)) >= 5:
            found[day.account, day.day] = _at_strange_hours(day, d)
    return found


def _at_strange_hours(day: Day, d: Derived) -> int:
    mine = [access for access in d.log.accesses if access.account == day.account]
    logins = [sign for sign in d.log.signs if (sign.account, sign.act) == (day.account, "login")]
    past = {access.hour for access in mine if access.day < day.day}
    past |= {login.hour for login in logins if login.day < day.day}
    known = {(hour + near) % 24 for hour in past for near in (-1, 0, 1)}
    named = [touch for touch in d.touches if (touch.account, touch.day) == (day.account, day.day)]
    nameless = [access for access in mine if access.day == day.day and not access.patient and access.hour not in known]
    return sum(bool(hours_of(touch) - known) for touch in named) + sum(max(one.shown, 0) for one in nameless)


def overlap(d: Derived) -> Values:
    """Count the switches between two addresses."""
    found = {}
    for day, new in _fresh_keys(d, "address").items():
        seen: list[Seen | Sign] = [one for one in d.log.accesses if one.grain == 0 and one.address]
        seen += [sign for sign in d.log.signs if sign.act == "login" and sign.address]
        mine = [one for one in seen if (one.account, one.day) == day]
        steps: list[Switch] = [
            ((one.ts, one.address, one.device), second(one.ts), one.address, one.device) for one in mine
        ]
        number_of = _switches(steps, new, 10)
        found[day] = number_of if number_of >= 2 else 0
    return found


def travel(d: Derived) -> Values:
    """Count the switches between two sites."""
    found = {}
    for day, new in _fresh_keys(d, "site").items():
        mine = [one for one in d.log.accesses if (one.account, one.day) == day and one.grain == 0 and one.site]
        steps: list[Switch] = [((one.ts, one.site), second(one.ts), one.site, "") for one in mine]
        found[day] = _switches(steps, new, 900)
    return found


def _fresh_keys(d: Derived, kind: str) -> dict[tuple[str, date], set[str]]:
    found: dict[tuple[str, date], set[str]] = defaultdict(set)
    for stand in d.places:
        if stand.kind == kind and fresh(stand, d):
            found[stand.account, stand.day].add(stand.key)
    return found


def _switches(steps: list[Switch], new: set[str], within: int) -> int:
    in_order = sorted(steps)
    total = 0
    for (_, before, key, device_), (_, after, other, other_device) in pairwise(in_order):
        apart = device_ != other_device or not device_
        total += key != other and bool({key, other} & new) and apart and after - before <= within
    return total


def shared(d: Derived) -> Values:
    """Take the union of the patients of several accounts recent at one place."""
    found: Values = defaultdict(int)
    for day, kind, key in {(stand.day, stand.kind, stand.key) for stand in d.places if stand.kind != "site"}:
        there = [stand for stand in d.places if (stand.day, stand.kind, stand.key) == (day, kind, key)]
        taken = {stand.account: _taken(stand, d.firsts) for stand in there if stand.account and _recent(stand, d)}
        several = {account: patients for account, patients in taken.items() if len(patients) >= 5}
        union = set().union(*several.values()) if several else set()
        if len(several) >= 2 and 10 * len(union) >= 9 * sum(map(len, several.values())):
            for account in several:
                found[account, day] = max(found[account, day], len(union))
    return dict(found)


def _taken(stand: Stand, firsts: list[First]) -> set[str]:
    mine = [first for first in firsts if (first.touch.account, first.touch.day) == (stand.account, stand.day)]
    return {first.touch.patient for first in mine if not first.explained}


def _recent(stand: Stand, d: Derived) -> bool:
    same = [o for o in d.places if (o.account, o.kind, o.key) == (stand.account, stand.kind, stand.key)]
    first = min(other.day for other in same)
    active = any(day.account == stand.account and day.day < first for day in d.days)
    return number(first) >= number(stand.day) - 6 and active


def spraying(d: Derived) -> Values:
    """Count the accounts an address failed on, for those it got into."""
    found: Values = defaultdict(int)
    for stand in d.places:
        if stand.kind == "address":
            days = {number(stand.day) - 1, number(stand.day)}
            failed = {s.account for s in d.log.signs if s.act == "login-failure" and _at(s, stand.key, days)}
            placed = {
                o.account for o in d.places if (o.kind, o.key) == ("address", stand.key) and number(o.day) in days
            }
            tried = len(failed - {""})
            if tried >= 5 and tried >= 2 * len(placed - {""}):
                found[stand.account, stand.day] = max(found[stand.account, stand.day], tried)
    return dict(found)


def _at(sign: Sign, address: str, days: set[int]) -> bool:
    return sign.address == address and number(sign.day) in days
