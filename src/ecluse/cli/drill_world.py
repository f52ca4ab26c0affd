"""``ecluse drill world``: a synthetic hospital as log files, with or without a thief in it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from msgspec.structs import replace
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ecluse.core.errors import BadInputError
from ecluse.core.events import Access
from ecluse.drill import world_page
from ecluse.drill.logs import catalogue
from ecluse.drill.seeds import WRITTEN
from ecluse.drill.thieves.catalogue import BY_NAME
from ecluse.drill.trials import Act, Trial, act
from ecluse.drill.world.world import World
from ecluse.drill.world_figures import figures


@dataclass(frozen=True)
class Followed(World):
    """A world that tells which of its days is being written."""

    tell: Callable[[int], None]

    def accesses(self, day: int) -> Iterator[Access]:
        """Yield the day's accesses, one by one."""
        self.tell(day)
        return super().accesses(day)


class Hidden(msgspec.Struct, frozen=True):
    """``truth.json``: what was stolen, for whoever wants to check what a scan says."""

    attack: str
    role: str
    accounts: tuple[str, ...]
    first: str
    last: str
    patients: list[str]
    unnamed: int


def told(size: str) -> str:
    """Say how large a hospital is."""
    one = WRITTEN[size]
    return f"{size} ({one.staff:,} people, {one.patients:,} patients, {one.days} days)"


def world(  # noqa: PLR0913, PLR0917 - one option for each knob
    out: Annotated[Path | None, typer.Option(help="Folder to write into (new or empty).")] = None,
    attack: Annotated[str, typer.Option(help="Lay this theft over it.")] = "",
    role: Annotated[str, typer.Option("--as", help="Whose account is stolen.")] = "",
    seed: Annotated[int, typer.Option(help="The same seed gives the same hospital.")] = 1,
    size: Annotated[str, typer.Option(help=f"{' or '.join(map(told, WRITTEN))}.")] = "small",
    patients: Annotated[int | None, typer.Option(help="Patients on record, if not those of the size.", min=200)] = None,
    staff: Annotated[int | None, typer.Option(help="People and services.", min=30)] = None,
    days: Annotated[int | None, typer.Option(help="Days; a theft begins in the middle.", min=20)] = None,
    form: Annotated[str, typer.Option("--format", help=f"Of the log: {catalogue.EACH}.")] = "csv",
    page: Annotated[bool, typer.Option("--write", help="Write docs/world.md and its picture instead.")] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print the files and the command that reads them as JSON.")
    ] = False,
) -> None:
    """Write a synthetic hospital's access log, staff list and tables of care: try `ecluse scan` on them.

    The format is that of the system whose log is played; what such a log cannot say is not in it, and no more than that
    is read back. The command printed reads what was written.

    Example: ecluse drill world --out hospital --attack low-and-slow --format mediboard
    """
    if size not in WRITTEN:
        raise BadInputError(f"There is no size {size}.", f"Choose from {', '.join(WRITTEN)}.")
    own = {"patients": patients, "staff": staff, "days": days}
    settings = replace(WRITTEN[size], seed=seed, **{name: one for name, one in own.items() if one is not None})
    if page:
        world_page.write(figures(World(settings)), Path("docs"), "ecluse drill world --write")
        return
    if out is None:
        raise BadInputError("Nothing says where to write.", "Say --out FOLDER, or --write for docs/world.md.")
    wanted = catalogue.named(form)
    if out.is_dir() and any(out.iterdir()):
        raise BadInputError(f"{out} is not empty.", "Name a new folder.")
    with _progress(settings.days) as tell:
        made = Followed(settings, tell)
        stolen = act(made, _trial(attack, role)) if attack else None
        written = catalogue.write(wanted, made, out, stolen.loot.events if stolen else ())
    if stolen:
        _tell_truth(stolen, out)
    if json:
        made_of = {"files": [str(file) for file in written], "command": catalogue.command(written)}
        sys.stdout.write(msgspec.json.encode(made_of).decode() + "\n")
        return
    console = Console(highlight=False)
    console.print(f"{len(written)} files in {out}, from {made.settings.start} to {date.fromordinal(_last(made))}.")
    console.print(" ".join(catalogue.command(written)), style="dim", markup=False, soft_wrap=True)


def _tell_truth(stolen: Act, out: Path) -> None:
    truth = stolen.loot.truth
    first, last = (moment.isoformat() for moment in (truth.first, truth.last))
    name, role = stolen.trial.theft.story.name, stolen.trial.role
    hidden = Hidden(name, role, truth.accounts, first, last, sorted(truth.patients), truth.unnamed)
    (out / "truth.json").write_bytes(msgspec.json.format(msgspec.json.encode(hidden)))


@contextmanager
def _progress(days: int) -> Iterator[Callable[[int], None]]:
    """Show a bar of days on a terminal, nothing elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("day"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("day", total=days)
        yield lambda day: progress.update(task, completed=day)


def _last(made: World) -> int:
    return made.settings.start.toordinal() + made.settings.days - 1


def _trial(attack: str, role: str) -> Trial:
    if attack not in BY_NAME:
        raise BadInputError(f"There is no theft {attack}.", f"Choose from {', '.join(sorted(BY_NAME))}.")
    theft = BY_NAME[attack]
    if role and role not in theft.story.roles:
        raise BadInputError(f"{attack} is not done as {role}.", f"Choose from {', '.join(theft.story.roles)}.")
    return Trial(theft, "", theft.knobs, role or theft.story.roles[0])
