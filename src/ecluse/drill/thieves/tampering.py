"""Tampering: the log is stopped for one account, or its rows are deleted, around a grab."""

import msgspec

from ecluse.core.events import AccountAct, Fault, Integrity
from ecluse.core.words import Profession
from ecluse.drill.thieves.base import Loot, Scene, Story, Theft
from ecluse.drill.world.world import SOURCE


class Knobs(msgspec.Struct, frozen=True):
    """``left``: patients whose access was logged before the log stopped. ``deletes``: rows vanish instead."""

    left: int = 6
    missing: int = 400
    deletes: bool = False


STORY = Story(
    10,
    "tampering",
    "The log is switched off for the account, or rows are deleted afterwards",
    "A privileged thief knows where the log is kept. Before, it switches it off for itself; or after, it deletes the "
    "rows, and a gap in the counter is all that remains.",
    "What is not written cannot be counted.",
    "T1562",
    (Profession.IT_ADMINISTRATOR,),
)


def steal(scene: Scene, knobs: Knobs) -> Loot:
    """Look at a few records, then make the log blind."""
    [who] = scene.accounts()
    begin = scene.day * 1440 + 700.0
    hand = scene.hand(who, begin)
    hand.read([begin + place for place in range(knobs.left)], scene.anybody(knobs.left))
    end = begin + knobs.left + 1
    if knobs.deletes:
        first = scene.row(end)
        fault = Integrity(Fault.ROWS_MISSING, SOURCE, "gap in the counter", first, first + knobs.missing)
        scene.events.append(msgspec.structs.replace(fault, at=scene.moment(end)))
    else:
        hand.sign(end, AccountAct.LOG_OFF, detail="dont_log_connection")
    return scene.loot([who])


THEFT = Theft(STORY, steal, Knobs(), (("deleted", Knobs(deletes=True)),))
