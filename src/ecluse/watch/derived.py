"""What an engine keeps of its work: the tables that cost more than a scan, each from those before it."""

import contextlib
import dataclasses
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Protocol

from ibis.expr.types import Table

from ecluse.watch.chunks import Chunk, digest
from ecluse.watch.daily import DAILY
from ecluse.watch.days import told
from ecluse.watch.lake import Lake
from ecluse.watch.places import with_logins
from ecluse.watch.tables import Base, Tables, relations_of
from ecluse.watch.touches import pairs_of, touches_of

DEFINITIONS = "3"  # another number makes everything derived anew
CONTEXT = ("signs", "staff", "aliases", "people", "care")
SPILL = "spill"


@dataclasses.dataclass(frozen=True)
class Daily:
    """What depends on one day at a time, for all days."""

    visits: Table
    seen: Table
    counted: Table


class Keeper(Protocol):
    """An engine, as far as keeping what it worked out goes."""

    def keep(self, name: str, table: Table) -> Table:
        """Work a table out, once, and return it as read from where it is kept."""
        ...

    def keep_firsts(self, base: Base, pairs: Table, teams: Table, touches: Table) -> Table:
        """Work out ``firsts_of``, some weeks at a time if the engine likes."""
        ...

    def keep_teams(self, touches: Table, staff: Table) -> Table:
        """Work out ``teams_of``."""
        ...


def joined(base: Base, daily: Daily, keeper: Keeper) -> Tables:
    """Return every table; what costs more than a scan is kept."""
    touches = touches_of(daily.visits)
    pairs = keeper.keep("pairs", pairs_of(touches))
    teams = keeper.keep_teams(touches, base.staff)
    firsts = keeper.keep_firsts(base, pairs, teams, touches)
    return Tables(
        accesses=base.accesses,
        signs=base.signs,
        staff=base.staff,
        care=base.care,
        relations=keeper.keep("relations", relations_of(pairs, base.marks)),
        teams=teams,
        visits=daily.visits,
        touches=touches,
        pairs=pairs,
        firsts=firsts,
        days=keeper.keep("days", told(daily.counted, firsts, base.staff).order_by("day", "account")),
        places=keeper.keep("places", with_logins(daily.seen, base.signs)),
        integrity=base.integrity,
    )


def folder_of(lake: Lake, engine: str, chunks: Collection[Chunk]) -> Path:
    """Return the folder for what is derived from exactly these days and this context, made if need be."""
    context = [path.name for kind in CONTEXT for path in lake.files(kind)]
    folder = lake.folder / "derived" / digest(DEFINITIONS, engine, lake.since, *(one.name for one in chunks), *context)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def tidy(lake: Lake, current: Path, chunks: Collection[Chunk]) -> None:
    """Remove what was derived from an earlier state of the lake."""
    folder = lake.folder / "derived"
    kept = {chunk.kept(lake, kind) for chunk in chunks for kind in DAILY}
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if path.name not in {current.name, SPILL, *DAILY}:
                shutil.rmtree(path, ignore_errors=True)
        for path in (one for kind in DAILY for one in (folder / kind).glob("*")):
            if path not in kept:
                path.unlink(missing_ok=True)
