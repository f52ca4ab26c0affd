"""Detectors of what becomes of accounts: dormant, newcomer, gained, guessing, impersonation, tamper."""

from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise

from ecluse.watch.reference.firsts import number
from ecluse.watch.reference.machine import second
from ecluse.watch.reference.rows import Day, Member, Sign
from ecluse.watch.reference.tables import Derived, Values

GAINS = {"grant", "created", "unlock", "factor", "password"}


def by_account(d: Derived) -> dict[str, list[Day]]:
    """Return the active days of each account, in order."""
    found: dict[str, list[Day]] = defaultdict(list)
    for day in sorted(d.days, key=lambda day: day.day):
        found[day.account].append(day)
    return found


def seen_on(account: str, d: Derived) -> list[int]:
    """Return the numbers of the days on which the account is active or has a login, in order."""
    active = {number(day.day) for day in d.days if day.account == account}
    logins = {number(sign.day) for sign in d.log.signs if (sign.account, sign.act) == (account, "login")}
    return sorted(active | logins)


def dormant(d: Derived) -> Values:
    """Take the volume of the week after a waking, and of days after the end."""
    members = {member.account: member for member in d.log.staff}
    found = {}
    for account, days in by_account(d).items():
        member = members.get(account, Member(account))
        waking = _wakings(seen_on(account, d), _begin(d), member.since)
        for day in days:
            awake = any(number(day.day) - 6 <= moment <= number(day.day) for moment in waking)
            if awake or (member.until is not None and member.until < day.day):
                found[account, day.day] = day.shown
    return found


def _wakings(seen: list[int], begin: int, since: date | None) -> list[int]:
    waking = [after for before, after in pairwise(seen) if after - before >= 60]
    if since is not None and seen[0] - begin >= 28 and seen[0] - number(since) >= 60:
        waking.append(seen[0])
    return waking


def _begin(d: Derived) -> int:
    return min((number(day.day) for day in d.days), default=0)


def newcomer(d: Derived) -> Values:
    """Take the volume, or the unexplained firsts, of a young account's day that are above three medians."""
    found = {}
    for account, days in by_account(d).items():
        first = seen_on(account, d)[0]
        made = [number(sign.day) for sign in d.log.signs if (sign.account, sign.act) == (account, "created")]
        for day in days:
            known_new = first - _begin(d) >= 14 or any(first - 30 <= moment <= number(day.day) for moment in made)
            if known_new and number(day.day) - first <= 6:
                volume = day.shown if day.shown >= 20 and day.shown > 3 * _median(day, d, "shown") else 0
                strange = day.unexplained
                strange = strange if strange >= 10 and strange > 3 * _median(day, d, "unexplained") else 0
                found[account, day.day] = max(volume, strange)
    return found


def _median(day: Day, d: Derived, what: str) -> int:
    same = [other for other in d.days if other.account and other.profession == day.profession]
    numbers = sorted(int(getattr(other, what)) for other in same)
    return numbers[(len(numbers) - 1) // 2] if numbers else 0


def gained(d: Derived) -> Values:
    """Take by how much the volume passes that of the month before the right was gained."""
    found = {}
    for account, days in by_account(d).items():
        gains = [number(sign.day) for sign in d.log.signs if sign.account == account and sign.act in GAINS]
        for day in days:
            today = number(day.day)
            near = [gain for gain in gains if gain >= _begin(d) + 7 and today - 7 <= gain <= today]
            if near and day.shown >= 20:
                past = [old.shown for old in days if min(near) - 28 <= number(old.day) < min(near)]
                found[account, day.day] = day.shown - max(past, default=0)
    return found


def guessing(d: Derived) -> Values:
    """Count the failures in the hour before a login."""
    found: Values = {}
    for login in d.log.signs:
        if login.act == "login":
            tries = sum(_leads(sign, login) for sign in d.log.signs)
            if tries >= 5:
                key = (login.account, login.day)
                found[key] = max(found.get(key, 0), tries)
    return found


def _leads(failure: Sign, login: Sign) -> bool:
    same = failure.act == "login-failure" and failure.account == login.account
    return same and second(login.ts) - 3600 <= second(failure.ts) <= second(login.ts)


def impersonation(d: Derived) -> Values:
    """Count as how many others an account entered."""
    entered = {(sign.by or sign.account, sign.day, sign.account) for sign in d.log.signs if sign.act == "impersonate"}
    return dict(Counter((actor, day) for actor, day, _ in entered))


def tamper(d: Derived) -> Values:
    """Count the stops of a log, and the lone faults that name an account."""
    found = Counter((sign.by or sign.account, sign.day) for sign in d.log.signs if sign.act == "log-off")
    kinds = Counter((flaw.fault, flaw.source) for flaw in d.log.integrity)
    for flaw in d.log.integrity:
        if flaw.account and flaw.day is not None and kinds[flaw.fault, flaw.source] <= 20:
            found[flaw.account, flaw.day] += 1
    return dict(found)
