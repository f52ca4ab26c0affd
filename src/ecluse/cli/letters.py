"""``ecluse letters``: letters to the people exposed, from the proven list, the finished notice and the exports.

It runs on the mail room's machine and needs no home folder: the private key of the exports is there and nowhere else.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import Progress

from ecluse.core.errors import BadInputError
from ecluse.respond.letters import inputs
from ecluse.respond.letters.making import BATCH, make
from ecluse.respond.letters.sorting import sort
from ecluse.respond.words import LANGUAGES

app = typer.Typer(no_args_is_help=True, help="Letters to the people whose data were exposed.")


@app.callback()
def letters() -> None:
    """Make letters (RGPD art. 34)."""


@app.command("make")
def make_command(  # noqa: PLR0913, PLR0917 - what letters are made from
    out: Annotated[Path, typer.Option(help="Folder for the letters; it must not exist.")],
    exposure: Annotated[Path, typer.Option(help="The ZIP of `ecluse exposure list --out`.", exists=True)],
    verifier: Annotated[str, typer.Option(help="Verifier key of the trace, name+hash+base64, kept elsewhere.")],
    notice: Annotated[list[Path], typer.Option(help="JSON of the finished notice `people`, one a language.")],
    export: Annotated[list[Path], typer.Option(help="An export made for the letters (.age); may be several.")],
    key: Annotated[Path, typer.Option(help="File of the private key the exports are for.", exists=True)],
    language: Annotated[str, typer.Option(help="Language of who has told none: fr or en.")] = "fr",
    each: Annotated[int, typer.Option(help="Letters a PDF; 1 for one PDF each.", min=1)] = BATCH,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make the letters. Who is dead, protected or without address is listed apart, in apart.csv.

    Example: ecluse letters make --exposure exposure.zip --verifier KEY --notice people.json --export e.age --key k
    --out letters
    """
    if language not in LANGUAGES:
        raise BadInputError(f"{language!r} is not a language of documents.", "Choose fr or en.")
    data = inputs.exposed(exposure, verifier)
    drafts = inputs.notices(notice, len(data))
    now = datetime.now(UTC)
    only = next(iter(drafts)) if len(drafts) == 1 else ""
    post = sort(data, inputs.everybody(export, key), now.date(), language, only=only)
    with Progress(console=Console(stderr=True), transient=True, disable=json and not sys.stderr.isatty()) as progress:
        task = progress.add_task("Letters", total=len(post.letters))
        made = make(out, post, drafts, now, each, lambda number: progress.update(task, advance=number))
    if json:
        typer.echo(msgspec.json.encode(made._asdict()))
    else:
        typer.echo(f"{made.letters} letters in {made.files} files; {made.apart} people apart: see {out}/apart.csv.")
