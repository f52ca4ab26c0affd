"""What happens to accounts: sign-ins, mistyped passwords, sign-outs, hirings, departures, changed passwords."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
from msgspec.structs import replace

from ecluse.core.events import AccountAct, AccountEvent
from ecluse.core.words import Profession
from ecluse.drill.world import cast
from ecluse.drill.world.places import Places
from ecluse.drill.world.plan import Plan
from ecluse.drill.world.rows import Rows
from ecluse.drill.world.settings import MINUTES, Settings

MISTYPES, SIGNS_OUT, PASSWORD_DAYS = 0.04, 0.7, 90
OFFICER = cast.FIRST[Profession.SECURITY_OFFICER]


def signs(plan: Plan, places: Places, day: int, rows: Rows) -> Iterator[AccountEvent]:
    """Yield the day's events of accounts: one sign-in for each session, before its first row."""
    chance = plan.settings.chance("signs", day)
    session, device = places.session(rows), places.device(rows)
    _, first = np.unique(session, return_index=True)
    last = len(rows) - 1 - np.unique(session[::-1], return_index=True)[1]
    for begin, end in zip(first.tolist(), last.tolist(), strict=True):
        if session[begin] < 0:
            continue
        at = moment(plan.settings, float(rows.at[begin])) - timedelta(seconds=float(chance.integers(10, 150)))
        login = AccountEvent(
            at,
            plan.staff.account[rows.who[begin]],
            AccountAct.LOGIN,
            session=places.session_name(int(session[begin])),
            device=places.device_name(int(device[begin])),
            address=places.address(int(device[begin])),
        )
        if chance.random() < MISTYPES:
            failure = {"at": at - timedelta(seconds=12), "act": AccountAct.LOGIN_FAILURE, "session": ""}
            yield replace(login, **failure)
        yield login
        if chance.random() < SIGNS_OUT:
            ends = moment(plan.settings, float(rows.at[end]) + 5 * chance.random())
            yield replace(login, at=ends, act=AccountAct.LOGOUT)
    yield from _sees_nothing(plan, day)
    yield from _administration(plan, day)


def moment(settings: Settings, minute: float) -> datetime:
    """Return the establishment's own clock at a minute of the world."""
    return settings.midnight + timedelta(microseconds=round(minute * 60_000_000))


def _sees_nothing(plan: Plan, day: int) -> Iterator[AccountEvent]:
    """Yield the working day of the one who signs in and never sees a patient."""
    who = plan.staff.number(cast.SEES_NOTHING)
    if plan.rota.start[who, day] >= 0:
        at = moment(plan.settings, float(plan.rota.start[who, day]))
        yield AccountEvent(at, cast.SEES_NOTHING, AccountAct.LOGIN, session=f"nothing{day}", device="PC-DSI-01")


def _administration(plan: Plan, day: int) -> Iterator[AccountEvent]:
    """Yield accounts made for newcomers, closed for leavers, and passwords changed every three months."""
    at = plan.settings.midnight + timedelta(days=day, hours=9)
    for who, account in enumerate(plan.staff.account):
        if plan.staff.since[who] == day:
            yield AccountEvent(at - timedelta(hours=4), account, AccountAct.CREATED, by=OFFICER)
        if plan.staff.until[who] + 1 == day:
            yield AccountEvent(at, account, AccountAct.DISABLED, by=OFFICER)
        if not plan.staff.service[who] and (who * 13 + day) % PASSWORD_DAYS == 0 and plan.rota.start[who, day] >= 0:
            changed = moment(plan.settings, float(plan.rota.start[who, day]) % MINUTES + day * MINUTES + 2)
            yield AccountEvent(changed, account, AccountAct.PASSWORD)
