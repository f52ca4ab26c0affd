"""The staff list: CSV (any usual separator, French or English headers) or LDIF (LDAP, Active Directory) as people.

Columns and attributes are known by their names; those that are not used are never read: no password, no picture.
"""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from ecluse.core.errors import BadInputError
from ecluse.core.events import Event, Person
from ecluse.core.words import Profession
from ecluse.sources import staff_ldif
from ecluse.sources.base import Context, Story, Tally
from ecluse.sources.clean import phone, short
from ecluse.sources.opening import encoding, head, stream
from ecluse.sources.professions import columns, profession
from ecluse.sources.words import fold

STORY = Story(
    name="staff",
    title="Staff list",
    reads="A CSV with a column for the account (login, matricule, …), or an LDIF export of the directory.",
    shows=(
        "profession and unit of each account: whom it is compared with, whose patients it may know",
        "technical accounts, first and last day of each account",
        "what relates staff to patients (names, address, telephone: kept only as keyed hashes)",
    ),
    blind=(
        "replacements, floating staff and second jobs, unless a line says so",
        "what a title hides: read the report's professions",
    ),
)
CERTAIN, LIKELY, MAYBE = 90, 60, 40
SEPARATORS = ";\t,|"
LOG = re.compile(
    r"(?:date ?(?:heure|time)|timestamp|horodatage|patient\w*|ipp|mrn|action|event|evenement|heure|ip)(?: .*)?"
)
YES = frozenset({"1", "true", "yes", "y", "oui", "o", "vrai", "x", "service", "technical", "technique", "robot"})
DATES = ("%Y-%m-%d", "%d/%m/%Y", "%Y%m%d", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d")
NEVER = frozenset({date(1970, 1, 1), date(1900, 1, 1)})
LONG_TIME = 2090


def sniff(path: Path, head: bytes) -> int:
    """Say how surely ``head`` is a staff list."""
    if staff_ldif.looks(head):
        return CERTAIN
    found = columns(_header(head)[0])
    if not found or "account" not in found or any(LOG.fullmatch(fold(cell)) for cell in _header(head)[0]):
        return 0
    named = "staff" in fold(path.name) or "personnel" in fold(path.name)
    telling = {"profession", "unit", "family"} & found.keys()
    if not telling:
        return 0
    return CERTAIN if named else LIKELY if len(telling) > 1 else MAYBE


def read(path: Path, tally: Tally, context: Context) -> Iterator[Event]:  # noqa: ARG001 - the interface of readers
    """Yield the people of ``path``.

    Raises:
        BadInputError: a CSV has no column that names the account.
    """
    start = head(path)
    if staff_ldif.looks(start):
        yield from staff_ldif.people(path, tally)
        return
    cells, separator = _header(start)
    places = columns(cells)
    if "account" not in places:
        raise BadInputError(
            f"{path}: no column names the account.", "Call it `account` (or login, username, identifiant, matricule)."
        )
    guessed = ", ".join(f"{ours} from {cells[place]!r}" for ours, place in places.items())
    tally.say(f"{path.name}: read {guessed}.")
    with stream(path) as raw:
        text = io.TextIOWrapper(raw, encoding=encoding(start), errors="replace", newline="")
        yield from _rows(csv.reader(text, delimiter=separator), places, path, tally)


def _header(start: bytes) -> tuple[list[str], str]:
    """Return the cells of the first line, and their separator."""
    line = start.decode(encoding(start), errors="replace").lstrip("\ufeff").split("\n", 1)[0].replace("\r", "")
    separator = max(SEPARATORS, key=line.count)
    try:
        return next(csv.reader([line], delimiter=separator), []), separator
    except csv.Error:  # one cell of 100,000 letters, …
        return [], separator


def _rows(rows: Iterator[list[str]], places: dict[str, int], path: Path, tally: Tally) -> Iterator[Person]:
    next(rows, None)
    number = 1
    while True:
        number += 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            tally.lines += 1
            tally.reject(path, number, f"not CSV: {error}")
            continue
        if not any(row):
            continue
        tally.lines += 1
        cells = {ours: row[place].strip() for ours, place in places.items() if place < len(row)}
        if not cells.get("account"):
            tally.reject(path, number, "no account is named")
            continue
        for ours in ("since", "until"):
            if cells.get(ours) and day(cells[ours]) is None:
                tally.say(f"{path.name}: some of {ours!r} are no days and were left out (first in line {number}).")
        yield _person(cells)


def _person(cells: dict[str, str]) -> Person:
    get = cells.get
    title = profession(get("profession", ""))
    ends = day(get("until", ""))
    return Person(
        account=short(cells["account"]),
        profession=title,
        unit=short(get("unit", "")),
        service=get("service", "").lower() in YES or title == Profession.INTERFACE_SERVICE,
        since=day(get("since", "")),
        until=None if ends is not None and (ends in NEVER or ends.year >= LONG_TIME) else ends,
        family=get("family", ""),
        given=get("given", ""),
        birth=day(get("birth", "")),
        postal=" ".join(part for part in (get("street", ""), get("postal", "")) if part),
        phone=phone(get("phone", "")),
        known_as=tuple(alias for alias in re.split(r"[\s,;]+", get("known_as", "")) if alias),
    )


def day(text: str) -> date | None:
    """Return the day that ``text`` begins with, in the usual French and international forms; None if it is none."""
    for form in DATES:
        try:
            return datetime.strptime(text[:10].strip(), form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None
