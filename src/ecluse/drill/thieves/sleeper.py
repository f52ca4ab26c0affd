"""Sleepers: an account nobody used for months, a leaver's, or one made yesterday."""

from datetime import date, timedelta

import msgspec

from ecluse.core.events import AccountAct, Person
from ecluse.core.words import Profession
from ecluse.drill.thieves.base import Loot, Scene, Story, Theft, loot
from ecluse.drill.world import cast


class Knobs(msgspec.Struct, frozen=True):
    """``kind``: new (made the evening before), leaver, or dormant (in the staff list, never used)."""

    kind: str = "leaver"
    per_day: int = 30
    days: int = 3


STORY = Story(
    15,
    "sleeper",
    "An account that should not be awake",
    "A leaver's password still works; a vendor's account was never closed; an intruder with rights makes an account of "
    "its own.",
    "Locums and agency nurses come and go.",
    "T1078",
    (Profession.NURSE,),
)
OFFICER = cast.FIRST[Profession.SECURITY_OFFICER]
NAMES = {"dormant": "n.dormant999", "new": "n.nouveau999"}


def steal(scene: Scene, knobs: Knobs) -> Loot:
    """Work some days at a human pace."""
    plan, account = scene.world.plan, NAMES.get(knobs.kind, cast.LEAVER)
    who = plan.staff.number(cast.LEAVER)
    first = max(scene.day, int(plan.staff.until[who]) + 3)
    hand = scene.hand(who, first * 1440 + 550.0)
    scene.events.clear()
    hand.account = account
    if account != cast.LEAVER:
        since = scene.moment(first * 1440).date() - timedelta(days=1 if knobs.kind == "new" else 400)
        _listed(scene, account, since, made=knobs.kind == "new", day=first)
    for day in range(first, min(first + knobs.days, plan.settings.days)):
        begin = day * 1440 + 560.0
        hand.sign(begin, AccountAct.LOGIN)
        hand.read(scene.minutes(begin + 1, begin + 300, knobs.per_day), scene.anybody(knobs.per_day))
    return loot(scene.events, (account,))


def _listed(scene: Scene, account: str, since: date, *, made: bool, day: int) -> None:
    unit = scene.world.plan.units.names[0]
    scene.events.append(Person(account, Profession.NURSE, unit, since=since))
    if made:
        hand = scene.hand(scene.world.plan.staff.number(OFFICER), (day - 1) * 1440 + 1080.0)
        hand.account, hand.session = account, ""
        hand.sign((day - 1) * 1440 + 1080.0, AccountAct.CREATED, by=OFFICER)


THEFT = Theft(
    STORY,
    steal,
    Knobs(),
    (("dormant", Knobs("dormant")), ("new", Knobs("new"))),
    (("patients on the first day", lambda rate: Knobs(per_day=round(rate), days=1)),),
)
