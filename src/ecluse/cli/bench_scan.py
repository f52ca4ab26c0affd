"""``ecluse bench scan``: every detector over a year of invented accesses, against what DuckDB itself needs for less.

Making the accesses is not measured. ``seconds`` is from Parquet files nobody has looked at, nothing derived yet, to
the findings of every detector; ``derive_seconds`` of them go to the tables the detectors share. ``peak_gib`` is the
most memory its process ever held. In the same run, with as many threads: ``full_scan_seconds`` for reading every value
of every column of the accesses, ``distinct_query_seconds`` for the exact number of patients of each account on each
day.
"""

import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import duckdb
import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from ecluse.cli.bench_scan_world import build
from ecluse.core.errors import BadInputError
from ecluse.watch.detectors import DETECTORS
from ecluse.watch.engine import engine
from ecluse.watch.lake import Lake
from ecluse.watch.run import watch

FEWEST = 1_000
GIB = 2**20  # ru_maxrss counts kibibytes
ZONE = "UTC"
QUERIES = {
    "full_scan": "SELECT max(COLUMNS(*)) FROM {accesses}",
    "distinct_query": "SELECT count(*), max(patients) FROM "
    "(SELECT account, day, count(DISTINCT patient) AS patients FROM {accesses} GROUP BY account, day)",
}


class Measure(msgspec.Struct):
    """One run. Times in seconds."""

    events: int
    seconds: float
    peak_gib: float
    times_full_scan: float
    times_distinct_query: float
    detectors: dict[str, float]
    derive_seconds: float
    full_scan_seconds: float
    distinct_query_seconds: float
    findings: int
    threads: int


class Watched(msgspec.Struct):
    """What the child process measured of itself."""

    seconds: dict[str, float]
    findings: int
    peak_gib: float


def scan(
    events: Annotated[int, typer.Option(help="How many accesses.")] = 100_000_000,
    threads: Annotated[int, typer.Option(help="Threads of every query; 0: as many as the machine has.")] = 0,
    folder: Annotated[Path | None, typer.Option(help="Where to work; needs about 25 bytes an event.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run every detector over a year of invented accesses: seconds, memory, seconds of each detector.

    Example: ecluse bench scan --events 10000000 --json.
    """
    if events < FEWEST:
        raise BadInputError(f"{events} events are too few to measure.", f"Ask for at least {FEWEST}.")
    place = Path(tempfile.mkdtemp(prefix="ecluse-bench-", dir=folder))
    try:
        with progress(events) as tick:
            build(place, events, tick)
        measure = measured(place, events, threads)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    if json:
        sys.stdout.write(msgspec.json.encode(measure).decode() + "\n")
    else:
        tell(measure)


def measured(place: Path, events: int, threads: int) -> Measure:
    """Time the plain queries, then the watch, each in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        base = pool.apply(baselines, (place, threads))
        watched = pool.apply(watch_once, (place, threads))
    total = sum(watched.seconds.values())
    return Measure(
        events=events,
        seconds=round(total, 2),
        peak_gib=round(watched.peak_gib, 2),
        times_full_scan=round(total / base["full_scan"], 2),
        times_distinct_query=round(total / base["distinct_query"], 2),
        detectors={name: round(time, 3) for name, time in watched.seconds.items() if name != "tables"},
        derive_seconds=round(watched.seconds["tables"], 2),
        full_scan_seconds=round(base["full_scan"], 2),
        distinct_query_seconds=round(base["distinct_query"], 2),
        findings=watched.findings,
        threads=threads,
    )


def baselines(place: Path, threads: int) -> dict[str, float]:
    """Return the seconds of DuckDB's own queries over the accesses in ``place``."""
    accesses = f"read_parquet('{place}/accesses/*/*.parquet', hive_partitioning = false)"
    found = {}
    with duckdb.connect(config={"threads": threads} if threads else {}) as connection:
        connection.execute(f"SELECT count(*) FROM {accesses}")  # noqa: S608 - our own folder; files opened once
        for name, query in QUERIES.items():
            started = time.perf_counter()
            connection.execute(query.format(accesses=accesses)).fetchall()
            found[name] = time.perf_counter() - started
    return found


def watch_once(place: Path, threads: int) -> Watched:
    """Derive and detect everything in ``place``; return the seconds of each step and the memory of this process."""
    running = engine("duckdb", threads=threads)
    _, findings = watch(Lake(place, ZONE), running, DETECTORS)
    running.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / GIB
    return Watched(findings.seconds, findings.rows.num_rows, peak)


@contextmanager
def progress(events: int) -> Iterator[Callable[[int], None]]:
    """Show how far the making of the accesses is."""
    columns = (TextColumn("Inventing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("invent", total=events)
        yield lambda number: shown.advance(task, number)


def tell(measure: Measure) -> None:
    """Print the measure as a table."""
    table = Table("step", "seconds")
    table.add_row("tables the detectors share", f"{measure.derive_seconds:,.2f}")
    for name, seconds in measure.detectors.items():
        table.add_row(name, f"{seconds:,.2f}")
    table.add_row("all", f"{measure.seconds:,.2f}", style="bold")
    console = Console(highlight=False)
    console.print(table)
    console.print(
        f"{measure.events:,} events, {measure.findings:,} findings, {measure.peak_gib} GiB at most; "
        f"{measure.times_full_scan} times a full scan ({measure.full_scan_seconds} s), "
        f"{measure.times_distinct_query} times the distinct patients of each account and day "
        f"({measure.distinct_query_seconds} s)."
    )
