"""The whole web process is the thief's: it speaks to the safe itself, and says whatever it likes."""

import msgspec

from ecluse.drill.attacks.base import WEB, Attack, Offline, Story
from ecluse.drill.live.heist import Heist
from ecluse.drill.moves.commanding import Intruder


class Knobs(msgspec.Struct, frozen=True):
    """``seconds`` it lasts; ``patient_s`` when the thief knows every cap and waits for each minute to end."""

    seconds: float = 75.0
    patient_s: float = 600.0


STORY = Story(
    18,
    "takeover",
    "The web process itself is taken over",
    "Code runs as the user of the web server: it reads the database, salts included, and the safe's socket is open to "
    "it. It names every account and every profession, forges duties and fresh proofs, asks in batches, plays both "
    "people of every approval, gives itself rights, raises caps, lifts locks, searches for names.",
    "The establishment's caps, which nobody raises: 300 patients a minute, 2,000 an hour; the trace says so, and "
    "decoys and caps lock the accounts it uses.",
)


def steal(heist: Heist, knobs: Knobs) -> None:
    """Take over, and ask for everything."""
    intruder = Intruder(heist, knobs.patient_s if heist.white_box else knobs.seconds)
    heist.begin()
    intruder.work()
    heist.requests = intruder.requests
    heist.proofs |= intruder.proofs


ATTACK = Attack(STORY, Knobs(), steal, (WEB,), Offline("collusion"), alone=True)
