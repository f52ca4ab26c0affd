"""What lies beside a log of another system: the staff list, and the facts of care that its own tables do not tell."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from ecluse.core.events import Care, CareKind, Event, Person
from ecluse.drill.world.files import write as write_csv
from ecluse.drill.world.plan import Plan
from ecluse.drill.world.world import World


@dataclass(frozen=True)
class Unlogged(World):
    """The same hospital without a day: who is there and what care there was, no access."""

    of: World

    @property
    def days(self) -> range:
        """None."""
        return range(0)

    @property
    def plan(self) -> Plan:
        """That of the hospital."""
        return self.of.plan


def write(world: World, folder: Path, more: Sequence[Event], told: AbstractSet[CareKind]) -> list[Path]:
    """Write staff and care as tables with their mappings, but for the kinds ``told`` already; return the files."""
    facts = [one for one in more if isinstance(one, Care | Person)]
    written = write_csv(Unlogged(world.settings, world), folder, facts)
    unwanted = {"accesses", *(f"care-{kind}" for kind in told)}
    for file in written:
        if file.stem in unwanted:
            file.unlink()
    return [file for file in written if file.stem not in unwanted]
