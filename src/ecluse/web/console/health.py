"""How the machinery is: safe, signed head and its copies, watch, alarms, disk, settings. Each line says what to do."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from django.core.checks import ERROR
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ecluse.accounts.bridge import the_home, the_safe
from ecluse.core.home import Home
from ecluse.record.pages.words import clock
from ecluse.respond.alarms import outbox
from ecluse.respond.standing import standing
from ecluse.safe.making import witnesses
from ecluse.safe.policy import load
from ecluse.safe.protocol import State, Status
from ecluse.web import checks
from ecluse.web.console.looking import look
from ecluse.web.console.now import head, watch

LATE_S = 60
DEEP_LATE_S = 3600
FULL, NEARLY = 95, 85


class How(StrEnum):
    """The colours of a line."""

    GOOD = "success"
    WATCH = "warning"
    BAD = "danger"


class Line(NamedTuple):
    """One thing: its name, how it is in a word and in figures, what to do when it is not well."""

    what: str
    how: How
    said: str
    do: str = ""


@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """Show how everything is, the worst first."""
    look(request, "health-read")
    home = the_home()
    state = the_safe().call(Status())
    lines = [*of_safe(state, home), *of_copies(home), *of_watch(home), *of_alarms(), disk(home)]
    lines.sort(key=lambda one: list(How)[::-1].index(one.how))
    shown = {"lines": lines, "used": used(home), "settings": of_settings(home)}
    return render(request, "console/health.html", shown)


def of_safe(state: State, home: Home) -> Iterator[Line]:
    """The safe answers, or this page would not be here; its head must cover the trace."""
    since = clock(datetime.fromtimestamp(state.started, UTC).isoformat())
    yield Line(_("Safe"), How.GOOD, _("answers; started %(at)s") % {"at": since})
    covered = int(head(state).get("size") or 0)
    late = age(home.safe / "checkpoint") > LATE_S and covered < state.size
    told = _("%(covered)s of %(size)s entries") % {"covered": grouped(covered), "size": grouped(state.size)}
    yield Line(_("Signed head"), How.BAD if late else How.GOOD, told, "ecluse trace verify" if late else "")


def of_copies(home: Home) -> Iterator[Line]:
    """A copy of the head elsewhere is what a change of the past is seen against."""
    for copy in witnesses(home.safe, load(home.safe / "policy.toml")):
        there = copy.is_file()
        behind = not there or (copy.read_bytes() != (home.safe / "checkpoint").read_bytes() and age(copy) > LATE_S)
        beside = there and copy.stat().st_dev == home.safe.stat().st_dev
        how = How.BAD if behind else How.WATCH if beside else How.GOOD
        said = _("missing or behind") if behind else _("on the disk of the trace") if beside else _("kept elsewhere")
        yield Line(_("Copy of the head"), how, said, "" if how is How.GOOD else "safe/policy.toml, [witness] paths")


def of_watch(home: Home) -> Iterator[Line]:
    """The watch says how far it is at every step, and when all detectors last ran."""
    found = standing(home)
    told = watch(found)
    if found is None or told.get("never"):
        yield Line(_("Watch"), How.BAD, _("has never run here"), "ecluse serve")
        return
    how = How.BAD if told["late"] else How.GOOD
    said = _("%(lag)s s behind") % {"lag": number_format(told["lag"], 1)}
    yield Line(_("Watch"), how, " · ".join(filter(None, (said, told["error"]))), "ecluse serve" if told["late"] else "")
    if found.deep_at:
        deep = datetime.fromtimestamp(found.deep_at, UTC)
        slow = (timezone.now() - deep).total_seconds() > DEEP_LATE_S
        at = _("all ran %(at)s") % {"at": clock(deep.isoformat())}
        yield Line(_("Detectors"), How.WATCH if slow else How.GOOD, at)


def of_alarms() -> Iterator[Line]:
    """An alarm that does not leave tells nobody."""
    told = outbox.waiting()
    how = How.BAD if told.error else How.WATCH if told.waiting else How.GOOD
    said = " · ".join(filter(None, (_("%(n)d wait to leave") % {"n": told.waiting}, told.error)))
    yield Line(_("Alarms"), how, said, "ecluse.toml, [alarms], [mail]" if told.error else "")
    if not outbox.receivers():
        yield Line(_("Receivers of alarms"), How.WATCH, _("none: alarms are seen here alone"), "ecluse.toml, [alarms]")


def disk(home: Home) -> Line:
    """A full disk of the safe shows nobody anything (S6)."""
    part = used(home)
    how = How.BAD if part >= FULL else How.WATCH if part >= NEARLY else How.GOOD
    free = shutil.disk_usage(home.path).free // 2**30
    said = _("%(part)d %% full, %(free)d GiB free") % {"part": part, "free": free}
    return Line(_("Disk of the trace"), how, said)


def used(home: Home) -> int:
    """Return how full the disk is, out of 100."""
    found = shutil.disk_usage(home.safe)
    return round(100 * (found.total - found.free) / found.total)


def of_settings(home: Home) -> list[Line]:
    """Return what the server itself finds wrong with settings, files and tables."""
    found = sorted(checks.run(home), key=lambda one: -one.level)
    return [Line(str(one.id), How.BAD if one.level >= ERROR else How.WATCH, one.msg, one.hint or "") for one in found]


def age(file: Path) -> float:
    """Return the seconds since a file was written; a day's worth when it is not there."""
    return datetime.now(UTC).timestamp() - file.stat().st_mtime if file.is_file() else 86_400.0


def grouped(number: int) -> str:
    """Write a number with its thousands apart."""
    return str(number_format(number, force_grouping=True))
