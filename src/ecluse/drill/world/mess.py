"""The honest mess: wrong clicks, curiosity, one's own record, a colleague's open session, an outage made up for."""

import numpy as np

from ecluse.core.words import Profession
from ecluse.drill.world import cast
from ecluse.drill.world.plan import Plan
from ecluse.drill.world.reasons import Why
from ecluse.drill.world.settings import MINUTES, Chance, Floats, Ints, ints
from ecluse.drill.world.tasks import Tasks, dealt, joined, tasks

MORNING, CATCHES_UP = 600, 0.5  # the outage begins at ten; work that waited is done in half the time
AT_BEDS = (Why.ROUND, Why.DOCTOR, Why.ADMISSION, Why.PHONE, Why.LETTER, Why.ORDER)
EVENING_FILES = 4


def untidy(plan: Plan, day: int, done: Tasks) -> Tasks:
    """Return the day's tasks as real people get them done."""
    chance = plan.settings.chance("mess", day)
    whole = joined([done, _wrong(plan, chance, done), _curious(plan, day), _own(plan, chance, day)])
    whole = _borrowed(plan, chance, day, joined([whole, _evening(plan, chance, day)]))
    return _outage(plan, day, whole) if day == outage_day(plan) else whole


def outage_day(plan: Plan) -> int:
    """Return the day on which the software stands still for a while."""
    return plan.settings.days * 3 // 7


def _wrong(plan: Plan, chance: Chance, done: Tasks) -> Tasks:
    """Return the records opened by mistake just before the right one: a namesake, else the next number."""
    slips = np.flatnonzero(np.isin(done.why, AT_BEDS) & (chance.random(len(done)) < plan.settings.mess.wrong_patient))
    right = done.patient[slips]
    order = np.argsort(plan.ill.family, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    beside = order[(place[right] + 1) % len(order)]
    same_name = plan.ill.family[beside] == plan.ill.family[right]
    return tasks(
        Why.WRONG, done.who[slips], np.where(same_name, beside, (right + 1) % len(order)), done.at[slips] - 0.3
    )


def _curious(plan: Plan, day: int) -> Tasks:
    """Return the looks of the curious few: family, colleagues, neighbours, the well-known."""
    chance = plan.settings.chance("curious", day)
    few = plan.rota.on(day, np.flatnonzero(plan.staff.curious))
    who = few[chance.random(len(few)) < plan.settings.mess.curious_looks / 20]
    patient = ints([curiosity(plan, chance, int(one)) for one in who])
    begin, end = plan.rota.start[who, day], plan.rota.end[who, day]
    return tasks(Why.CURIOUS, who, patient, begin + (end - begin) * chance.random(len(who)))


def curiosity(plan: Plan, chance: Chance, who: int) -> int:
    """Return whom ``who`` would be curious about: mostly family, then colleagues, neighbours, the well-known."""
    ill, staff = plan.ill, plan.staff
    colleagues = staff.record[(staff.unit == staff.unit[who]) & (staff.record >= 0)]
    circles = (
        np.flatnonzero((ill.family == staff.family[who]) & (ill.home == staff.home[who])),
        colleagues,
        np.flatnonzero(np.abs(ill.home - staff.home[who]) <= 1),
        np.flatnonzero(ill.vip),
    )
    for circle in chance.permutation(4) if chance.random() > 0.6 else range(4):  # noqa: PLR2004
        found = circles[circle][circles[circle] != staff.record[who]]
        if len(found):
            return int(found[chance.integers(0, len(found))])
    return int(chance.integers(0, plan.settings.patients))


def _own(plan: Plan, chance: Chance, day: int) -> Tasks:
    """Return the looks at one's own record."""
    can = plan.rota.on(day, np.flatnonzero(plan.staff.record >= 0))
    can = can[can != plan.staff.number(cast.SEES_NOTHING)]
    who = can[chance.random(len(can)) < plan.settings.mess.own_record / 0.3]
    begin, end = plan.rota.start[who, day], plan.rota.end[who, day]
    return tasks(Why.OWN, who, plan.staff.record[who], begin + (end - begin) * chance.random(len(who)))


def _evening(plan: Plan, chance: Chance, day: int) -> Tasks:
    """Return what physicians finish from home: the letters of the day's consultations."""
    doctors = plan.by[Profession.PHYSICIAN]
    who = plan.rota.on(day, doctors[plan.staff.remote[doctors]])
    who = who[chance.random(len(who)) < 0.2]  # noqa: PLR2004 - one evening in five
    parts: list[Tasks] = []
    for doctor in who:
        mine = np.flatnonzero((plan.visits.doctor == doctor) & (plan.visits.at // MINUTES == day))
        some = plan.visits.patient[mine[: int(chance.integers(1, EVENING_FILES + 1))]]
        at = day * MINUTES + 1215 + np.cumsum(chance.exponential(8, len(some)))
        parts.append(tasks(Why.LETTER, np.full(len(some), doctor), some, at))
    return joined(parts)


def _borrowed(plan: Plan, chance: Chance, day: int, done: Tasks) -> Tasks:
    """Return the tasks with some of them done in the session that a colleague of the unit left open."""
    lent = np.flatnonzero(np.isin(done.why, AT_BEDS) & (chance.random(len(done)) < plan.settings.mess.borrowed))
    who = done.who.copy()
    for place in lent:
        doer = int(done.who[place])
        others = np.flatnonzero(plan.rota.unit[:, day] == plan.rota.unit[doer, day])
        others = others[(plan.rota.start[others, day] >= 0) & (plan.rota.start[others, day] <= done.at[place])]
        others = others[plan.rota.end[others, day] >= done.at[place]]
        who[place] = int(dealt(chance, others, plan.staff.pace, 1)[0]) if len(others) else doer
    nothing = plan.staff.number(cast.SEES_NOTHING)
    return done.but(who=ints(np.where(who == nothing, done.who, who)))


def _outage(plan: Plan, day: int, done: Tasks) -> Tasks:
    """Return the tasks with what fell into the outage done right after it, faster."""
    first = day * MINUTES + MORNING
    last = first + plan.settings.mess.outage_minutes
    stopped = (done.at >= first) & (done.at < last)
    at: Floats = np.where(stopped, last + (done.at - first) * CATCHES_UP, done.at)
    return joined([done.but(at=at)])


def skewed(plan: Plan, who: Ints, at: Floats) -> Floats:
    """Return times as the server that somebody works on writes them: every third unit's clock is ahead in odd weeks."""
    day = np.clip(at // MINUTES, 0, plan.settings.days - 1).astype(np.int64)
    ahead = (plan.rota.unit[who, day] % 3 == 1) & (day // 7 % 2 == 1)
    moved: Floats = at + np.where(ahead, plan.settings.mess.clock_skew_s / 60, 0.0)
    return moved
