"""Tasks become lines of a log: a search, the views of a record, what is written, printed or exported."""

from dataclasses import dataclass

import numpy as np

from ecluse.core.events import Deed
from ecluse.drill.world.reasons import LOOKS, Why
from ecluse.drill.world.settings import Chance, Floats, Ints, ints
from ecluse.drill.world.tasks import NOBODY, Tasks

DEEDS = list(Deed)
CODE = {deed: place for place, deed in enumerate(DEEDS)}
BEGINS = {
    Why.EMERGENCY: Deed.BREAK_GLASS,
    Why.HANDOVER: Deed.LIST,
    Why.EXTRACT: Deed.EXPORT,
    Why.FEED: Deed.WRITE,
}
FIRST = ints([CODE[BEGINS.get(why, Deed.READ)] for why in Why])
EXTRA = np.array([LOOKS[why].screens - 1 for why in Why])
SECONDS = np.array([LOOKS[why].seconds for why in Why])
SEARCHED = np.array([LOOKS[why].search for why in Why])
LATER = ints([[CODE[deed] for deed, tenths in LOOKS[why].deeds for _ in range(tenths)] for why in Why])
FOUND = 0.35  # a search displays 1 + geometric patients


@dataclass(frozen=True)
class Rows:
    """Lines of a log. ``at``: minutes from the beginning of the world; ``deed``: its place in ``DEEDS``."""

    at: Floats
    who: Ints
    patient: Ints
    deed: Ints
    shown: Ints
    why: Ints

    def __len__(self) -> int:
        return len(self.at)


def rows(chance: Chance, done: Tasks) -> Rows:
    """Write down the tasks, screen by screen, in order of time."""
    number = len(done)
    searched = ints(chance.random(number) < SEARCHED[done.why])
    extra = chance.poisson(np.maximum(EXTRA[done.why], 0))
    many = 1 + searched + extra
    task = np.repeat(np.arange(number), many)
    place = np.arange(len(task)) - np.repeat(np.cumsum(many) - many, many) - searched[task]
    pause = SECONDS[done.why][task] * (0.4 + 1.2 * chance.random(len(task))) / 60
    at = done.at[task] + np.maximum(place, -0.3) * pause + np.where(place > 0, chance.random(len(task)) / 30, 0)
    why = done.why[task]
    later = LATER[why, chance.integers(0, LATER.shape[1], len(task))]
    deed = np.where(place == 0, FIRST[why], later)
    deed = np.where(place < 0, CODE[Deed.SEARCH], deed)
    shown = np.where(place < 0, chance.geometric(FOUND, len(task)), done.shown[task])
    patient = np.where(place < 0, NOBODY, done.patient[task])
    order = np.lexsort((place, done.who[task], at))
    columns = (done.who[task], patient, ints(deed), ints(shown), why)
    return Rows(at[order], *(ints(column[order]) for column in columns))
