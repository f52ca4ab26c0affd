"""The world as the files a hospital has: a log of accesses, the staff list, tables of care, and how to read them.

``FOLDER/accesses.csv`` (sign-ins are among them), ``staff.csv``, ``care-*.csv``, each table with its mapping beside it.
"""

import csv
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

from ecluse.core.events import Access, AccountAct, AccountEvent, Care, CareKind, Deed, Event, Person
from ecluse.drill.world.facts import people
from ecluse.drill.world.world import SOURCE, World

LOG = ("time", "account", "action", "patient", "shown", "session", "device", "address", "screen", "number")
STAFF = (
    "account",
    "profession",
    "unit",
    "since",
    "until",
    "family name",
    "first name",
    "birth date",
    "street",
    "phone",
)
COLUMNS = ("patient", "unit", "account", "made by")
MAPPING = """table = "accesses"
source = "{source}"
delimiter = ";"
[columns]
at = "time"
account = "account"
deed = "action"
patient = "patient"
shown = "shown"
session = "session"
device = "device"
address = "address"
route = "screen"
row = "number"
[deeds]
{deeds}
"""
CARE_MAPPING = """table = "care"
kind = "{kind}"
delimiter = ";"
[columns]
at = "{kind} from"
until = "{kind} to"
patient = "patient"
unit = "unit"
account = "account"
made_by = "made by"
"""


def write(world: World, folder: Path, more: Sequence[Event] = ()) -> list[Path]:
    """Write the world, and ``more`` events laid over it (a theft), into ``folder``; return what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    persons = [one for one in more if isinstance(one, Person)]
    facts = [*world.care(), *(one for one in more if isinstance(one, Care))]
    written = [
        _table(folder / "accesses.csv", LOG, _log(world, more)),
        _table(folder / "staff.csv", STAFF, map(_person, chain(people(world.plan), persons))),
    ]
    deeds = "\n".join(f'"{word}" = "{word}"' for word in (*Deed, *AccountAct))
    written.append(_text(folder / "accesses.toml", MAPPING.format(source=SOURCE, deeds=deeds)))
    for kind in CareKind:
        rows = [_care(one) for one in facts if one.kind is kind]
        if rows:
            written.append(_table(folder / f"care-{kind}.csv", (f"{kind} from", f"{kind} to", *COLUMNS), rows))
            written.append(_text(folder / f"care-{kind}.toml", CARE_MAPPING.format(kind=kind)))
    return written


def _log(world: World, more: Sequence[Event]) -> Iterable[Sequence[object]]:
    """Yield the lines of the log in order of time, a day behind: sign-ins stand before the day's first row."""
    added = [one for one in more if isinstance(one, Access | AccountEvent)]
    held: list[Access | AccountEvent] = added
    for day in world.days:
        begins = world.moment(day * 1440)  # what comes later begins at most minutes before its own day
        every = sorted([*held, *world.accesses(day), *world.signs(day)], key=lambda one: one.at)
        held = [one for one in every if one.at >= begins]
        yield from (_line(one) for one in every if one.at < begins)
    yield from map(_line, held)


def _line(one: Access | AccountEvent) -> Sequence[object]:
    at = one.at.isoformat(sep=" ", timespec="milliseconds")
    if isinstance(one, Access):
        rest = (one.session, one.device, one.address, one.route, one.row)
        return (at, one.account, one.deed, one.patient, one.shown, *rest)
    return (at, one.account, one.act, "", "", one.session, one.device, one.address, "", "")


def _person(one: Person) -> Sequence[object]:
    named = (one.family, one.given, one.birth or "", one.postal, one.phone)
    return (one.account, one.profession, one.unit, one.since or "", one.until or "", *named)


def _care(one: Care) -> Sequence[object]:
    return (one.since, one.until or "", one.patient, one.unit, one.account, one.made_by)


def _table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter=";")
        table.writerow(header)
        table.writerows(rows)
    return path


def _text(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
