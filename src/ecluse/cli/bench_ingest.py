"""``ecluse bench ingest``: lines a second a core, from the file to the lake, for each source.

Measured is the whole way of a line: unpacking, reading, redacting, normalising, the clock, writing Parquet, looking for
rows that are there twice. ``lines_per_s`` is by processor time of all threads: what one core does. Making the logs is
not measured.
"""

import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from ecluse.cli import bench_ingest_lines as made
from ecluse.core.errors import BadInputError, BrokenWorldError
from ecluse.sources import opening, reading
from ecluse.sources.base import Context, Tally
from ecluse.sources.readers import load
from ecluse.watch.lake import Lake

SLOWER = 4  # a structured message counts for so many lines of a table
WARM = 200


class Measure(NamedTuple):
    """How to make and read one log. ``least`` is the number of lines a second a core asked for; 0 is none."""

    reader: str
    write: Callable[[Path, int], None]
    least: int = 0
    map: str = ""
    share: int = 1


class Row(msgspec.Struct, frozen=True):
    """One measure."""

    source: str
    lines: int
    events: int
    lines_per_s: int
    least: int
    ok: bool
    seconds: float
    wall_seconds: float
    mib_per_s: float
    peak_mib: int


MEASURES = {
    "csv": Measure("csv_map", made.write_csv, 150_000, made.MAP),
    "csv-gzip": Measure("csv_map", made.write_packed, 0, made.MAP),
    "parquet": Measure("csv_map", made.write_parquet, 0, made.PARQUET_MAP),
    "csv-care": Measure("csv_map", made.by_line("from;to;IPP;Agent\n", made.care_line), 0, made.CARE_MAP),
    "nginx": Measure("web_server", made.by_line("", made.nginx_line), 60_000),
    "audit-event": Measure("audit_event", made.by_line("", made.audit_event_line), 15_000, share=SLOWER),
    "atna": Measure("atna", made.by_line("", made.atna_line), 15_000, share=SLOWER),
    "mediboard": Measure("mediboard", made.write_dump),
}


def ingest(
    lines: Annotated[int, typer.Option(help="Lines of a table; structured messages: a quarter.")] = 400_000,
    source: Annotated[list[str] | None, typer.Option(help="Only these; repeatable.")] = None,
    folder: Annotated[Path | None, typer.Option(help="Where to work; needs about 1 KB a line.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Read synthetic logs into a lake: lines a second a core, for each source.

    Example: ecluse bench ingest --json
    """
    if alien := [name for name in source or () if name not in MEASURES]:
        raise BadInputError(f"There is no {alien[0]!r} to measure.", f"Choose among: {', '.join(MEASURES)}.")
    if lines < WARM:
        raise BadInputError(f"{lines} lines are too few to measure.", f"Take {WARM} at least.")
    rows = [measure(name, lines, folder) for name in source or MEASURES]
    if json:
        sys.stdout.write(msgspec.json.encode({"rows": rows}).decode() + "\n")
    else:
        tell(rows)


def measure(name: str, lines: int, folder: Path | None) -> Row:
    """Make a log, read it, remove it.

    Raises:
        BrokenWorldError: not every line became an event, or was skipped on purpose.
    """
    one = MEASURES[name]
    place = Path(tempfile.mkdtemp(prefix="ecluse-bench-", dir=folder))
    try:
        _timed(one, place, WARM)
        return _row(name, one, *_timed(one, place, lines // one.share))
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _timed(one: Measure, place: Path, count: int) -> tuple[Tally, int, float, float, int]:
    """Return the tally, the events, the processor time, the time, and the size of the text of one reading."""
    work = place / str(count)
    work.mkdir()
    file, mapping = work / "log", work / "map.toml"
    one.write(file, count)
    mapping.write_text(one.map, encoding="utf-8")
    size = sum(len(block) for block in opening.blocks(file))
    tally = Tally()
    context = Context(map=mapping if one.map else None, siblings=(file,))
    lake = Lake(work / "lake")
    used, started = time.process_time(), time.perf_counter()
    added = lake.add(file, opening.digest(file), reading.read(load(one.reader), file, tally, context))
    events = added.accesses + added.signs + added.care
    return tally, events, time.process_time() - used, time.perf_counter() - started, size


def _row(name: str, one: Measure, tally: Tally, events: int, used: float, wall: float, size: int) -> Row:
    if tally.rejected or events + tally.skipped.total() < tally.lines:
        raise BrokenWorldError(f"{name}: {events} of {tally.lines} lines came in.", "Report this.")
    speed = int(tally.lines / used)
    return Row(
        source=name,
        lines=tally.lines,
        events=events,
        lines_per_s=speed,
        least=one.least,
        ok=speed >= one.least,
        seconds=round(used, 2),
        wall_seconds=round(wall, 2),
        mib_per_s=round(size / used / (1 << 20), 1),
        peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
    )


def tell(rows: list[Row]) -> None:
    """Print the measures as a table."""
    table = Table("source", "lines", "lines/s a core", "asked", "", "MiB/s", "seconds", "peak MiB")
    for row in rows:
        figures = (f"{row.lines:,}", f"{row.lines_per_s:,}", f"{row.least:,}" if row.least else "-")
        rest = ("ok" if row.ok else "TOO SLOW", f"{row.mib_per_s}", f"{row.wall_seconds}", f"{row.peak_mib:,}")
        table.add_row(row.source, *figures, *rest)
    Console().print(table)
