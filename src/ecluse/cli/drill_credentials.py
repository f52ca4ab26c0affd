"""``ecluse drill stolen-credential``: one stolen credential at a time, against a real server."""

import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich import box
from rich.console import Console
from rich.table import Table

from ecluse.core.errors import Exit
from ecluse.drill.credentials.catalogue import CASES
from ecluse.drill.credentials.running import Report, run
from ecluse.drill.hospital import Hospital

console = Console(stderr=True, highlight=False)
CAPTION = "owner: patients its owner was shown with the same credential just before."


def stolen_credential(
    patients: Annotated[int, typer.Option(help="How many patients are on record.", min=300, max=850_000)] = 600,
    seed: Annotated[int, typer.Option(help="The same seed gives the same hospital.")] = 1,
    keep: Annotated[Path | None, typer.Option(help="Keep the establishment in this new folder.", metavar="DIR")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Steal a cookie, a seed, a code, a password, a reset, a token, a proof, a session: each gets nothing, and a trace.

    About two minutes. Exit code 6 when anything was exposed or left no trace.
    Example: ecluse drill stolen-credential --json
    """
    home = keep.absolute() if keep else Path(tempfile.mkdtemp(prefix="ecluse-drill-"))
    try:
        report = run(Hospital(patients=patients, seed=seed), home, tell)
    finally:
        if not keep:
            shutil.rmtree(home, ignore_errors=True)
    if json:
        typer.echo(msgspec.json.encode(report))
    else:
        show(report)
    if not report.held:
        raise typer.Exit(Exit.NOT_PROVEN)


def tell(what: str) -> None:
    """Say what is being done."""
    console.print(f"… {what}", style="dim", markup=False)


def show(report: Report) -> None:
    """Print the figures, and what is left to whoever has two factors."""
    out = Console(highlight=False)
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, caption=CAPTION, caption_justify="left")
    for name in ("stolen", "requests", "owner", "exposed", "traced", "refused by"):
        made.add_column(name, justify="right" if name in {"requests", "owner", "exposed"} else "left")
    for one in report.cases:
        made.add_row(
            one.case,
            f"{one.requests:,}",
            str(one.rightful),
            str(one.exposed),
            "[green]yes[/]" if one.traced else "[red]NO[/]",
            ", ".join(one.refused_by),
        )
    out.print(made)
    stops = {case.name: case.stops for case in CASES}
    for one in report.cases:
        out.print(f"{one.case}: {stops[one.case]}", style="dim", markup=False)
    out.print(f"\n{report.exposed} of {report.population:,} patients exposed.", style="bold", markup=False)
    for two in report.beyond:
        said = "the owner is told" if two.told else "nobody is told"
        out.print(f"two factors, {two.case} ({two.profession}): {two.exposed} exposed; {said}.", markup=False)
