"""Measure the watch on synthetic hospitals: what is found, when, after how many patients, among how many false cases.

For each seed a quiet world is read and watched once; then every theft is laid over it. A theft counts as found on the
first evening on which one of its accounts stands in the queue, the queue being computed from what had happened until
that evening and nothing later, and holding no more cases than were asked for.

Several thefts that share no account are watched in one go, then judged one by one: the findings of the accounts
involved in one, and everybody else's from the quiet world. So no theft hides in, or stands out by, another one.
"""

import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import msgspec

from ecluse.drill.ground import Ground
from ecluse.drill.judging import Bench
from ecluse.drill.measured import Measured, Task
from ecluse.drill.trials import trials

Tell = Callable[[str], None]


def measure(task: Task, jobs: int = 1, tell: Tell = lambda _: None) -> Measured:
    """Run every trial on every seed, ``jobs`` seeds at a time."""
    begun, parts = time.monotonic(), []
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        for part in pool.map(one_seed, [msgspec.structs.replace(task, seeds=(seed,)) for seed in task.seeds]):
            parts.append(part)
            found, quiet = sum(one.found for one in part.outcomes), part.quiet[0]
            tell(
                f"seed {quiet.seed}: {found} of {len(part.outcomes)} thefts found, "
                f"{quiet.cases} cases in {quiet.days} quiet days ({time.monotonic() - begun:.0f} s)"
            )
    return Measured(
        task=task,
        outcomes=[one for part in parts for one in part.outcomes],
        quiet=[one for part in parts for one in part.quiet],
        edges=[one for part in parts for one in part.edges],
    )


def one_seed(task: Task) -> Measured:
    """Run every trial on the first seed of ``task``."""
    folder = Path(tempfile.mkdtemp(prefix="ecluse-detect-"))
    try:
        bench = Bench(Ground(msgspec.structs.replace(task.settings, seed=task.seeds[0]), folder), task.per_1000)
        edges = list(bench.edges(task.attacks)) if task.frontier else []
        return Measured(task, list(bench.outcomes(trials(task.attacks))), [bench.quiet()], edges)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
