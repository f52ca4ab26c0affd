"""The slow frontier: how slow a thief must be to pass, measured for one account, five and fifty; and its page.

The thief knows every threshold: it is the largest rate not found that counts, and what was harvested at it.
"""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from string import Template

import msgspec

from ecluse.core.errors import BadInputError
from ecluse.drill.figures import Middle, middle
from ecluse.drill.judging import RATES
from ecluse.drill.measured import Edge, Measured, Task
from ecluse.drill.thieves.catalogue import BY_NAME

FIGURES, PAGE = "frontier.json", "frontier.md"
TEMPLATE = Template(Path(__file__).with_suffix(".md").read_text(encoding="utf-8"))
SLOW = ("low-and-slow", "collusion")


class Frontier(msgspec.Struct, frozen=True, rename={"role": "as"}):
    """Where one theft begins to be found. ``found_from``: median over the seeds, None when most never found it.

    ``lowest``, ``highest``: of the seeds that found it. ``never``: seeds in which no rate was found. ``harvest``:
    patients shown, in all, to the thief who stayed one rate below.
    """

    attack: str
    role: str
    unit: str
    seeds: int
    found_from: float | None
    lowest: float | None
    highest: float | None
    never: int
    harvest: Middle | None


class Kept(msgspec.Struct, frozen=True):
    """What the page is made from."""

    task: Task
    edges: list[Edge]


def frontiers(edges: Sequence[Edge]) -> list[Frontier]:
    """Return one frontier for each theft, account and unit, in the order of the list of thefts."""

    def key(one: Edge) -> tuple[int, int, str, str]:
        return BY_NAME[one.attack].story.number, *place(one), one.role

    return [_frontier(list(group)) for _, group in groupby(sorted(edges, key=key), key)]


def place(one: Edge) -> tuple[int, str]:
    """Return the place of a unit among those of its theft: five accounts before fifty."""
    units = [unit for unit, _ in BY_NAME[one.attack].rates]
    return (units.index(one.unit) if one.unit in units else len(units)), one.unit


def _frontier(group: list[Edge]) -> Frontier:
    first = group[0]
    found = sorted(one.rate for one in group if one.rate)
    never = len(group) - len(found)
    half = len(group) // 2
    return Frontier(
        attack=first.attack,
        role=first.role,
        unit=first.unit,
        seeds=len(group),
        found_from=found[half] if half < len(found) else None,
        lowest=found[0] if found else None,
        highest=found[-1] if found else None,
        never=never,
        harvest=middle([one.harvest for one in group]),
    )


def rows(edges: Sequence[Edge]) -> str:
    """Return the lines of the table."""
    return "".join(f"\n| {' | '.join(cells(one))} |" for one in frontiers(edges))


def cells(one: Frontier) -> list[str]:
    """Return the cells of a line."""
    found = "never" if one.found_from is None else f"**{one.found_from:g}**"
    span = "–" if one.lowest is None or one.highest is None else f"{one.lowest:g} to {one.highest:g}"
    harvest = "–" if one.harvest is None else f"{one.harvest.median:,.0f}"
    return [one.attack, one.role, one.unit, found, span, f"{one.never} of {one.seeds}", harvest]


def write(measured: Measured, docs: Path) -> list[Path]:
    """Write the figures and the page into the folder ``docs``.

    Raises:
        BadInputError: there is no such folder, or nothing was sought.
    """
    if not docs.is_dir():
        raise BadInputError(f"There is no folder {docs}.", "Run this in the root of the repository.")
    if not measured.edges:
        raise BadInputError("None of these thefts has a rate.", f"Name {' or '.join(SLOW)}.")
    kept = Kept(measured.task, measured.edges)
    figures, page = docs / FIGURES, docs / PAGE
    figures.write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=1) + b"\n")
    page.write_text(text(kept), encoding="utf-8")
    return [figures, page]


def read(figures: Path) -> Kept:
    """Read the figures."""
    return msgspec.json.decode(figures.read_bytes(), type=Kept)


def text(kept: Kept) -> str:
    """Return the page."""
    task = kept.task
    return TEMPLATE.substitute(
        seeds=len(task.seeds),
        first=min(task.seeds),
        last=max(task.seeds),
        staff=task.settings.staff,
        patients=f"{task.settings.patients:,}",
        days=task.settings.days,
        per_1000=f"{task.per_1000:g}",
        rates=", ".join(map(str, RATES)),
        rows=rows(kept.edges),
        attacks=" ".join(task.attacks),
    )
