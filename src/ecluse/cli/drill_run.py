"""``ecluse drill list`` and ``ecluse drill run``: every attack, live against a served establishment, or in logs."""

import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from msgspec.structs import replace
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ecluse.core.errors import BadInputError, BrokenWorldError
from ecluse.drill import frontier
from ecluse.drill.attacks.base import Attack
from ecluse.drill.attacks.catalogue import ATTACKS, named, parts
from ecluse.drill.detection import measure
from ecluse.drill.live.page import html, write
from ecluse.drill.live.results import Line, Report, Trial, lines, offline
from ecluse.drill.live.series import DATABASES, Played, Series
from ecluse.drill.live.series import run as series_run
from ecluse.drill.measured import Measured, Task
from ecluse.drill.professions.catalogue import BY_PROFESSION
from ecluse.drill.seeds import SCORING, SIZES
from ecluse.drill.wanted import Goal

console = Console(stderr=True, highlight=False)
COLUMNS = (TextColumn("{task.description}"), BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn())
ENOUGH = 40  # hospitals for what no goal is set for, unless --every says otherwise
CAPTION = "refused: people at work who were refused anything. exact: the trace names exactly what the thief got."


def list_(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the attacks: story, accounts, promise.

    Example: ecluse drill list
    """
    if json:
        told = [
            {**attack.story._asdict(), "as": attack.roles, "variants": [name for name, _ in attack.variants]}
            for attack in ATTACKS
        ]
        typer.echo(msgspec.json.encode(told))
        return
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("attack", "what it is", "accounts of", "what holds against it"):
        made.add_column(name)
    for attack in ATTACKS:
        story = attack.story
        roles = "every profession" if set(attack.roles) == set(BY_PROFESSION) else ", ".join(attack.roles)
        made.add_row(story.name, story.title, roles, story.bound)
    Console(highlight=False).print(made)


def run(  # noqa: PLR0913, PLR0917 - one option for each knob
    attacks: Annotated[list[str] | None, typer.Argument(help="Attacks (default: all); `ecluse drill list`.")] = None,
    live: Annotated[bool, typer.Option("--live", help="Over HTTP, against a served establishment.")] = False,
    role: Annotated[list[str] | None, typer.Option("--as", help="Only with accounts of this profession.")] = None,
    patients: Annotated[int, typer.Option(help="Live: patients on record.", min=300, max=850_000)] = 2000,
    database: Annotated[list[str] | None, typer.Option(help="Live: sqlite, postgresql, or both (repeat).")] = None,
    seeds: Annotated[int, typer.Option(help="How many hospitals.", min=1)] = 1,
    first_seed: Annotated[int, typer.Option(help="Live: the first seed.", min=1)] = 1,
    size: Annotated[str, typer.Option(help="Offline: small (200 staff) or large (5,000).")] = "small",
    every: Annotated[int, typer.Option(help="Offline: what no goal is set for in one hospital in so many.", min=0)] = 0,
    jobs: Annotated[int, typer.Option(help="Offline: hospitals at a time (0: one a core).", min=0)] = 0,
    kept: Annotated[Path | None, typer.Option(help="Offline: keep each hospital's figures here, and go on.")] = None,
    white_box: Annotated[bool, typer.Option("--white-box", help="The thief knows every threshold.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    report: Annotated[Path | None, typer.Option("--html", help="Write a report with pictures.", metavar="F")] = None,
    page: Annotated[
        bool, typer.Option("--write", help="Live: docs/drill.json and .md; offline, --white-box: docs/frontier.md.")
    ] = False,
) -> None:
    """Attack yourself in every way on the list, and count the records that got out.

    Live attacks meet a real server while people work in it. The others are laid into logs for the watch to find;
    with --white-box, the slowest theft that is found is sought too. Many hospitals in logs take a minute of work each.
    Example: ecluse drill run fast-grab takeover --live --patients 20000 --json
    """
    chosen = named(attacks or ())
    wanted = parts(chosen, role or ())
    bases = database or ["sqlite"]
    unknown = sorted(set(bases) - set(DATABASES))
    if unknown or size not in SIZES:
        raise BadInputError(
            f"{', '.join(unknown) or size} is unknown.", "Databases: sqlite, postgresql; sizes: small, large."
        )
    if not wanted:
        raise BadInputError(
            "None of these attacks is done with such an account.", "`ecluse drill list` says which are."
        )
    places(page, report, about=live or white_box)
    series = Series(wanted, bases, patients, range(first_seed, first_seed + seeds), white_box)
    made = played(series, page) if live else Played([], [])
    if live:
        found = Report(lines(made.trials), {})
    else:
        task = logs(chosen, size, seeds, white_box=white_box, every=every or max(1, seeds // ENOUGH))
        found = offline(of_roles(in_logs(task, jobs, kept, page=page), role or ()))
    if report is not None:
        report.write_text(html(found), encoding="utf-8")
        tell(f"wrote {report}")
    if json:
        typer.echo(msgspec.json.encode(found))
    else:
        Console(highlight=False).print(table(found))
        if found.goals:
            Console(highlight=False).print(reached(found.goals))
        if found.frontier:
            Console(highlight=False).print(slowest(found.frontier))
    if made.failed:
        raise BrokenWorldError("Could not be carried out: " + "; ".join(made.failed), "Run these again.")


def places(page: bool, report: Path | None, *, about: bool) -> None:
    """See that what is asked for can be written, before anything is measured.

    Raises:
        BadInputError: it cannot.
    """
    if page and not about:
        raise BadInputError(
            "The page is about live attacks.", "Add --live, or --white-box for the frontier; or `ecluse drill detect`."
        )
    for folder in (Path("docs") if page else Path(), report.parent if report else Path()):
        if not folder.is_dir():
            raise BadInputError(f"There is no folder {folder}.", "Make it, or go where it is.")


def tell(what: str) -> None:
    """Say what is being done."""
    console.print(f"… {what}", style="dim", markup=False)


def logs(attacks: list[Attack], size: str, seeds: int, *, white_box: bool, every: int) -> Task:
    """Return what to measure in logs. All thefts have no names, as in `ecluse drill detect`, whose figures then serve.

    Raises:
        BadInputError: none of them shows in a log, or there are not so many hospitals to be scored on.
    """
    known = tuple(sorted({attack.offline.theft for attack in attacks} - {""}))
    if not known:
        raise BadInputError(f"No log shows it: {attacks[0].offline.why}.", "Add --live.")
    if seeds > len(SCORING):
        raise BadInputError(f"There are {len(SCORING)} hospitals to be scored on.", f"Say at most {len(SCORING)}.")
    named = () if len(attacks) == len(ATTACKS) else known
    return Task(SIZES[size], tuple(SCORING[:seeds]), named, frontier=seeds if white_box else 0, every=every)


def of_roles(measured: Measured, roles: Sequence[str]) -> Measured:
    """Return what was measured of thefts from accounts of ``roles``; of all, when none is named."""
    if not roles:
        return measured
    return replace(
        measured,
        outcomes=[one for one in measured.outcomes if one.role in roles],
        edges=[one for one in measured.edges if one.role in roles],
    )


def in_logs(task: Task, jobs: int, kept: Path | None, *, page: bool) -> Measured:
    """Lay the thefts into the logs of synthetic hospitals behind a progress bar, and let the watch look for them."""
    with Progress(*COLUMNS, console=console, transient=True) as bar:
        shown = bar.add_task("hospitals", total=len(task.seeds))

        def done(part: Measured) -> None:
            bar.advance(shown)
            found = sum(one.found for one in part.outcomes)
            bar.console.print(
                f"hospital {part.task.seeds[0]}: {found} of {len(part.outcomes)} thefts found", style="dim"
            )

        measured = measure(task, min(jobs or os.cpu_count() or 1, len(task.seeds)), done, kept)
    for file in frontier.write(measured, Path("docs")) if page else ():
        tell(f"wrote {file}")
    return measured


def played(series: Series, page: bool) -> Played:
    """Play all of it behind a progress bar, which says what goes on and what each came to; ``page`` writes too.

    Told to end, it leaves no server and no folder behind, as when it is interrupted.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with Progress(*COLUMNS, console=console, transient=True) as bar:
        task = bar.add_task("making an establishment", total=series.rounds())

        def done(trials: list[Trial]) -> None:
            bar.advance(task)
            if page:
                write(trials, Path("docs"))
            for one in trials:
                bar.console.print(sentence(one), style="dim", markup=False)

        return series_run(series, lambda what: bar.update(task, description=what[:50]), done)


def sentence(one: Trial) -> str:
    """Say what became of one attack."""
    exact = "exact" if one.exact and one.verified else "NOT EXACT"
    stopped = f"stopped after {one.contained_after_s:.1f} s" if one.contained_after_s is not None else "not stopped"
    text = f"{one.name}, {one.role}, {one.database}: {one.exposed} of {one.population:,} exposed, {stopped}, {exact}"
    return ". ".join([text, *one.missed, *one.reasons])


def table(found: Report) -> Table:
    """Return the figures as a table that fits 80 columns."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, caption=CAPTION, caption_justify="left")
    made.add_column("attack, account of")
    for name in ("exposed", "p95", "seen", "after", "stopped", "refused", "exact"):
        made.add_column(name, justify="right")
    for one in found.attacks:
        made.add_row(f"{one.attack}, {one.role}", *cells(one))
    return made


def slowest(found: list[frontier.Frontier]) -> Table:
    """Return the frontier as a table."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, caption="harvest: of the thief who stays one rate below.")
    for name in ("theft", "account of", "unit", "found from", "in the seeds", "never", "harvest"):
        made.add_column(name)
    for one in found:
        made.add_row(*(cell.replace("**", "") for cell in frontier.cells(one)))
    return made


def reached(found: list[Goal]) -> Table:
    """Return what was set and what was reached as a table."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("", "set", "reached", ""):
        made.add_column(name)
    for one in found:
        made.add_row(one.what, one.wanted, one.text, "[green]reached[/]" if one.held else "[red]not reached[/]")
    return made


def cells(one: Line) -> list[str]:
    """Return the figures of a line."""
    exact = {True: "[green]yes[/]", False: "[red]NO[/]", None: "–"}[one.exposure_exact]
    refused = "–" if one.care_refused is None else str(one.care_refused)
    seen = f"{one.detected:.0%}"
    return [f"{one.exposed:g}", f"{one.exposed_p95:g}", seen, *map(after, times(one)), refused, exact]


def times(one: Line) -> tuple[float | None, float | None]:
    """Return when it was seen and when it was stopped."""
    return one.detected_after_s, one.contained_after_s


def after(seconds: float | None) -> str:
    """Write a time."""
    return "–" if seconds is None else f"{seconds:.1f} s" if seconds < DAY_S else f"{seconds / DAY_S:.0f} d"


DAY_S = 86_400
