"""A series: every part of a list, on each database, for each seed."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from ecluse.core.errors import BrokenWorldError
from ecluse.core.throwaway import throwaway_postgres
from ecluse.drill.attacks.base import Part
from ecluse.drill.establishment import Tell
from ecluse.drill.hospital import Hospital
from ecluse.drill.live.results import Trial, trial
from ecluse.drill.live.rounds import Cast, play, rounds
from ecluse.drill.live.stage import Stage

DATABASES = ("sqlite", "postgresql")
Done = Callable[[list[Trial]], None]


class Played(NamedTuple):
    """What was played, and what could not be carried out, with its reason: nothing is concluded from that."""

    trials: list[Trial]
    failed: list[str]


class Series(NamedTuple):
    """What to play."""

    parts: Sequence[Part]
    databases: Sequence[str]
    patients: int
    seeds: Sequence[int]
    white_box: bool

    def places(self) -> list[tuple[str, int]]:
        """Return each database with each seed."""
        return [(database, seed) for database in self.databases for seed in self.seeds]

    def rounds(self) -> int:
        """Return how many rounds there are in all."""
        hospital = Hospital(patients=self.patients, seed=self.seeds[0])
        return len(self.places()) * len(list(rounds(hospital, self.parts)))


def run(series: Series, tell: Tell, done: Done) -> Played:
    """Play all of it; ``done`` is told of each round."""
    played = Played([], [])
    for database, seed in series.places():
        with stage(database, Hospital(patients=series.patients, seed=seed), tell) as made:
            for casts in rounds(made.hospital, series.parts):
                names = ", ".join(sorted({cast.part.name for cast in casts}))
                tell(names)
                try:
                    found = one_round(made, casts, white_box=series.white_box)
                except (BrokenWorldError, httpx.HTTPError) as error:
                    played.failed.append(f"{names} ({database}, seed {seed}): {str(error) or type(error).__name__}")
                    found = []
                played.trials.extend(found)
                done(found)
    return played


def one_round(made: Stage, casts: list[Cast], *, white_box: bool) -> list[Trial]:
    """Play one round and return its figures."""
    return [trial(made, one, white_box=white_box) for one in play(made, casts, white_box=white_box)]


@contextmanager
def stage(database: str, hospital: Hospital, tell: Tell) -> Iterator[Stage]:
    """Build a stage, for as long as the block lasts."""
    with ExitStack() as stack:
        server = stack.enter_context(throwaway_postgres()) if database == "postgresql" else ""
        folder = Path(tempfile.mkdtemp(prefix="ecl-"))  # short: a socket's path has an end
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        yield Stage(hospital, folder, server).build(tell)
