"""Measure the watch on synthetic hospitals: what is found, when, after how many patients, among how many false cases.

For each seed a quiet world is watched once; then every theft is laid over it. A theft counts as found on the
first evening on which one of its accounts stands in the queue, the queue being computed from what had happened until
that evening and nothing later, and holding no more cases than were asked for.

Several thefts that share neither account nor patient are watched in one go, then judged one by one: the findings of
the accounts involved in one, and everybody else's from the quiet world. So no theft hides in, or stands out by,
another one.

The figures of each seed are kept in a file of their own: a measurement that is stopped goes on where it was.
"""

import functools
import hashlib
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import msgspec

from ecluse.drill.ground import Ground
from ecluse.drill.judging import Bench
from ecluse.drill.measured import Measured, Task
from ecluse.drill.seeds import SIZES
from ecluse.drill.trials import of_seed
from ecluse.watch.testing import Duck

Tell = Callable[[Measured], None]
PACKAGE = Path(__file__).parents[1]
JUDGED_BY = ("watch", "drill/world", "drill/professions", "drill/thieves")
ALSO = ("drill/detection.py", "drill/ground.py", "drill/judging.py", "drill/trials.py", "drill/measured.py")


def offline(
    attacks: Sequence[str], seeds: Sequence[int], size: str = "small", *, white_box: bool = False, jobs: int = 1
) -> Measured:
    """Return what the watch finds of ``attacks`` (none: all) in the hospitals ``seeds``; ``size`` is one of ``SIZES``.

    ``white_box`` asks besides for the largest harvest of a thief who knows every threshold: ``edges``.
    """
    task = Task(SIZES[size], tuple(seeds), tuple(attacks), frontier=len(seeds) if white_box else 0)
    return measure(task, jobs)


def measure(task: Task, jobs: int = 1, tell: Tell = lambda _: None, kept: Path | None = None) -> Measured:
    """Run the trials of every seed, ``jobs`` seeds at a time; ``kept`` is the folder of what was measured before."""
    parts = {part.task.seeds[0]: part for part in _known(task, kept)}
    left = [one for one in _alone(task) if one.seeds[0] not in parts]
    for part in parts.values():
        tell(part)
    for part in _run(left, jobs):
        parts[part.task.seeds[0]] = part
        if kept:
            _keep(part, kept)
        tell(part)
    return joined(task, [parts[seed] for seed in task.seeds])


def _run(left: Sequence[Task], jobs: int) -> Iterator[Measured]:
    """Yield each seed as it is done; what fails, or is interrupted, does not wait for those not begun."""
    pool = ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))
    try:
        for done in as_completed([pool.submit(one_seed, one) for one in left]):
            yield done.result()
    finally:
        pool.shutdown(cancel_futures=True)


def joined(task: Task, parts: Sequence[Measured]) -> Measured:
    """Return the parts of several seeds as one."""
    return Measured(
        task=task,
        outcomes=[one for part in parts for one in part.outcomes],
        quiet=[one for part in parts for one in part.quiet],
        edges=[one for part in parts for one in part.edges],
    )


def one_seed(task: Task) -> Measured:
    """Run the trials of the first seed of ``task``."""
    settings = msgspec.structs.replace(task.settings, seed=task.seeds[0])
    bench = Bench(Ground(settings, _watch()), task.per_1000)
    edges = list(bench.edges(task.attacks)) if task.frontier else []
    wanted = of_seed(settings.seed, task.attacks, task.every)
    return Measured(task, list(bench.outcomes(wanted)), [bench.quiet()], edges)


_watch = functools.cache(Duck)  # made once a process: it costs more than a run on a small log


def _alone(task: Task) -> Iterator[Task]:
    """Yield the task of each seed; the frontier is looked for in the first ones."""
    for place, seed in enumerate(task.seeds):
        yield msgspec.structs.replace(task, seeds=(seed,), frontier=int(place < task.frontier))


def _known(task: Task, kept: Path | None) -> Iterator[Measured]:
    """Yield what was measured of these seeds with the same knobs by the same code."""
    for one in _alone(task) if kept else ():
        path = _file(one, kept or Path())
        if path.exists():
            yield msgspec.json.decode(path.read_bytes(), type=Measured)


def _keep(part: Measured, kept: Path) -> None:
    kept.mkdir(parents=True, exist_ok=True)
    path = _file(part.task, kept)
    new = path.with_suffix(".new")
    new.write_bytes(msgspec.json.encode(part))
    new.replace(path)


def _file(task: Task, kept: Path) -> Path:
    told = hashlib.blake2b(msgspec.json.encode(task) + code().encode(), digest_size=6).hexdigest()
    return kept / f"seed-{task.seeds[0]}-{told}.json"


@functools.cache
def code() -> str:
    """Return a digest of everything a figure hangs on: the watch, the world, the thefts and how they are judged."""
    files = [path for folder in JUDGED_BY for path in (PACKAGE / folder).rglob("*.py")]
    found = hashlib.blake2b(digest_size=8)
    for path in sorted([*files, *(PACKAGE / name for name in ALSO)]):
        found.update(path.read_bytes())
    return found.hexdigest()
