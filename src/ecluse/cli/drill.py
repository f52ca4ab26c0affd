"""``ecluse drill``: attack yourself over real HTTP; count the records that got out in the bytes the thief received."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich import box
from rich.console import Console
from rich.table import Table

from ecluse.cli.drill_credentials import stolen_credential
from ecluse.cli.drill_detect import detect
from ecluse.cli.drill_run import list_
from ecluse.cli.drill_run import run as run_attacks
from ecluse.cli.drill_world import world
from ecluse.core.errors import BadInputError
from ecluse.core.home import load
from ecluse.core.throwaway import throwaway_postgres
from ecluse.core.words import Profession
from ecluse.drill import establishment, files
from ecluse.drill.hospital import Hospital
from ecluse.drill.staff import Work
from ecluse.drill.theft import Knobs, Result, Scene, Theft, run

app = typer.Typer(no_args_is_help=True, help="Attack yourself, count records.")
app.command("stolen-credential")(stolen_credential)
app.command("detect")(detect)
app.command("world")(world)
app.command("list")(list_)
app.command("run")(run_attacks)
console = Console(stderr=True, highlight=False)
DATABASES = ("sqlite", "postgresql")
SOLD_IN_2024 = 758_912
CAPTION = "refused: people at work who were refused anything. exact: the trace names exactly what the thief got."


@app.callback()
def drill() -> None:
    """Attack yourself, count records."""


@app.command("stolen-account")
def stolen_account(  # noqa: PLR0913, PLR0917 - one option for each knob
    profession: Annotated[Profession, typer.Option("--as", help="Whose account is stolen.")],
    patients: Annotated[int, typer.Option(help="How many patients are on record.", min=100, max=850_000)] = 2000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same hospital.")] = 1,
    seconds: Annotated[float, typer.Option(help="How long the thief has.", min=5)] = 90,
    requests: Annotated[int, typer.Option(help="Most requests of the thief.", min=10)] = 4000,
    database: Annotated[str, typer.Option(help="sqlite or postgresql (a throw-away server).")] = "sqlite",
    url: Annotated[str, typer.Option(help="A served demonstration instead of one of its own; needs --home.")] = "",
    cast: Annotated[Path | None, typer.Option(help="Folder of its world (default: HOME/world).")] = None,
    keep: Annotated[Path | None, typer.Option(help="Keep the establishment in this new folder.", metavar="DIR")] = None,
    impatient: Annotated[bool, typer.Option("--impatient", help="A thief who does not begin quietly.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Steal a live session, its second factor done, and try everything its owner can click or call.

    Starts an establishment of its own, with people at work in it, unless --url names one.
    Example: ecluse drill stolen-account --as nurse --patients 20000
    """
    if database not in DATABASES:
        raise BadInputError(f"{database} is no database of a drill.", f"Say {' or '.join(DATABASES)}.")
    knobs = Knobs(seconds, requests, not impatient)
    with _scene(patients, seed, database, url, cast, keep) as scene:
        [theft], work = run(scene, [profession], knobs, tell)
    result = theft.result(work)
    explain(theft)
    care(work)
    if json:
        typer.echo(msgspec.json.encode(result))
    else:
        Console(highlight=False).print(table([result]))


def tell(what: str) -> None:
    """Say what is being done."""
    console.print(f"… {what}", style="dim", markup=False)


@contextmanager
def _scene(patients: int, seed: int, database: str, url: str, cast: Path | None, keep: Path | None) -> Iterator[Scene]:
    """Give a served establishment: one that is there, or one made for the occasion."""
    if url:
        home = named_home()
        yield Scene(files.read(cast or home / "world").hospital(), home, url.rstrip("/"))
        return
    with ExitStack() as stack:
        server = stack.enter_context(throwaway_postgres()) if database == "postgresql" else ""
        home = keep.absolute() if keep else Path(tempfile.mkdtemp(prefix="ecluse-drill-"))
        if not keep:
            stack.callback(shutil.rmtree, home, ignore_errors=True)
        hospital = Hospital(patients=patients, seed=seed)
        tell("making an establishment and its safe")
        establishment.make(home, database=server)
        address = stack.enter_context(establishment.serving(home))
        establishment.fill(hospital, home, tell)
        yield Scene(hospital, home, address)


def named_home() -> Path:
    """Return the home folder that was named.

    Raises:
        BadInputError: none was, or it is not a demonstration.
    """
    home = load()
    if not home.settings.site.demo:
        raise BadInputError(
            f"{home.path} is not a demonstration.", "A drill needs passwords that are public: `ecluse demo`."
        )
    return home.path


def explain(theft: Theft, tell: Callable[[str], None] = tell) -> None:
    """Say of a theft what the figures alone do not."""
    if theft.report is not None:
        tell(f"{theft.profession}: {theft.report.stopped or 'tried everything'}")
    for what, pairs in (("in the loot, NOT IN THE TRACE", theft.unsaid), ("traced, not in the loot", theft.unseen)):
        if pairs:
            tell(f"{theft.profession}: {what}: {sorted(pairs)[:10]}")
    if not theft.verified:
        tell(f"{theft.profession}: the trace does not verify")


def care(work: Work, tell: Callable[[str], None] = tell) -> None:
    """Say what people at work did."""
    tell(
        f"{work.people} people at work: {work.opened} records opened, {work.written} entries written, "
        f"{work.friction} held up for a moment, {work.refused} refused"
    )
    for reason in work.reasons[:10]:
        tell(f"refused: {reason}")


def table(results: list[Result]) -> Table:
    """Return the figures as a table that fits 80 columns."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, caption=CAPTION, caption_justify="left")
    made.add_column("stolen account", no_wrap=True)
    for name in ("requests", "on file", "exposed", "contained", "refused", "exact"):
        made.add_column(name, justify="right")
    for one in results:
        after = f", {one.contained_after_s:.0f} s" if one.exposed else ""
        made.add_row(
            one.profession,
            f"{one.requests:,}",
            f"{one.population:,}",
            str(one.exposed),
            f"{_yes(one.contained)}{after}",
            str(one.legitimate_refused),
            _yes(one.trace_ok),
        )
    return made


def _yes(value: bool) -> str:
    return "[green]yes[/]" if value else "[red]NO[/]"
