"""``ecluse explain``: the very events behind a case, so that a person can count them again."""

import sys
from datetime import UTC
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
import typer
from rich.console import Console

from ecluse.cli import scan_place
from ecluse.cli.scan_result import last
from ecluse.watch import explain as explaining
from ecluse.watch.cases import Case
from ecluse.watch.detectors import BY_NAME
from ecluse.watch.engine import engine as engine_of
from ecluse.watch.exposure import Exposure
from ecluse.watch.lake import Lake

app = typer.Typer(pretty_exceptions_enable=False)
FEW = 200


@app.command()
def explain(
    case: Annotated[str, typer.Argument(help="The name of a case, its beginning, or its number in the queue.")],
    lake: Annotated[Path | None, typer.Option(help="The lake of the scan, if it was named.")] = None,
    engine: Annotated[str, typer.Option(help="duckdb, local[*] or spark://HOST:PORT.")] = "duckdb",
    everything: Annotated[bool, typer.Option("--all", help="All events, not the first 200.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, with all events and patients.")] = False,
) -> None:
    """List the events behind a case of the last scan, with the row or line of the log each stands on.

    Example: ecluse explain 1
    """
    opened = scan_place.open_old(lake)
    kept = last(opened.folder)
    found = explaining.find(kept.queue, case)
    events = _events(opened, engine, found)
    exposed = kept.exposures.get(found.id)
    if json:
        told = {"case": found, "exposure": exposed, "events": events}
        sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
    else:
        _tell(Console(highlight=False), found, exposed, events if everything else events[:FEW], len(events))


def _events(lake: Lake, engine: str, case: Case) -> list[dict[str, Any]]:
    running = engine_of(engine)
    try:
        rows = explaining.explain(running.tables(lake), running.collect, case, BY_NAME).to_pylist()
    finally:
        running.close()
    zone = ZoneInfo(lake.zone)
    return [{**row, "ts": row["ts"].replace(tzinfo=UTC).astimezone(zone).isoformat()} for row in rows]


def _tell(console: Console, case: Case, exposed: Exposure | None, events: list[dict[str, Any]], number: int) -> None:
    console.print(f"Case {case.id}: {', '.join(case.accounts)} {case.profession}".rstrip(), style="bold", markup=False)
    for line in case.reasons:
        console.print(f"  - {line}", markup=False, soft_wrap=True)
    if exposed is not None:
        least = "at least " if exposed.at_least else ""
        console.print(
            f"  From {exposed.begin} to {exposed.end}: {least}{exposed.patients:,} patients "
            f"({len(exposed.certain):,} named, {exposed.unnamed:,} counted without a name); "
            f"possibly {len(exposed.possible):,} more the same days. --json lists them.",
            markup=False,
            soft_wrap=True,
        )
    rows: list[tuple[str, ...]] = [("when", "account", "what", "patient", "where in the log", "reasons")]
    rows += [tuple(str(cell) for cell in _cells(row)) for row in events]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        console.print(line, markup=False, soft_wrap=True)
    if len(events) < number:
        console.print(f"{number - len(events):,} more events with --all.", markup=False)


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    number = row["row"]
    place = f"{row['source']} {'row' if number > 0 else 'line'} {abs(number)}" if number else row["source"]
    return row["ts"], row["account"], row["deed"], row["patient"], place, row["reasons"]
