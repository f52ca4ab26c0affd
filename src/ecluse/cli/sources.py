"""``ecluse sources``: the log formats that can be read, and a mapping proposed for any other table."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from ecluse.cli.sources_listen import listen_command
from ecluse.core.errors import BadInputError
from ecluse.sources import guess as guessing
from ecluse.sources import proposal, readers
from ecluse.sources.base import Story
from ecluse.sources.stories_fr import french

app = typer.Typer(pretty_exceptions_enable=False, no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def sources() -> None:
    """Formats of access logs. Example: ecluse sources list."""


@app.command("list")
def list_(
    json: Json = False,
    fr: Annotated[bool, typer.Option("--fr", help="In French.")] = False,
) -> None:
    """Tell of each format what it can show and what it cannot.

    Example: ecluse sources list
    """
    stories = [french(reader.STORY) if fr else reader.STORY for reader in readers.every()]
    if json:
        sys.stdout.write(msgspec.json.encode(stories).decode() + "\n")
        return
    console = Console(highlight=False)
    for story in stories:
        _tell(console, story, "aveugle\N{NO-BREAK SPACE}:" if fr else "blind:")


def _tell(console: Console, story: Story, blind: str) -> None:
    console.print(f"{story.title}  ({story.name})", style="bold", markup=False, soft_wrap=True)
    console.print(f"  {story.reads}", markup=False, soft_wrap=True)
    for words in story.shows:
        console.print(f"  + {words}", markup=False, soft_wrap=True)
    for words in story.blind:
        console.print(f"  - {blind} {words}", style="yellow", markup=False, soft_wrap=True)
    console.print()


@app.command("guess")
def guess(
    file: Annotated[Path, typer.Argument(help="A CSV, TSV or Parquet file, packed or not.")],
    json: Json = False,
) -> None:
    """Propose a mapping for a table of accesses: correct it if need be, then give it to `ecluse scan --map`.

    Example: ecluse sources guess export.csv > map.toml
    """
    if not file.is_file():
        raise BadInputError(f"There is no file {file}.", "Name a CSV, TSV or Parquet file.")
    found = guessing.propose(file)
    if json:
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
        return
    sys.stdout.write(proposal.toml(found, str(file)))
    checks = len(found.unsure) + len(found.notes) + len(found.unknown)
    words = f"{checks} lines to check." if checks else "Nothing to check."
    Console(stderr=True, highlight=False).print(
        f"{words} Next: ecluse scan {file} --map MAP", markup=False, soft_wrap=True
    )


app.command("listen")(listen_command)
