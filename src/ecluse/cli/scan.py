"""``ecluse scan``: other systems' access logs in, the accounts that behave like thieves out."""

import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from ecluse.cli import scan_place
from ecluse.cli.scan_jobs import Asked, Job, jobs
from ecluse.cli.scan_read import Advance, Taken, take
from ecluse.cli.scan_result import Result, Totals, keep, to_json
from ecluse.cli.scan_tell import tell
from ecluse.core.errors import BadInputError, BrokenWorldError, Exit
from ecluse.watch import cases, exposure, run, stops, views
from ecluse.watch.detectors import BY_NAME, DETECTORS
from ecluse.watch.engine import Engine
from ecluse.watch.engine import engine as engine_of
from ecluse.watch.lake import Lake
from ecluse.watch.tables import Tables

app = typer.Typer(pretty_exceptions_enable=False)
REPORT = "ecluse.watch.report"


@app.command()
def scan(  # noqa: PLR0913 - the options of one command
    paths: Annotated[list[Path], typer.Argument(help="Log files, or folders that hold them.")],
    *,
    staff: Annotated[list[Path] | None, typer.Option(help="Staff list (CSV, LDIF): account, profession, unit.")] = None,
    care: Annotated[list[Path] | None, typer.Option(help="Care facts: FHIR, HL7 v2, or a table with --map.")] = None,
    engine: Annotated[str, typer.Option(help="duckdb, local[*] or spark://HOST:PORT.")] = "duckdb",
    cases_per_day: Annotated[float, typer.Option(min=0, help="Cases a day your team reads (0: by users).")] = 0,
    since: Annotated[str, typer.Option(help="Tell cases from this day on; earlier days show habits.")] = "",
    map_: Annotated[
        list[Path] | None, typer.Option("--map", help="Mapping of a table (`ecluse sources guess`).")
    ] = None,
    rules: Annotated[Path | None, typer.Option(help="Your rules for web server logs, asked first.")] = None,
    lake: Annotated[
        Path | None, typer.Option(help="Folder that keeps what was read, and grows with each scan.")
    ] = None,
    time_zone: Annotated[str, typer.Option(help="The establishment's clock. Default Europe/Paris.")] = "",
    html: Annotated[Path | None, typer.Option(help="Write a report to read and print.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Read access logs of any system, and say which accounts behave like thieves, who was exposed, what is not seen.

    Example: ecluse scan /var/log/dpi --staff staff.csv --html report.html
    """
    first = _day(since)
    asked = Asked(tuple(paths), tuple(staff or ()), tuple(care or ()), tuple(map_ or ()), rules)
    work, unread = jobs(asked)
    if not work:
        reasons = "; ".join(f"{one.path}: {one.why}" for one in unread[:3])
        raise BadInputError(f"Nothing there can be read. {reasons}", "`ecluse sources list` names what can be.")
    place = scan_place.folder_of(lake)
    kept = scan_place.open_anew(lake, time_zone or (scan_place.zone_of(place) if lake else scan_place.ZONE))
    writer = _writer(html)
    running = engine_of(engine)
    with closing(running), _progress(work) as advance:
        taken = take(kept, work, unread, advance)
        _refuse_nothing(kept, taken)
        advance("watching", sum(job.path.stat().st_size for job in work), taken.lines)
        result = watch(kept, taken, running, cases_per_day, first)
    keep(result)
    if html is not None and writer is not None:
        write_report(writer, html, result)
    if json:
        sys.stdout.write(to_json(result) + "\n")
    else:
        tell(result, Console(highlight=False), html)
    if any(one.broken for one in taken.unread):
        raise typer.Exit(Exit.BAD_INPUT)


def watch(kept: Lake, taken: Taken, running: Engine, cases_per_day: float, since: date | None) -> Result:
    """Return what the detectors say of ``kept``, as a queue of cases with the patients they exposed."""
    tables, found = run.watch(kept, running, DETECTORS)
    days, staff = running.collect(tables.days), running.collect(tables.staff)
    traits = {name: detector.STORY for name, detector in BY_NAME.items()}
    queue = cases.queue(found.rows, days, staff, traits, cases_per_day or None)
    exposures = [exposure.expose(tables, running.collect, case, kept.zone) for case in queue.cases]
    refined = [exposure.refine(*pair) for pair in zip(queue.cases, exposures, strict=True)]
    return Result(
        queue=msgspec.structs.replace(queue, cases=refined),
        exposures={case.id: one for case, one in zip(refined, exposures, strict=True)},
        taken=taken,
        lake=kept.folder,
        zone=kept.zone,
        totals=totals(running, tables),
        faults=[
            *views.integrity_of(kept).to_pylist(),
            *map(stops.fault, running.collect(stops.stops_of(tables.signs)).to_pylist()),
        ],
        since=since,
    )


def write_report(writer: Callable[..., None], file: Path, result: Result) -> None:
    """Have the report written, one self-contained file."""
    writer(
        file,
        queue=msgspec.structs.replace(result.queue, cases=result.cases),
        exposures=result.exposures,
        totals=msgspec.to_builtins(result.totals),
        blind_spots=[*result.taken.blind, *((said, said) for said in result.taken.said)],
        faults=result.faults,
        unread=[f"{one.path}: {one.why}" for one in result.taken.unread],
        rejected=result.taken.rejected,
        zone=result.zone,
    )


def _writer(file: Path | None) -> Callable[..., None] | None:
    """Return what writes reports, before anything is read.

    Raises:
        BadInputError: the place of the report is no place for a file.
        BrokenWorldError: this installation writes no reports.
    """
    if file is None:
        return None
    if file.is_dir() or not file.absolute().parent.is_dir():
        raise BadInputError(f"{file} cannot be written.", "Name a file in a folder that exists.")
    if importlib.util.find_spec(REPORT) is None:
        raise BrokenWorldError("This installation writes no reports.", "Use --json.")
    write: Callable[..., None] = importlib.import_module(REPORT).write
    return write


def totals(running: Engine, tables: Tables) -> Totals:
    """Return how much was judged."""
    visits, touches, signs = tables.visits, tables.touches, tables.signs
    row = running.collect(
        visits.aggregate(
            accesses=visits.n.sum().cast("int64"),
            accounts=visits.account.nunique(),
            first=visits.day.min(),
            last=visits.day.max(),
        )
    ).to_pylist()[0]
    signed = running.collect(signs.aggregate(signs=signs.count())).to_pylist()[0]["signs"]
    patients = running.collect(touches.aggregate(patients=touches.patient.nunique())).to_pylist()[0]["patients"]
    first, last = row["first"], row["last"]
    return Totals(
        events=(row["accesses"] or 0) + signed,
        accounts=row["accounts"],
        patients=patients,
        first=first,
        last=last,
        span_days=(last - first).days + 1 if first else 0,
    )


def _refuse_nothing(kept: Lake, taken: Taken) -> None:
    """Refuse to judge nothing at all.

    Raises:
        BadInputError: no file could be read, or none holds an access.
    """
    broken = [one for one in taken.unread if one.broken]
    if broken and not taken.files:
        raise BadInputError(broken[0].why, f"{len(broken)} files could not be read." if len(broken) > 1 else "")
    if not kept.days():
        skipped = ", ".join(f"{number} {why}" for why, number in taken.skipped.most_common(3))
        raise BadInputError(
            f"No access was found in {taken.files} files ({taken.lines} lines; skipped: {skipped or 'none'}).",
            "Name the access log itself; `ecluse sources list` tells what each format shows.",
        )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadInputError(f"--since {text!r} is no day.", "Write it as 2026-01-31.") from error


@contextmanager
def _progress(work: list[Job]) -> Iterator[Advance]:
    """Show a bar on a terminal, nothing elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("reading", total=sum(job.path.stat().st_size for job in work))

        def advance(name: str, done: int, lines: int) -> None:
            progress.update(task, completed=done, description=f"{name[:30]} ({lines:,} lines)")

        yield advance
