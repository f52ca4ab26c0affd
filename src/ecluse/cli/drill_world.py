"""``ecluse drill world``: a synthetic hospital as log files, with or without a thief in it."""

from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from ecluse.core.errors import BadInputError
from ecluse.drill import world_audit, world_page
from ecluse.drill.thieves.catalogue import BY_NAME
from ecluse.drill.trials import Trial, act
from ecluse.drill.world.files import write
from ecluse.drill.world.settings import Settings
from ecluse.drill.world.world import World
from ecluse.drill.world_figures import figures

FORMATS = ("csv", "audit-event")


class Hidden(msgspec.Struct, frozen=True):
    """``truth.json``: what was stolen, for whoever wants to check what a scan says."""

    attack: str
    role: str
    accounts: tuple[str, ...]
    first: str
    last: str
    patients: list[str]
    unnamed: int


def world(  # noqa: PLR0913, PLR0917 - one option for each knob
    out: Annotated[Path | None, typer.Option(help="Folder to write into (new or empty).")] = None,
    attack: Annotated[str, typer.Option(help="Lay this theft over it.")] = "",
    role: Annotated[str, typer.Option("--as", help="Whose account is stolen.")] = "",
    seed: Annotated[int, typer.Option(help="The same seed gives the same hospital.")] = 1,
    patients: Annotated[int, typer.Option(help="Patients on record.", min=200)] = 20_000,
    staff: Annotated[int, typer.Option(help="People and services.", min=30)] = 200,
    days: Annotated[int, typer.Option(help="Days; a theft begins in the middle.", min=20)] = 60,
    form: Annotated[str, typer.Option("--format", help="Of the log: csv, or audit-event (FHIR, NDJSON).")] = "csv",
    page: Annotated[bool, typer.Option("--write", help="Write docs/world.md and its picture instead.")] = False,
) -> None:
    """Write a synthetic hospital's access log, staff list and tables of care: try `ecluse scan` on them.

    Example: ecluse drill world --out hospital --attack low-and-slow
    """
    made = World(Settings(patients=patients, staff=staff, days=days, seed=seed))
    if page:
        world_page.write(figures(made), Path("docs"), "ecluse drill world --write")
        return
    if out is None:
        raise BadInputError("Nothing says where to write.", "Say --out FOLDER, or --write for docs/world.md.")
    if form not in FORMATS:
        raise BadInputError(f"{form} is no format of a log.", f"Choose from {', '.join(FORMATS)}.")
    if out.exists() and any(out.iterdir()):
        raise BadInputError(f"{out} is not empty.", "Name a new folder.")
    stolen = act(made, _trial(attack, role)) if attack else None
    events = stolen.loot.events if stolen else ()
    written = write(made, out, events)
    if form == "audit-event":
        written = [world_audit.write(made, out, events), *_without_log(written)]
    if stolen:
        truth = stolen.loot.truth
        first, last = (moment.isoformat() for moment in (truth.first, truth.last))
        hidden = Hidden(attack, stolen.trial.role, truth.accounts, first, last, sorted(truth.patients), truth.unnamed)
        (out / "truth.json").write_bytes(msgspec.json.format(msgspec.json.encode(hidden)))
    console = Console(highlight=False)
    console.print(f"{len(written)} files in {out}, from {made.settings.start} to {date.fromordinal(_last(made))}.")
    console.print(_command(out, written), style="dim", markup=False, soft_wrap=True)


def _last(made: World) -> int:
    return made.settings.start.toordinal() + made.settings.days - 1


def _trial(attack: str, role: str) -> Trial:
    if attack not in BY_NAME:
        raise BadInputError(f"There is no theft {attack}.", f"Choose from {', '.join(sorted(BY_NAME))}.")
    theft = BY_NAME[attack]
    if role and role not in theft.story.roles:
        raise BadInputError(f"{attack} is not done as {role}.", f"Choose from {', '.join(theft.story.roles)}.")
    return Trial(theft, "", theft.knobs, role or theft.story.roles[0])


def _without_log(written: list[Path]) -> list[Path]:
    """Take the log, and how to read it, away; return what is left."""
    log = [file for file in written if file.stem == "accesses"]
    for file in log:
        file.unlink()
    return [file for file in written if file not in log]


def _command(out: Path, written: list[Path]) -> str:
    log = next(file for file in written if file.stem == "accesses" and file.suffix != ".toml")
    care = [f"--care {file}" for file in written if file.name.startswith("care-") and file.suffix == ".csv"]
    maps = [f"--map {file}" for file in written if file.suffix == ".toml"]
    return " ".join(["ecluse scan", str(log), f"--staff {out / 'staff.csv'}", *care, *maps])
