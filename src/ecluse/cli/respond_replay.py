"""``ecluse respond replay``: a theft and all that follows from it, in an establishment of its own."""

import logging
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ecluse.core.errors import BadInputError, NotProvenError
from ecluse.drill.response.replay import DATABASES, STEPS, Asked
from ecluse.drill.response.replay import replay as replayed
from ecluse.drill.response.results import Replay
from ecluse.respond.words import LANGUAGES

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def replay(
    patients: Annotated[int, typer.Option(help="How many patients are on record.", min=100, max=100_000)] = 300,
    seed: Annotated[int, typer.Option(help="The same seed gives the same hospital.")] = 1,
    database: Annotated[str, typer.Option(help="sqlite or postgresql (a throw-away server).")] = "sqlite",
    language: Annotated[str, typer.Option(help="Language of notices and letters: fr or en.")] = "fr",
    folder: Annotated[
        Path | None, typer.Option("--out", help="Keep list, notices and letters in this new folder.", metavar="DIR")
    ] = None,
    keep: Annotated[Path | None, typer.Option(help="Keep the establishment in this new folder.", metavar="DIR")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Replay a theft: alarm, case, lock, wards go on, exposure, notices, letters, in a hospital made for it.

    Prints the seconds of each step. Exit status 6 when something that is promised was not seen.
    Example: ecluse respond replay --database postgresql --out papers --json
    """
    check(database, language, folder, keep)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    home = keep.absolute() if keep else Path(tempfile.mkdtemp(prefix="ecl-"))
    asked = Asked(home, (folder or home / "papers").absolute(), patients, seed, database, language)
    try:
        told = behind_a_bar(asked)
    finally:
        if not keep:
            shutil.rmtree(home, ignore_errors=True)
    if not (folder or keep):
        told.folder = ""
    if json:
        typer.echo(msgspec.json.encode(told))
    else:
        say(told)
    if not told.holds:
        raise NotProvenError("Not all that is promised was seen.", "The figures above say what: run it again, --keep.")


def check(database: str, language: str, folder: Path | None, keep: Path | None) -> None:
    """Refuse what cannot be done.

    Raises:
        BadInputError: an unknown word, a folder that is there already, or a database that cannot be kept.
    """
    if database not in DATABASES or language not in LANGUAGES:
        raise BadInputError(
            f"{database} or {language} is unknown.", "Databases: sqlite, postgresql; languages: fr, en."
        )
    if keep and database == "postgresql":
        raise BadInputError("A throw-away server is not kept.", "Use --keep with sqlite, or --out for the papers.")
    for one in filter(None, (folder, keep)):
        if one.exists():
            raise BadInputError(f"{one} is there already.", "Name a new folder.")


def behind_a_bar(asked: Asked) -> Replay:
    """Replay with a bar on the terminal that says which step goes on."""
    columns = (TextColumn("{task.description}"), BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("", total=len(STEPS))

        def tell(step: str) -> None:
            bar.update(task, description=step, completed=STEPS.index(step))

        return replayed(asked, tell)


def say(told: Replay) -> None:
    """Print what was seen."""
    for name, seconds in told.steps.items():
        out.print(f"{seconds:8.2f} s  {name}", markup=False)
    out.print(f"alarm to case {told.alarm_to_case_s:.2f} s, lock to refusal {told.lock_to_refusal_s:.3f} s")
    exact = "exactly what the thief received" if told.exposure_exact else "NOT what the thief received"
    out.print(f"{told.exposed} patients exposed; the list is {exact}; {told.care_refused} people at work were refused")
    for one in told.notices:
        done = "complete" if one.complete else "INCOMPLETE"
        out.print(f"{one.kind}: {done}; by a person: {', '.join(one.asked_of_a_person)}; {one.file}", markup=False)
    apart = ", ".join(f"{number} {why.partition(':')[0]}" for why, number in told.letters.apart.items()) or "nobody"
    out.print(f"{told.letters.letters} letters; told by a person instead: {apart}", markup=False)
