"""``ecluse bench letters``: how long the letters of a breach take, on as many processors as this process may use.

Made-up people, all five categories of data, archived and accessible PDF. ``cpu_seconds`` is what all processes used
together: on a machine that does other work, compare that.
"""

import datetime as dt
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

from ecluse.core.home import Breach
from ecluse.core.words import Compartment
from ecluse.respond.letters.making import BATCH, Made, make
from ecluse.respond.letters.people import Person
from ecluse.respond.letters.sorting import Letter, Post
from ecluse.respond.notices.base import Facts, From
from ecluse.respond.notices.clocks import Reading
from ecluse.respond.notices.drafting_shape import Draft, Filled

TEXT = "Le compte d’une personne de l’établissement a été utilisé par un tiers pour ouvrir des dossiers. " * 3
FIELDS = ("controller", "dpo", "plain", "consequences", "measures")
USED = slice(11, 15)  # utime, stime, cutime, cstime, after the name in parentheses
SET_S = 120.0
SET_LETTERS = 10_000


class Row(msgspec.Struct, frozen=True):
    """The measure. ``would_take_s``: what 10,000 letters take at this rate; ``met``: within 120 s."""

    letters: int
    files: int
    mb: float
    seconds: float
    letters_per_s: float
    cpu_seconds: float
    processors: int
    load: float
    would_take_s: float
    met: bool


def letters(
    number: Annotated[int, typer.Option("--letters", help="How many.", min=1)] = SET_LETTERS,
    each: Annotated[int, typer.Option(help="Letters a PDF.", min=1)] = BATCH,
    folder: Annotated[Path | None, typer.Option(help="Where to work; needs about 12 KB a letter.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make letters to made-up people: rate, processor time, size.

    Example: ecluse bench letters --json.
    """
    now = dt.datetime.now(dt.UTC)
    post = Post(tuple(Letter(person(n), tuple(Compartment), parents=False, language="fr") for n in range(number)), {})
    with tempfile.TemporaryDirectory(dir=folder) as place:
        began, used = time.perf_counter(), processor_time()
        made = written(Path(place, "letters"), post, now, each)
        seconds, used = time.perf_counter() - began, processor_time() - used
        size = sum(file.stat().st_size for file in Path(place, "letters").iterdir())
    say(row(made, seconds, used, size), json=json)


def written(out: Path, post: Post, now: dt.datetime, each: int) -> Made:
    """Make the letters behind a bar."""
    columns = (BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("letters", total=len(post.letters))
        return make(out, post, {"fr": draft(now, len(post.letters))}, now, each, lambda more: bar.advance(task, more))


def row(made: Made, seconds: float, used: float, size: int) -> Row:
    """Return the figures."""
    rate = made.letters / seconds
    return Row(
        letters=made.letters,
        files=made.files,
        mb=round(size / 1e6, 1),
        seconds=round(seconds, 1),
        letters_per_s=round(rate, 1),
        cpu_seconds=round(used, 1),
        processors=len(os.sched_getaffinity(0)),
        load=round(os.getloadavg()[0], 1),
        would_take_s=round(SET_LETTERS / rate, 1),
        met=SET_LETTERS / rate <= SET_S,
    )


def say(told: Row, *, json: bool) -> None:
    """Print the figures."""
    if json:
        typer.echo(msgspec.json.encode(told))
        return
    typer.echo(
        f"{told.letters:,} letters in {told.files} PDFs: {told.seconds} s, {told.letters_per_s}/s, "
        f"{told.cpu_seconds} s of processor time on {told.processors} processors (load {told.load})."
    )
    typer.echo(f"10,000 take {told.would_take_s} s; set: {SET_S:.0f} s.")


def processor_time() -> float:
    """Return the seconds of processor time of this process, of its children and of those its children have waited for.

    The letters are made by children of a fork server, which lives on and has waited for them.
    """
    own = resource.getrusage(resource.RUSAGE_SELF)
    ticks = sum(sum(map(int, stat.rpartition(")")[2].split()[USED])) for stat in children())
    return own.ru_utime + own.ru_stime + ticks / os.sysconf("SC_CLK_TCK")


def children() -> Iterator[str]:
    """Yield ``/proc/PID/stat`` of each child (proc(5))."""
    for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split():
        yield Path("/proc", pid, "stat").read_text(encoding="utf-8")


def draft(now: dt.datetime, count: int) -> Draft:
    """Return a finished notice to people."""
    facts = Facts(
        breach="2026-001",
        aware=now,
        now=now,
        zone="Europe/Paris",
        patients=count,
        accesses=count,
        possible=0,
        attempts=0,
        by_data={},
        by_route={},
        accounts=(),
        professions=(),
        first=now,
        last=now,
        head_size=1,
        head_root="",
        settings=Breach(),
        establishment="Clinique des Essais",
    )
    fields = tuple(Filled(key, key, "RGPD art. 34", From.PERSON, TEXT, asked=True, hint="") for key in FIELDS)
    clock = Reading(None, None, None, late=False, said="", basis="")
    return Draft("2026-001", "people", "fr", "", (), "", "", fields, (), clock, (), facts)


def person(n: int) -> Person:
    """Return somebody who does not exist."""
    address = (f"{n} rue de l’Essai", "99999 Testville")
    return Person(f"{n:032x}", f"Essai Personne-{n}", address, None, dead=False, guardian=False, language="fr")
