"""Forged duties: an appointment or a place in the care team, made by the account that then looks."""

from datetime import timedelta

import msgspec

from ecluse.core.events import Care, CareKind, Deed
from ecluse.core.words import Profession
from ecluse.drill.thieves.base import Loot, Scene, Story, Theft
from ecluse.drill.world.facts import patient_id
from ecluse.drill.world.settings import MINUTES


class Knobs(msgspec.Struct, frozen=True):
    """``lead``: minutes between the forged duty and the look. ``signed``: the feed says who made the duty."""

    per_day: float = 15
    days: int = 5
    lead: float = 5
    signed: bool = True


STORY = Story(
    11,
    "forged-duties",
    "An appointment is made, the record is opened, nobody comes",
    "The thief knows that unexplained accesses are asked about, and explains them beforehand, with the means of the "
    "owner's own software.",
    "Walk-in patients look the same.",
    "T1565",
    (Profession.PHYSICIAN, Profession.SECRETARY, Profession.NURSE),
)


def steal(scene: Scene, knobs: Knobs) -> Loot:
    """Make a duty, wait, look."""
    [who] = scene.accounts()
    account = scene.world.plan.staff.account[who]
    for first, last in scene.shifts(who, knobs.days):
        number = max(1, int(scene.chance.poisson(knobs.per_day)))
        times, patients = scene.minutes(first + 30, last, number), scene.anybody(number)
        hand = scene.hand(who, times[0] - knobs.lead)
        for at, patient in zip(times, patients.tolist(), strict=True):
            made = scene.moment(at - knobs.lead)
            end = made + timedelta(minutes=30)
            duty = Care(patient_id(patient), CareKind.APPOINTMENT, made, end, account)
            scene.events.append(msgspec.structs.replace(duty, made_by=account if knobs.signed else ""))
            hand.access(at - knobs.lead, Deed.CREATE, patient, route="appointment")
            hand.access(at, Deed.READ, patient)
    return scene.loot([who])


THEFT = Theft(
    STORY,
    steal,
    Knobs(),
    (("unsigned", Knobs(signed=False)), ("days-before", Knobs(lead=2 * MINUTES, signed=False))),
    (("patients a day for five days", lambda rate: Knobs(per_day=rate)),),
)
