"""The detectors: the closed list, in the order in which everything that lists them does.

Families in the order of what a thief does first; the harvest itself, then how it is done, then who does it from where.
"""

from ecluse.watch.detectors import (
    block,
    bulk,
    burst,
    device,
    dormant,
    emergency,
    export,
    forged,
    gained,
    guessing,
    harvest,
    hours,
    impersonation,
    kin,
    newcomer,
    order,
    overlap,
    pace,
    rhythm,
    scraping,
    shards,
    shared,
    sleeping,
    slow,
    spraying,
    tamper,
    travel,
    unexplained,
)
from ecluse.watch.detectors.base import Detector, Kind, Story

DETECTORS: tuple[Detector, ...] = (
    harvest,
    burst,
    unexplained,
    sleeping,
    slow,
    pace,
    order,
    block,
    scraping,
    export,
    bulk,
    gained,
    forged,
    impersonation,
    device,
    hours,
    overlap,
    travel,
    dormant,
    newcomer,
    guessing,
    spraying,
    shared,
    shards,
    rhythm,
    kin,
    tamper,
    emergency,
)
BY_NAME: dict[str, Detector] = {detector.STORY.name: detector for detector in DETECTORS}

__all__ = ["BY_NAME", "DETECTORS", "Detector", "Kind", "Story"]
