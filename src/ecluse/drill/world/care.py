"""The day of those who care: rounds on the wards, handover, consultations, call at night, births, the emergencies."""

import numpy as np

from ecluse.core.words import Profession
from ecluse.drill.professions.base import Rounds
from ecluse.drill.professions.catalogue import TRADES
from ecluse.drill.world.plan import Plan
from ecluse.drill.world.reasons import Why
from ecluse.drill.world.settings import MINUTES, Chance, Flags, Floats, Ints, ints
from ecluse.drill.world.tasks import Tasks, joined, listed, tasks

HELPS = 0.12  # how often somebody does something for a colleague's patient
ROUNDS = sorted(  # doctors go round last
    ((trade.profession, trade.does) for trade in TRADES if isinstance(trade.does, Rounds)),
    key=lambda one: one[1].sees > 0,
)
WITHOUT_DUTY = 0.25  # emergencies a day, for each 100 doctors, opened under break-glass


def wards(plan: Plan, day: int) -> Tasks:
    """Return what nurses, aides, midwives and doctors do on the wards on ``day``."""
    chance = plan.settings.chance("wards", day)
    here = plan.stays.during(day * MINUTES, (day + 1) * MINUTES + 480)
    parts: list[Tasks] = []
    for unit in range(plan.units.wards + 1):
        lying = here[plan.stays.unit[here] == unit]
        for profession, rounds in ROUNDS:
            who = plan.rota.there(day, plan.by[profession], unit)
            if len(who) and len(lying):
                parts.append(_round(plan, chance, day, who, lying, rounds))
                parts.append(_handover(plan, chance, day, who, lying, rounds))
    return joined(parts)


def _round(plan: Plan, chance: Chance, day: int, who: Ints, lying: Ints, rounds: Rounds) -> Tasks:
    """Match who works with who lies there: each pair is a patient of theirs or it is not, and is opened some times."""
    stays, rota = plan.stays, plan.rota
    first = np.maximum(rota.start[who, day][:, None], stays.start[lying][None, :])
    last = np.minimum(rota.end[who, day][:, None], stays.end[lying][None, :])
    pairs = _theirs(plan, chance, day, who, lying, rounds) & (last > first)
    pace = plan.staff.pace[who][:, None]
    share = np.minimum(1, (last - first) / 240)
    times = np.where(pairs, chance.poisson(rounds.visits * pace * np.maximum(share, 0)), 0)
    row, column = np.nonzero(times)
    often = times[row, column]
    row, column = np.repeat(row, often), np.repeat(column, often)
    at = first[row, column] + (last - first)[row, column] * chance.random(len(row))
    why = Why.DOCTOR if rounds.sees else Why.ROUND
    return tasks(why, who[row], stays.patient[lying][column], at)


def _theirs(plan: Plan, chance: Chance, day: int, who: Ints, lying: Ints, rounds: Rounds) -> Flags:
    """Tell which patient is whose: a doctor's by attending, a nurse's by dealing out the beds of each shift."""
    if rounds.sees:
        mine: Flags = plan.stays.doctor[lying][None, :] == who[:, None]
        return mine | (chance.random(mine.shape) < rounds.sees)
    begin = plan.rota.start[who, day]
    turn, of = _within(begin)
    beds = lying * 7919 % 1000  # a patient keeps the same nurse as long as the team is the same
    dealt: Flags = beds[None, :] % of[:, None] == turn[:, None]
    return dealt | (chance.random((len(who), len(lying))) < HELPS)


def _within(begin: Ints) -> tuple[Ints, Ints]:
    """Return everybody's place in their shift and how many the shift has (shifts begin within the same two hours)."""
    shift = begin // 120
    turn, of = np.zeros_like(begin), np.ones_like(begin)
    for one in np.unique(shift):
        same = np.flatnonzero(shift == one)
        turn[same], of[same] = np.arange(len(same)), len(same)
    return turn, of


def _handover(plan: Plan, chance: Chance, day: int, who: Ints, lying: Ints, rounds: Rounds) -> Tasks:
    """Return the view of the ward's list with which a shift begins, and for most ends."""
    if rounds.list_views < 1:
        who = who[chance.random(len(who)) < rounds.list_views]
    begin: Floats = plan.rota.start[who, day] + chance.random(len(who)) * 15
    end: Floats = plan.rota.end[who, day] - chance.random(len(who)) * 20
    shown = np.full(2 * len(who), min(len(lying), int(plan.units.beds.max()) + 6), dtype=np.int64)
    return listed(Why.HANDOVER, np.concatenate([who, who]), shown, np.concatenate([begin, end]))


def consultations(plan: Plan, day: int) -> Tasks:
    """Return what physicians do in their consultations, and what secretaries do before and after."""
    chance = plan.settings.chance("consultations", day)
    visits = plan.visits
    today = np.flatnonzero(visits.at // MINUTES == day)
    parts = [
        tasks(
            Why.CONSULTATION, visits.doctor[today], visits.patient[today], visits.at[today] + 5 * _some(chance, today)
        )
    ]
    secretaries = plan.rota.on(day, plan.by[Profession.SECRETARY])
    tomorrow = np.flatnonzero(visits.at // MINUTES == plan.next_open(day))
    before = np.flatnonzero(visits.at // MINUTES == plan.last_open(day))
    for unit in np.unique(plan.staff.unit[secretaries]):
        who = secretaries[plan.staff.unit[secretaries] == unit]
        for why, list_ in ((Why.PREPARE, tomorrow), (Why.LETTER, before)):
            mine = list_[visits.unit[list_] == unit]
            parts.append(_desk(plan, chance, day, why, who, visits.patient[mine]))
        calls = ints(chance.poisson(plan.settings.mess.phone * 3 * len(who)))
        if len(visits.patient):
            parts.append(_desk(plan, chance, day, Why.PHONE, who, _known(plan, chance, unit, int(calls))))
    return joined(parts)


def _known(plan: Plan, chance: Chance, unit: int, number: int) -> Ints:
    """Return patients who ring up: somebody of the unit's diary, past or to come."""
    diary = np.flatnonzero(plan.visits.unit == unit)
    return plan.visits.patient[diary[chance.integers(0, len(diary), number)]] if len(diary) else ints([])


def _desk(plan: Plan, chance: Chance, day: int, why: Why, who: Ints, patient: Ints) -> Tasks:
    """Deal patients to those at their desks, some time of their shift."""
    doer = who[chance.integers(0, len(who), len(patient))]
    begin, end = plan.rota.start[doer, day], plan.rota.end[doer, day]
    return tasks(why, doer, patient, begin + (end - begin) * chance.random(len(patient)))


def nights(plan: Plan, day: int) -> Tasks:
    """Return what doctors on call are called for, between the evening and eight in the morning."""
    chance = plan.settings.chance("call", day)
    call = plan.rota.call[:, day]
    first, last = day * MINUTES + 1110, (day + 1) * MINUTES + 480
    here = plan.stays.during(first, last)
    called = here[chance.random(len(here)) < np.where(plan.stays.unit[here] == plan.units.emergency, 0.5, 0.1)]
    who = call[plan.stays.unit[called]]
    called, who = called[who >= 0], who[who >= 0]
    begin = np.maximum(plan.stays.start[called], first)
    at = begin + (np.minimum(plan.stays.end[called], last) - begin) * chance.random(len(called))
    return tasks(Why.ON_CALL, who, plan.stays.patient[called], at)


def emergencies(plan: Plan, day: int) -> Tasks:
    """Return records opened under break-glass: somebody collapses, nobody knows them yet."""
    chance = plan.settings.chance("break-glass", day)
    doctors = plan.rota.on(day, np.concatenate([plan.by[Profession.PHYSICIAN], plan.by[Profession.RESIDENT]]))
    number = int(chance.poisson(WITHOUT_DUTY * len(doctors) / 100 * 4)) if len(doctors) else 0
    who = doctors[chance.integers(0, len(doctors), number)] if number else ints([])
    patient = chance.integers(0, plan.settings.patients, number)
    begin, end = plan.rota.start[who, day], plan.rota.end[who, day]
    return tasks(Why.EMERGENCY, who, patient, begin + (end - begin) * chance.random(number))


def _some(chance: Chance, like: Ints) -> Floats:
    made: Floats = chance.random(len(like))
    return made
