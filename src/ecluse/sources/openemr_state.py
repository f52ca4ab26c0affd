"""What the readers of OpenEMR's tables share while one file is read."""

from collections.abc import Iterator
from pathlib import Path

from ecluse.core.events import Integrity
from ecluse.sources.base import Tally
from ecluse.sources.counters import Counter
from ecluse.sources.openemr_seals import Seals
from ecluse.sources.openemr_world import SHAPES, World
from ecluse.sources.tables import contents, nearest

CHECKSUMS = "log_comment_encrypt"
UNSEALED = "No table of checksums lies beside the log: whether rows were changed cannot be told."


class State:
    """The file that is read, what is known beside it, and what was seen so far."""

    def __init__(self, path: Path, siblings: tuple[Path, ...], world: World, tally: Tally) -> None:
        self.world = world
        self.tally = tally
        self._counters: dict[str, Counter] = {}
        self._seals: dict[tuple[str, str], Seals] = {}
        self._sealed = next((one for one in nearest(path, siblings) if CHECKSUMS in contents(one, SHAPES)), None)

    def counter(self, source: str) -> Counter:
        """Return the counter of ``source``, made when first asked for."""
        return self._counters.setdefault(source, Counter(source))

    def seals(self, which: tuple[str, str]) -> Seals:
        """Return the checksums of a table (its name, the column they are in)."""
        if which not in self._seals:
            if self._sealed is None:
                self.tally.say(UNSEALED)
            self._seals[which] = Seals(self._sealed, *which)
        return self._seals[which]

    def faults(self) -> Iterator[Integrity]:
        """Yield what is wrong with the tables read."""
        for counter in self._counters.values():
            yield from counter.faults()
        for seals in self._seals.values():
            if said := seals.verdict():
                self.tally.say(said)
            yield from seals.faults()
