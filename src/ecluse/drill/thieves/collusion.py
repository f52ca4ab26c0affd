"""Shared work: many stolen accounts, each taking a share so small that it looks like a busy day."""

import msgspec
import numpy as np

from ecluse.core.words import Profession
from ecluse.drill.thieves.base import Loot, Scene, Story, Theft


class Knobs(msgspec.Struct, frozen=True):
    """``per_day`` is for all accounts together. ``same_device``: one machine signs in with all of them."""

    accounts: int = 10
    per_day: float = 200
    days: int = 3
    same_device: bool = False
    order: str = "sequential"


STORY = Story(
    5,
    "collusion",
    "Ten accounts share the work, no patient twice",
    "A list of passwords was bought. The thief cuts the base into blocks and gives each account its own, in the hours "
    "of its owner.",
    "Each account stays near its habit.",
    "T1078",
    (Profession.NURSE, Profession.PHYSICIAN),
)


def steal(scene: Scene, knobs: Knobs) -> Loot:
    """Deal one run of patients to the accounts, shift by shift."""
    group = scene.accounts(knobs.accounts)
    total = scene.anybody(round(knobs.per_day * knobs.days * 1.6), knobs.order)
    shares = np.array_split(total, len(group))
    each = knobs.per_day / len(group)
    for who, share in zip(group, shares, strict=True):
        used = 0
        for first, last in scene.shifts(who, knobs.days):
            number = min(max(1, int(scene.chance.poisson(each))), len(share) - used)
            if number <= 0:
                continue
            times = scene.minutes(first, last, number)
            device = "PC-MED-00" if knobs.same_device else ""
            scene.hand(who, times[0], device=device).read(times, share[used : used + number])
            used += number
    used_by = {one.account for one in scene.events}  # type: ignore[union-attr]
    return scene.loot([who for who in group if scene.world.plan.staff.account[who] in used_by])


THEFT = Theft(
    STORY,
    steal,
    Knobs(),
    (
        ("at-random", Knobs(order="random")),
        ("one-machine", Knobs(same_device=True)),
        ("50-accounts", Knobs(accounts=50, per_day=250, days=5)),
    ),
    (
        ("patients a day in all, 5 accounts for ten days", lambda rate: Knobs(5, rate, 10)),
        ("patients a day in all, 50 accounts for ten days", lambda rate: Knobs(50, rate, 10)),
    ),
)
