"""The ground of the trials of one seed: the quiet world, read and watched once; thefts are laid over copies of it."""

import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ecluse.drill.trials import Act
from ecluse.drill.world.settings import Settings
from ecluse.drill.world.world import World
from ecluse.watch import run
from ecluse.watch.cases import Case, queue
from ecluse.watch.detectors import BY_NAME, DETECTORS
from ecluse.watch.duck import DuckEngine
from ecluse.watch.lake import Lake

TRAITS = {name: detector.STORY for name, detector in BY_NAME.items()}
ZONE = "Europe/Paris"


@dataclass(frozen=True)
class Watched:
    """What the watch found in a world: findings, account-days, staff; and first accesses, with their explanation."""

    findings: pa.Table
    days: pa.Table
    staff: pa.Table
    firsts: pa.Table

    def with_accounts(self, other: "Watched", accounts: Iterable[str]) -> "Watched":
        """Return this world with what ``accounts`` did in the other one."""
        names = pa.array(sorted(accounts), pa.string())
        pairs = ((getattr(self, name), getattr(other, name)) for name in ("findings", "days", "staff", "firsts"))
        return Watched(*(_mixed(mine, theirs, names) for mine, theirs in pairs))

    def cases(self, until: date, a_day: float) -> list[Case]:
        """Return the queue as it stood on the evening of a day, ``a_day`` cases being asked for."""
        last = pa.scalar(until, pa.date32())
        findings, days = (table.filter(pc.less_equal(table["day"], last)) for table in (self.findings, self.days))
        return queue(findings, days, self.staff, TRAITS, a_day).cases


class Ground:
    """A quiet world in a lake of its own, in ``folder``."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.world, self._folder = World(settings), folder
        lake = Lake(folder / "quiet", ZONE)
        lake.add(Path("world"), "world", self.world.events())
        self.quiet = _watched(lake)

    def with_thefts(self, acts: Sequence[Act]) -> Watched:
        """Return what the watch finds when thefts that share no account are laid over the world."""
        copy = self._folder / "stolen"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self._folder / "quiet", copy, copy_function=_linked)
        lake = Lake(copy, ZONE)
        lake.add(Path("thefts"), "thefts", (event for act in acts for event in act.loot.events))
        return _watched(lake)


def _watched(lake: Lake) -> Watched:
    engine = DuckEngine(threads=1)
    try:
        tables, found = run.watch(lake, engine, DETECTORS)
        firsts = engine.collect(tables.firsts.select("account", "day", "patient", "explained"))
        return Watched(found.rows, engine.collect(tables.days), engine.collect(tables.staff), firsts)
    finally:
        engine.close()


def _linked(source: str, target: str) -> None:
    """Share what never changes, copy what grows."""
    if source.endswith(".parquet"):
        os.link(source, target)
    else:
        shutil.copy2(source, target)


def _mixed(mine: pa.Table, theirs: pa.Table, names: pa.Array) -> pa.Table:
    kept = mine.filter(pc.invert(pc.is_in(mine["account"], names)))
    return pa.concat_tables([kept, theirs.filter(pc.is_in(theirs["account"], names))])
