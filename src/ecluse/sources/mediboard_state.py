"""What the readers of Mediboard's tables share while one file is read."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from ecluse.sources.base import Tally
from ecluse.sources.counters import Counter
from ecluse.sources.mediboard_world import World
from ecluse.sources.tables import Part

GRAINS = (86400, 3600, 600, 60)
FEW = 1000


class State:
    """The file that is read, what is known beside it, and what was seen so far."""

    def __init__(self, path: Path, siblings: tuple[Path, ...], world: World, tally: Tally) -> None:
        self.path = path
        self.siblings = siblings
        self.world = world
        self.tally = tally
        self.counters: dict[str, Counter] = {}
        self.grain = -1

    def counter(self, source: str) -> Counter:
        """Return the counter of ``source``, made when first asked for."""
        return self.counters.setdefault(source, Counter(source))

    def round_to(self, times: Iterable[datetime]) -> int:
        """Return the rounding, in seconds, that fits ``times`` and all seen before; 0 if there is none."""
        for at in times:
            second = at.hour * 3600 + at.minute * 60 + at.second
            while self.grain and second % (self.grain if self.grain > 0 else GRAINS[0]):
                finer = [grain for grain in GRAINS if grain < (self.grain if self.grain > 0 else GRAINS[0])]
                self.grain = finer[0] if finer else 0
            self.grain = GRAINS[0] if self.grain < 0 else self.grain
        return max(self.grain, 0)


def source(part: Part) -> str:
    """Return the name of a table as events carry it: the same whether the rows came by dump or CSV."""
    return f"mediboard/{part.table.removesuffix('_archive')}"
