"""The case of 2024: a privileged account gives itself what it lacks and runs the software's own export."""

import msgspec

from ecluse.core.events import AccountAct, Deed
from ecluse.core.words import Profession
from ecluse.drill.thieves.base import Loot, Scene, Story, Theft


class Knobs(msgspec.Struct, frozen=True):
    """``step``: patients in one call, 0 for all in one. ``deed``: export, report or print."""

    patients: int = 20_000
    step: int = 0
    deed: Deed = Deed.EXPORT
    grants: bool = False
    hour: float = 15.0


STORY = Story(
    7,
    "export",
    "One click on export, report or print",
    "The account may export, or may give itself that right. One function of the software hands out a base; the log "
    "keeps one line, if any.",
    "The rows are not logged as accesses; some people export as their duty.",
    "T1530",
    (Profession.IT_ADMINISTRATOR, Profession.BILLING, Profession.DIM_PHYSICIAN, Profession.SECRETARY),
)


def steal(scene: Scene, knobs: Knobs) -> Loot:
    """Take the right if it lacks, then export in one or many steps."""
    [who] = scene.accounts()
    at = scene.day * 1440 + knobs.hour * 60 + 30 * scene.chance.random()
    hand = scene.hand(who, at)
    if knobs.grants:
        hand.sign(at, AccountAct.GRANT, by=hand.account, detail="export")
        at += 60
    patients = min(knobs.patients, scene.world.settings.patients)
    step = min(knobs.step, patients) or patients
    for _ in range(-(-patients // step)):
        hand.access(at, knobs.deed, shown=step, at_least=True, route=str(knobs.deed))
        at += 0.2 + 0.3 * scene.chance.random()
    return scene.loot([who])


THEFT = Theft(
    STORY,
    steal,
    Knobs(),
    (("granted", Knobs(grants=True)), ("in-steps", Knobs(step=100)), ("print", Knobs(300, 1, Deed.PRINT))),
    (("patients in one export", lambda rate: Knobs(patients=round(rate))),),
)
