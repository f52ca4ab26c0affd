"""``ecluse import PATH…``: FHIR bundles and NDJSON into the record, resumable, repeatable, with a file of rejects."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from django.conf import settings
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from ecluse.cli.child import safe_running
from ecluse.core.errors import BadInputError, Exit
from ecluse.record.importing import reading, run
from ecluse.record.importing.writer import Counts

app = typer.Typer(pretty_exceptions_enable=False)


@app.command()
def main(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders: bundles, NDJSON, plain or gzip.")],
    account: Annotated[str, typer.Option(help="The service account that imports.")] = "import",
    source: Annotated[str, typer.Option(help="Name of where ids come from, when several systems use the same.")] = "",
    decoys: Annotated[bool, typer.Option(help="Plant these patients as decoys: whoever opens one is locked.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON summary instead of progress.")] = False,
) -> int:
    """Import FHIR R4 bundles and NDJSON.

    Run it again after an interruption or to add: what is there already is skipped.

    Example: ecluse import bundles/ patients.ndjson.gz
    """
    if settings.HOME is None:
        raise BadInputError("No home folder is named.", "Pass --home DIR or set ECLUSE_HOME.")
    plan = run.Plan(paths, account, source, decoys=decoys)
    with safe_running(settings.HOME):
        done = run.run(plan) if json else with_progress(plan)
    if json:
        sys.stdout.write(msgspec.json.encode(summary(done)).decode() + "\n")
    else:
        tell(done)
    return Exit.OK


def with_progress(plan: run.Plan) -> run.Done:
    """Import behind a progress bar."""
    size = sum(path.stat().st_size for path in reading.files(plan.paths))
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("starting", total=size)

        def moved(position: int, counts: Counts) -> None:
            elapsed = bar.tasks[0].elapsed or 1.0
            rate = (counts.patients + counts.unchanged) / elapsed
            bar.update(task, completed=position, description=f"{counts.patients:,} patients, {rate:,.0f}/s")

        return run.run(plan, moved)


def summary(done: run.Done) -> dict[str, object]:
    """Return what an import did, for programs."""
    counts = msgspec.to_builtins(done.counts)
    rate = done.counts.patients / done.seconds if done.seconds else 0.0
    return {
        **counts,
        "files": done.files,
        "seconds": round(done.seconds, 3),
        "patients_per_s": round(rate, 1),
        "rejects": done.rejects,
    }


def tell(done: run.Done) -> None:
    """Say what an import did."""
    counts = done.counts
    console = Console(highlight=False)
    console.print(
        f"{counts.patients:,} new patients, {counts.resources:,} resources, {counts.updated:,} updated, "
        f"{counts.directory:,} directory entries, {counts.duties:,} duties; {counts.unchanged:,} were there already."
    )
    console.print(f"{done.files:,} files in {done.seconds:,.1f} s ({counts.patients / done.seconds:,.0f} patients/s).")
    if counts.rejected:
        console.print(
            f"{counts.rejected:,} resources were not taken; each with its reason in {done.rejects}", markup=False
        )
