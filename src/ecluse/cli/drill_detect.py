"""``ecluse drill detect``: every kind of thief against the watch, on synthetic hospitals: what is found, and when."""

import os
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich import box
from rich.console import Console
from rich.table import Table

from ecluse.core.errors import BadInputError
from ecluse.drill.detection import measure
from ecluse.drill.detection_page import grouped, rates, write
from ecluse.drill.figures import middle, share
from ecluse.drill.measured import Measured, Outcome, Task
from ecluse.drill.thieves.catalogue import BY_NAME
from ecluse.drill.world.settings import Settings

console = Console(stderr=True, highlight=False)
FIRST = 101  # seeds up to 100 are for fitting detectors, never for scoring them


def detect(  # noqa: PLR0913, PLR0917 - one option for each knob
    seeds: Annotated[int, typer.Option(help="How many hospitals.", min=1)] = 5,
    first_seed: Annotated[int, typer.Option(help="The first seed; those up to 100 are for fitting.")] = FIRST,
    patients: Annotated[int, typer.Option(help="Patients on record.", min=200)] = 8000,
    staff: Annotated[int, typer.Option(help="People and services.", min=30)] = 200,
    days: Annotated[int, typer.Option(help="Days; thefts begin in the middle.", min=20)] = 60,
    attack: Annotated[list[str] | None, typer.Option(help="Only this theft (repeat for more).")] = None,
    per_1000: Annotated[float, typer.Option(help="Cases a day the team reads, for 1,000 users.", min=0.01)] = 1.0,
    frontier: Annotated[bool, typer.Option(help="Look for the smallest rate that is found.")] = True,
    jobs: Annotated[int, typer.Option(help="Hospitals at a time (0: one a core).", min=0)] = 0,
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
    task = Task(
        Settings(patients=patients, staff=staff, days=days),
        tuple(range(first_seed, first_seed + seeds)),
        tuple(attack or ()),
        per_1000,
        frontier,
    )
    measured = measure(task, min(jobs or os.cpu_count() or 1, seeds), tell)
    if page:
        for file in write(measured, Path("docs"), f"ecluse drill detect --seeds {seeds} --write"):
            tell(f"wrote {file}")
    if json:
        typer.echo(msgspec.json.encode(measured))
    else:
        Console(highlight=False).print(table(measured))


def tell(what: str) -> None:
    """Say what is being done."""
    console.print(f"… {what}", style="dim", markup=False)


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
