"""The day of those who do not stand at a bed: departments that take orders, offices with lists, batches and feeds."""

import numpy as np

from ecluse.core.words import Profession
from ecluse.drill.professions.base import Pile, Rarely
from ecluse.drill.professions.catalogue import TRADES
from ecluse.drill.world import cast
from ecluse.drill.world.orders import ANSWERING, Orders
from ecluse.drill.world.plan import Plan
from ecluse.drill.world.reasons import Why
from ecluse.drill.world.settings import MINUTES, Chance, Floats, Ints, ints
from ecluse.drill.world.tasks import Tasks, dealt, joined, listed, tasks

A_DAY = 30.0  # most files a coder or a billing clerk gets through
CATCH_UP = 0.06  # days on which the pile is worked off
BATCH_AT, BATCH_SECONDS = 120, 1.5


def departments(plan: Plan, day: int) -> Tasks:
    """Return the work that departments were asked for."""
    chance = plan.settings.chance("departments", day)
    return joined(
        [_work(plan, chance, day, plan.orders, trade.place, trade.profession, does.why) for trade, does in ANSWERING]
    )


def offices(plan: Plan, day: int) -> Tasks:
    """Return what admission clerks, coders, billing clerks and the medical information physicians do."""
    chance = plan.settings.chance("offices", day)
    parts = [
        _work(plan, chance, day, plan.lists, "ADM", Profession.ADMISSIONS, Why.ADMISSION),
        _sweeps(plan, chance, day),
    ]
    parts += [
        _pile(plan, chance, day, trade.profession, trade.place, trade.does.why)
        for trade in TRADES
        if isinstance(trade.does, Pile)
    ]
    parts += [_reviews(plan, chance, day), _extracts(plan, chance, day)]
    parts += [
        _rare(plan, chance, day, trade.profession, trade.does) for trade in TRADES if isinstance(trade.does, Rarely)
    ]
    return joined(parts)


def _work(plan: Plan, chance: Chance, day: int, orders: Orders, name: str, profession: Profession, why: Why) -> Tasks:
    """Deal the day's orders; who is not there when one comes does it when their shift begins, or before it ends."""
    due = orders.on(plan.units.place(name), day)
    who = dealt(chance, plan.rota.on(day, plan.by[profession]), plan.staff.pace, len(due))
    due = due[: len(who)]
    begin, end = plan.rota.start[who, day], plan.rota.end[who, day]
    moved: Floats = begin + (end - begin) * chance.random(len(who))
    outside = (orders.due[due] < begin) | (orders.due[due] > end)
    return tasks(
        why, who, orders.patient[due], np.where(outside, moved, orders.due[due] + chance.random(len(due)) * 10)
    )


def _sweeps(plan: Plan, chance: Chance, day: int) -> Tasks:
    """Return the morning tour of admission clerks: the list of every ward, then files that lack something."""
    clerks = plan.rota.on(day, plan.by[Profession.ADMISSIONS])
    parts: list[Tasks] = []
    for who in clerks[chance.random(len(clerks)) < 0.4]:  # noqa: PLR2004 - not everybody's turn
        begin = float(plan.rota.start[who, day]) + 20 + chance.random() * 60
        here = plan.stays.during(int(begin), int(begin) + 1)
        lacking = here[chance.random(len(here)) < 0.15]  # noqa: PLR2004
        lacking = lacking[np.argsort(plan.stays.unit[lacking], kind="stable")]
        at = begin + np.cumsum(chance.exponential(1.5, len(lacking)))
        parts.append(tasks(Why.SWEEP, np.full(len(lacking), who), plan.stays.patient[lacking], at))
        views: Floats = begin + np.arange(plan.units.wards, dtype=np.float64) * 2
        parts.append(listed(Why.HANDOVER, np.full(plan.units.wards, who), plan.units.beds, views))
    return joined(parts)


def _pile(plan: Plan, chance: Chance, day: int, profession: Profession, name: str, why: Why) -> Tasks:
    """Return an office's list, worked in the order it is printed; now and then a pile is worked off in a day."""
    due = plan.lists.on(plan.units.place(name), day)
    who = plan.rota.on(day, plan.by[profession])
    if not len(who):
        return joined([])
    if chance.random() < CATCH_UP:
        due = np.concatenate([plan.lists.on(plan.units.place(name), day - back) for back in range(4)])
    room = int(A_DAY * float(plan.staff.pace[who].sum()) * (2 if len(due) > A_DAY * len(who) else 1))
    patient = np.sort(plan.lists.patient[due[:room]])
    share = np.sort(dealt(chance, who, plan.staff.pace, len(patient)))
    begin, end = plan.rota.start[share, day], plan.rota.end[share, day]
    where = np.arange(len(share)) - np.searchsorted(share, share)
    many = np.maximum(1, np.bincount(share, minlength=share.max(initial=0) + 1)[share])
    at = begin + (end - begin) * (where + 0.2 + 0.6 * chance.random(len(share))) / many
    return tasks(why, share, patient, at)


def _reviews(plan: Plan, chance: Chance, day: int) -> Tasks:
    """Return the files a medical information physician looks at again: coded weeks ago, most of them."""
    who = plan.rota.on(day, plan.by[Profession.DIM_PHYSICIAN])
    unit = plan.units.place("DIM")
    past = np.flatnonzero((plan.lists.unit == unit) & (plan.lists.due < day * MINUTES))
    number = int(chance.poisson(8 * len(who))) if len(past) else 0
    patient = plan.lists.patient[past[chance.integers(0, max(1, len(past)), number)]] if number else ints([])
    return _spread(plan, chance, day, Why.CODING, who, patient)


def _extracts(plan: Plan, chance: Chance, day: int) -> Tasks:
    """Return the exports that are somebody's duty: billing every Tuesday, coding on the 5th day of each four weeks."""
    parts: list[Tasks] = []
    for profession, name, wanted in (
        (Profession.BILLING, "FACT", plan.settings.weekday(day) == 1),
        (Profession.DIM_PHYSICIAN, "DIM", day % 28 == 4),  # noqa: PLR2004
    ):
        who = plan.rota.on(day, plan.by[profession])[:1]
        if wanted and len(who):
            week = plan.lists.due // MINUTES
            back = 7 if profession is Profession.BILLING else 28
            listed_then = (plan.lists.unit == plan.units.place(name)) & (week < day) & (week >= day - back)
            number = len(np.unique(plan.lists.patient[listed_then]))
            at = plan.rota.start[who, day] + 60 + 240 * chance.random(1)
            parts.append(listed(Why.EXTRACT, who, ints([number]), at))
    return joined(parts)


def _rare(plan: Plan, chance: Chance, day: int, profession: Profession, does: Rarely) -> Tasks:
    """Return the odd record that somebody has to look at who hardly ever has to."""
    who = plan.rota.on(day, plan.by[profession])
    who = who[who != plan.staff.number(cast.SEES_NOTHING)]
    number = int(chance.poisson(does.a_day * len(who)))
    patient = chance.integers(0, plan.settings.patients, number)
    return _spread(plan, chance, day, does.why, who, patient)


def _spread(plan: Plan, chance: Chance, day: int, why: Why, who: Ints, patient: Ints) -> Tasks:
    doer = dealt(chance, who, plan.staff.pace, len(patient))
    begin, end = plan.rota.start[doer, day], plan.rota.end[doer, day]
    return tasks(why, doer, patient[: len(doer)], begin + (end - begin) * chance.random(len(doer)))


def machines(plan: Plan, day: int) -> Tasks:
    """Return what no person does: the nightly batch over everybody present or expected, and the two feeds."""
    chance = plan.settings.chance("machines", day)
    here = plan.stays.during((day - 1) * MINUTES, day * MINUTES + BATCH_AT)
    coming = np.flatnonzero(plan.visits.at // MINUTES == day)
    night = np.unique(np.concatenate([plan.stays.patient[here], plan.visits.patient[coming]]))
    at = day * MINUTES + BATCH_AT + np.arange(len(night)) * BATCH_SECONDS / 60
    batch = np.full(len(night), plan.staff.number(cast.BATCH), dtype=np.int64)
    parts = [tasks(Why.BATCH, batch, night, at)]
    for name, account in (("LABO", cast.LABORATORY_FEED), ("RADIO", cast.IMAGING_FEED)):
        due = plan.orders.on(plan.units.place(name), day)
        due = np.repeat(due, chance.integers(1, 4, len(due)))
        late = plan.orders.due[due] + 20 + chance.exponential(30, len(due))
        feed = np.full(len(due), plan.staff.number(account), dtype=np.int64)
        parts.append(tasks(Why.FEED, feed, plan.orders.patient[due], late))
    return joined([*parts, _vendor(plan, chance, day)])


def _vendor(plan: Plan, chance: Chance, day: int) -> Tasks:
    """Return the visits of the software's vendor: a ticket every few weeks, a handful of records."""
    number = int(chance.integers(1, 5)) if day % 25 == 3 else 0  # noqa: PLR2004
    who = np.full(number, plan.staff.number(cast.VENDOR), dtype=np.int64)
    at = day * MINUTES + 600 + chance.random(number) * 120
    return tasks(Why.TICKET, who, chance.integers(0, plan.settings.patients, number), at)
