"""``ecluse drill detect``: every kind of thief against the watch, on synthetic hospitals: what is found, and when."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from ecluse.core.errors import BadInputError
from ecluse.drill.detection import measure
from ecluse.drill.detection_page import grouped, rates, write
from ecluse.drill.figures import middle, share
from ecluse.drill.measured import Measured, Outcome, Task
from ecluse.drill.seeds import SCORING, SIZES, purpose
from ecluse.drill.thieves.catalogue import BY_NAME
from ecluse.drill.world.settings import Settings

console = Console(stderr=True, highlight=False)
SMALL = SIZES["small"]


def detect(  # noqa: PLR0913, PLR0917 - one option for each knob
    seeds: Annotated[int, typer.Option(help="How many hospitals.", min=1)] = 5,
    first_seed: Annotated[int, typer.Option(help="The first seed; those up to 100 are for fitting.")] = SCORING[0],
    patients: Annotated[int, typer.Option(help="Patients on record.", min=200)] = SMALL.patients,
    staff: Annotated[int, typer.Option(help="People and services.", min=30)] = SMALL.staff,
    days: Annotated[int, typer.Option(help="Days; thefts begin in the middle.", min=20)] = SMALL.days,
    attack: Annotated[list[str] | None, typer.Option(help="Only this theft (repeat for more).")] = None,
    per_1000: Annotated[float, typer.Option(help="Cases a day the team reads, for 1,000 users.", min=0.01)] = 1.0,
    frontier: Annotated[int, typer.Option(help="In how many hospitals the slowest theft found is sought.", min=0)] = 0,
    every: Annotated[int, typer.Option(help="Try what no goal is set for in one hospital in so many.", min=1)] = 1,
    jobs: Annotated[int, typer.Option(help="Hospitals at a time (0: one a core).", min=0)] = 0,
    kept: Annotated[Path | None, typer.Option(help="Keep the figures of each seed here, and go on from them.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    page: Annotated[bool, typer.Option("--write", help="Write docs/detection.md and its picture.")] = False,
) -> None:
    """Lay every kind of theft over synthetic hospitals and see what the watch finds, when, among how many false cases.

    Example: ecluse drill detect --seeds 3 --attack fast-grab --attack low-and-slow
    """
    unknown = sorted(set(attack or ()) - set(BY_NAME))
    if unknown:
        raise BadInputError(f"There is no theft {', '.join(unknown)}.", f"Choose from {', '.join(sorted(BY_NAME))}.")
    if page and attack:
        raise BadInputError("The page shows every theft.", "Leave out --attack or --write.")
    wanted = tuple(range(first_seed, first_seed + seeds))
    if page and any(purpose(one) != "scoring" for one in wanted):
        raise BadInputError("The page shows scoring seeds only.", f"They go from {SCORING[0]} to {SCORING[-1]}.")
    hospital = Settings(patients=patients, staff=staff, days=days)
    task = Task(hospital, wanted, tuple(attack or ()), per_1000, min(frontier, seeds), every)
    with _progress(seeds) as tick:
        measured = measure(task, min(jobs or os.cpu_count() or 1, seeds), tick, kept)
    if page:
        for file in write(measured, Path("docs"), f"ecluse drill detect{_said(seeds, frontier, every)} --write"):
            tell(f"wrote {file}")
    if json:
        typer.echo(msgspec.json.encode(measured))
    else:
        Console(highlight=False).print(table(measured))


def tell(what: str) -> None:
    """Say what is being done."""
    console.print(f"… {what}", style="dim", markup=False)


def _said(seeds: int, frontier: int, every: int) -> str:
    more = f" --frontier {frontier}" if frontier else ""
    return f" --seeds {seeds}{more}{f' --every {every}' if every > 1 else ''}"


@contextmanager
def _progress(seeds: int) -> Iterator[Callable[[Measured], None]]:
    """Show how many hospitals are done, and say of each what was found."""
    columns = (TextColumn("hospitals"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as shown:
        bar = shown.add_task("hospitals", total=seeds)

        def tick(part: Measured) -> None:
            [quiet] = part.quiet
            found = sum(one.found for one in part.outcomes)
            tell(
                f"seed {quiet.seed}: {found} of {len(part.outcomes)} thefts found, "
                f"{quiet.cases} cases in {quiet.days} quiet days"
            )
            shown.advance(bar)

        yield tick


def table(measured: Measured) -> Table:
    """Return one line for each theft and account."""
    false, _ = rates(measured)
    caption = f"false cases a day for 1,000 users, without any theft: {false.median:.2f}" if false else ""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, caption=caption, caption_justify="left")
    made.add_column("theft, account of", no_wrap=True)
    for name in ("found", "evenings", "exposed", "of", "rank"):
        made.add_column(name, justify="right")
    for (attack, variant, role), group in grouped(measured.outcomes, lambda one: (one.attack, one.variant, one.role)):
        found = [one for one in group if one.found]
        name = f"{attack}{f' ({variant})' if variant else ''}, {role}"
        made.add_row(name, _found(group), *(_median(found, field) for field in ("days", "exposed", "stolen", "rank")))
    return made


def _found(group: list[Outcome]) -> str:
    one = share(sum(outcome.found for outcome in group), len(group))
    colour = "green" if one.share == 1 else "red" if one.share == 0 else "yellow"
    return f"[{colour}]{one.hits}/{one.of}[/]"


def _median(found: list[Outcome], field: str) -> str:
    one = middle([getattr(outcome, field) for outcome in found])
    return f"{one.median:,.4g}" if one else "–"
