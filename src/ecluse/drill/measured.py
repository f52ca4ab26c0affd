"""What is measured of the watch, as values: one line for each trial, quiet world and frontier."""

import msgspec

from ecluse.drill.world.settings import Settings


class Outcome(msgspec.Struct, frozen=True):
    """What became of one trial. ``days``: evenings until it was found, 1 for the first. ``rank``: place in the queue.

    ``exposed`` counts patients shown until that evening (or in all, when it was not found), ``stolen`` all of them;
    ``reasons`` are the detectors of its case; ``explained`` of ``firsts`` first accesses of the thief looked like care.
    """

    attack: str
    variant: str
    role: str
    seed: int
    found: bool
    days: int
    exposed: int
    stolen: int
    rank: int
    queued: int
    accounts: int
    accounts_found: int
    explained: int
    firsts: int
    reasons: list[str]


class Quiet(msgspec.Struct, frozen=True):
    """The cases of a world without a theft. ``curious``: those of people who did look without a reason."""

    seed: int
    accounts: int
    days: int
    events: int
    cases: int
    curious: int
    professions: list[str]
    explained: int
    firsts: int
    patients_median: float
    patients_p99: float
    patients_most: int


class Edge(msgspec.Struct, frozen=True):
    """The smallest rate at which a theft was found in a world; 0 when none of the rates was.

    ``harvest``: patients shown, in all, to the thief who knew that and stayed one rate below.
    """

    attack: str
    role: str
    unit: str
    seed: int
    rate: float
    harvest: int = 0


class Task(msgspec.Struct, frozen=True):
    """What to measure. ``attacks``: names, none for all. ``per_1000``: cases a day asked for, for each 1,000 users.

    ``frontier``: in how many of the seeds the smallest rate found is looked for. ``every``: what no goal is set for is
    tried on one seed in so many.
    """

    settings: Settings
    seeds: tuple[int, ...]
    attacks: tuple[str, ...] = ()
    per_1000: float = 1.0
    frontier: int = 0
    every: int = 1


class Measured(msgspec.Struct, frozen=True):
    """Everything measured."""

    task: Task
    outcomes: list[Outcome]
    quiet: list[Quiet]
    edges: list[Edge]
