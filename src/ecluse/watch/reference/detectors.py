"""Every detector, the plain way, under the name of its file in ``watch.detectors``."""

from collections.abc import Callable

from ecluse.watch.reference import counts, life, machine, stretches, where
from ecluse.watch.reference.tables import Derived, Values

FIND: dict[str, Callable[[Derived], Values]] = {
    find.__name__: find
    for find in (
        counts.harvest,
        counts.burst,
        counts.unexplained,
        counts.sleeping,
        counts.slow,
        counts.scraping,
        counts.export,
        counts.bulk,
        counts.emergency,
        counts.kin,
        counts.forged,
        machine.pace,
        machine.rhythm,
        machine.order,
        stretches.block,
        stretches.shards,
        life.dormant,
        life.newcomer,
        life.gained,
        life.guessing,
        life.impersonation,
        life.tamper,
        where.device,
        where.hours,
        where.overlap,
        where.travel,
        where.shared,
        where.spraying,
    )
}


def find(name: str, d: Derived) -> Values:
    """Return what a detector finds: nobody and nothing left out."""
    return {(account, day): value for (account, day), value in FIND[name](d).items() if account and value > 0}
