"""Episodes of an invented log: what a detector should see, and what only nearly looks like it."""

from datetime import timedelta
from typing import Any

import msgspec

from ecluse.core.events import Access, AccountAct, AccountEvent, Deed, Event
from ecluse.watch.reference.invent import (
    ACCOUNTS,
    ADDRESSES,
    EITHER,
    MOSTLY,
    PATIENTS,
    RARELY,
    SITES,
    Chance,
    moments,
    places,
)


def sweeps(draw: Chance) -> list[Access]:
    """Draw a walk over many patients by one account, nearly even and nearly in order."""
    at, account, where = moments(draw), draw(ACCOUNTS), places(draw)
    number = draw([3, 9, 19, 20, 21, 24, 30])
    names = _walk(draw(["up", "down", "alphabet", "mixed"]), draw([1, 2, 90, 1000]), number)
    if draw(EITHER):
        names.insert(draw(range(number + 1)), draw(PATIENTS))
    step, rough = draw([0, 1, 2, 10, 60, 600]), draw([(0,), (0, 0, 0, 1), (0, 1, 2, 7)])
    deeds = draw([[Deed.READ], [Deed.LIST], [Deed.SEARCH, Deed.READ], [Deed.EXPORT], [Deed.PRINT, Deed.READ]])
    grain, shown, site = draw([0, 0, 0, 3600]), draw([1, 1, 10]), draw(SITES)
    found = []
    for place, name in enumerate(names):
        at += timedelta(seconds=step + (draw(rough) if len(rough) > 1 else 0))
        deed = deeds[place % len(deeds)]
        found.append(Access(at, account, deed, name, shown, grain=grain, site=site, **where))
    return found


def _walk(kind: str, first: int, number: int) -> list[str]:
    if kind == "alphabet":
        return [f"P{first + place:04}" for place in range(number)]
    if kind == "mixed":
        return [str(first + place * 7 % number) for place in range(number)]
    up = [str(first + place) for place in range(number)]
    return up if kind == "up" else up[::-1]


def guesses(draw: Chance) -> list[Event]:
    """Draw failures of one account, or of several from one address, and a success."""
    at, where = moments(draw), places(draw)
    victims = draw([ACCOUNTS[:1], ACCOUNTS[1:2], ACCOUNTS[2:3], ACCOUNTS[:2]])
    wait = draw([0, 1, 60, 600, 720, 900])
    found: list[Event] = []
    for place in range(draw([4, 5, 6, 8])):
        found.append(AccountEvent(at, victims[place % len(victims)], AccountAct.LOGIN_FAILURE, **where))
        at += timedelta(seconds=wait)
    at += timedelta(seconds=draw([0, 1, 3600 - 5 * wait, 3601 - 5 * wait]))
    return [*found, AccountEvent(at, draw(victims), AccountAct.LOGIN, **where)]


def gains(draw: Chance) -> list[Event]:
    """Draw a right given, or an account made, some days before its use."""
    used = sweeps(draw)
    first = used[0]
    act = draw([AccountAct.GRANT, AccountAct.PASSWORD, AccountAct.CREATED, AccountAct.UNLOCK, AccountAct.LOGIN])
    at = first.at - timedelta(days=draw([0, 1, 6, 7, 8]), seconds=draw([0, 1, -1, 3600]))
    before = at - timedelta(days=draw([1, 6, 7, 13, 14, 28, 29]))
    known = Access(before, draw([first.account, "zoe"]), Deed.LIST, "1", shown=draw([1, 5, 20]))
    return [known, AccountEvent(at, first.account, act, by=draw(ACCOUNTS)), *used]


def returns(draw: Chance) -> list[Event]:
    """Draw a walk repeated after a while by the same account, or by one that resembles it."""
    walk = sweeps(draw)
    gap = timedelta(days=draw([0, 0, 0, 0, 1, 5, 6, 7, 8, 27, 28, 29, 59, 60, 61, 90]), seconds=draw([0, 0, 1, 3600]))
    whose = draw([None, None, *ACCOUNTS])
    offset = draw(["", "", "9"])
    again = [
        msgspec.structs.replace(
            step,
            at=step.at + gap,
            account=step.account if whose is None else whose,
            patient=offset + step.patient,
        )
        for step in walk
    ]
    between = walk[0].at + gap / 2
    awake: list[Event] = [AccountEvent(between, again[0].account, AccountAct.LOGIN)] if draw(RARELY) else []
    return [*walk, *awake, *again]


def rounds(draw: Chance) -> list[Event]:
    """Draw accounts that see the same patients on the same days, as a team does."""
    team, number = draw([ACCOUNTS[:2], ACCOUNTS[1:4], ACCOUNTS[:5]]), draw([1, 2, 3])
    at, days = moments(draw), draw([1, 2, 4])
    return [
        Access(at + timedelta(days=day, minutes=place), account, Deed.READ, str(patient))
        for day in range(days)
        for place, account in enumerate(team)
        for patient in range(number)
    ]


def moves(draw: Chance) -> list[Event]:
    """Draw an account with a habit of hours and places, that then works from two places, in turns."""
    at, account = moments(draw), draw(ACCOUNTS)
    home, away = _place(draw, 1), _place(draw, 2)
    days = draw([2, 3, 3, 4, 5, 5, 6])
    found: list[Event] = []
    for day in range(days):
        if draw(RARELY):  # there, and shown nobody
            known = {"device": home["device"], "address": home["address"]}
            found.append(AccountEvent(at + timedelta(days=day), account, AccountAct.LOGIN, **known))
        else:
            found.append(Access(at + timedelta(days=day), account, Deed.READ, f"{day}", **home))
    at += timedelta(days=days + draw([-1, 0, 0, 0, 1, 2]), hours=draw([0, 0, 1, 2, 12, 22]))
    wait = draw([(0, 1), (0, 1), (9, 10), (10, 11), (899, 900, 901), (3600,)])
    if draw(RARELY):  # already here the day before, or the one before that
        found.append(Access(at - timedelta(days=draw([1, 2, 3])), account, Deed.READ, "", **away))
    for place in range(draw([1, 3, 6, 6])):
        there = (away if draw(MOSTLY) else home) if place % 2 else (home if draw(MOSTLY) else away)
        if draw(RARELY):
            act = draw([AccountAct.LOGIN, AccountAct.LOGIN, AccountAct.LOGOUT])
            found.append(AccountEvent(at, account, act, address=there["address"], device=there["device"]))
        else:
            patient, grain = draw(["", f"x{place}", "0"]), draw([0, 0, 0, 0, 60])
            found.append(Access(at, account, Deed.READ, patient, grain=grain, **there))
        at += timedelta(seconds=draw(wait), milliseconds=draw([0, 500]))
    return found


def _place(draw: Chance, number: int) -> dict[str, Any]:
    """Draw a place that seldom resembles that of another number."""
    device = draw([f"pc{number}", f"pc{number}", "", "pc1"])
    address = draw([f"10.0.0.{number}", f"10.0.0.{number}", f"192.0.2.{number}", "", "10.0.0.1"])
    return {"device": device, "address": address, "site": draw([f"site{number}", "", "north"])}


def bands(draw: Chance) -> list[Event]:
    """Draw accounts, most of them known, that divide patients among them at a place new to them."""
    at, where = moments(draw), _place(draw, 3)
    size, over = draw([4, 5, 5, 6, 10]), draw([0, 0, 1, 5])
    found: list[Event] = []
    for place, account in enumerate(draw([ACCOUNTS[:2], ACCOUNTS[1:4], ACCOUNTS[3:]])):
        known = at - timedelta(days=draw([1, 1, 6, 7, 20, 0]))
        if draw(MOSTLY):
            found.append(Access(known, account, Deed.READ, "P4"))
        if draw(RARELY):
            known += timedelta(days=draw([0, 1]))
            found.append(Access(known, account, Deed.READ, "P4", **where))
        start = place * (size - over)
        found += [
            Access(at + timedelta(seconds=n), account, Deed.READ, f"b{n:03}", **where)
            for n in range(max(start, 0), max(start, 0) + size)
        ]
    return found


def sprays(draw: Chance) -> list[Event]:
    """Draw an address that fails on many accounts, and gets into one or two, in time or not."""
    at, address = moments(draw), draw(ADDRESSES)
    victims = ["ana", "bo", "cy", "fay", "gil", "hal", ""][: draw([4, 5, 6, 7])]
    found: list[Event] = [
        AccountEvent(at + timedelta(seconds=n), victim, AccountAct.LOGIN_FAILURE, address=address)
        for n, victim in enumerate(victims)
    ]
    for _ in range(draw([1, 1, 2, 3, 4])):
        later = at + timedelta(hours=draw([0, 1, 20, 24, 48]))
        account = draw([*victims, "eve"])
        if draw(EITHER):
            found.append(AccountEvent(later, account, AccountAct.LOGIN, address=address))
        else:
            found.append(Access(later, account, Deed.READ, "2", address=address))
    return found


def blocks(draw: Chance) -> list[Event]:
    """Draw a base of patients, and one account or several who take neighbours out of it, long after or not."""
    at, everybody = moments(draw), draw([90, 130, 190, 190])
    found: list[Event] = [Access(at, draw(["zoe", "zoe", "zoe", ""]), Deed.LIST, f"n{n:03}") for n in range(everybody)]
    at += timedelta(days=draw([0, 1, 14, 20, 20]))
    thieves, patient = draw([ACCOUNTS[:1], ACCOUNTS[2:3], ACCOUNTS[:2], ACCOUNTS[1:4], ACCOUNTS[3:]]), draw([0, 5, 40])
    strides = draw([(1,), (1, 2), (2,), (1, 1, 2, 2, 2, 2, 2, 3)])
    for step in range(draw([7, 8, 9, 11, 12, 12, 13, 14])):
        deed = Deed.CREATE if draw([*[False] * 15, True]) else Deed.READ
        thief = thieves[step % len(thieves)] if draw(MOSTLY) else draw(thieves)
        found.append(Access(at + timedelta(seconds=step), thief, deed, f"n{patient:03}"))
        patient += draw(strides)
    return found


ALL = (sweeps, guesses, gains, returns, rounds, moves, bands, sprays, blocks)
