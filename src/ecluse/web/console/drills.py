"""Figures of the drills this establishment has carried out: records exposed before containment.

``HOME/drills/*.json`` is what ``ecluse drill run --json`` printed; the page adds nothing and hides nothing.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ecluse.accounts.bridge import the_home
from ecluse.accounts.labels import label
from ecluse.drill.attacks.catalogue import BY_NAME
from ecluse.drill.live.results import Line, Report
from ecluse.web.console import pictures
from ecluse.web.console.looking import look

FOLDER = "drills"
SHOWN = 10
TOP = 20


class Drill(NamedTuple):
    """One file: its name, when it was written, its lines by records exposed, the picture; or that it is no drill."""

    name: str
    at: datetime
    lines: list[tuple[Line, str, str]]
    worst: list[tuple[str, int, float]]
    refused: int
    inexact: int
    readable: bool = True


@require_GET
def drills(request: HttpRequest) -> HttpResponse:
    """List the drills, newest first."""
    look(request, "drills-read")
    folder = the_home().path / FOLDER
    files = sorted(folder.glob("*.json"), key=lambda file: -file.stat().st_mtime) if folder.is_dir() else []
    return render(request, "console/drills.html", {"drills": [read(file) for file in files[:SHOWN]]})


def read(file: Path) -> Drill:
    """Read one file; one that is not what the drill prints is named, not guessed at."""
    at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    try:
        found = msgspec.json.decode(file.read_bytes(), type=Report).attacks
    except (msgspec.MsgspecError, UnicodeDecodeError, OSError):
        return Drill(file.stem, at, [], [], 0, 0, readable=False)
    ordered = sorted(found, key=lambda one: (-one.exposed_p95, one.attack, one.role))
    names = {f"{one.attack} · {label(one.role)}": int(one.exposed_p95) for one in ordered[:TOP]}
    return Drill(
        name=file.stem,
        at=at,
        lines=[(one, title(one), label(one.role)) for one in ordered],
        worst=pictures.shares(names),
        refused=sum(one.care_refused or 0 for one in found),
        inexact=sum(one.exposure_exact is False for one in found),
    )


def title(one: Line) -> str:
    """Return the story of an attack in one line; its name when it has none."""
    known = BY_NAME.get(one.attack.partition(" (")[0])
    return f"{known.story.title}{one.attack[len(known.story.name) :]}" if known else one.attack
