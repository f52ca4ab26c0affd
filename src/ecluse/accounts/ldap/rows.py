"""What an entry of the directory says, in the fields of a staff list."""

import datetime as dt
import re
from collections.abc import Iterable
from typing import NamedTuple

from ecluse.accounts.ldap.reading import Entry
from ecluse.accounts.staff_list import Row, fault
from ecluse.core.identity import Directory, Field
from ecluse.core.words import SERVICES, Profession

NEVER = frozenset({"0", "9223372036854775807"})
"""What Active Directory writes in ``accountExpires`` for no end."""
DATE = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})")
TICKS_A_DAY = 864_000_000_000
WINDOWS_EPOCH = dt.date(1601, 1, 1)


class Rejected(NamedTuple):
    """An entry that was not taken, and why."""

    dn: str
    reason: str


def rows(directory: Directory, found: Iterable[Entry]) -> tuple[list[Row], list[Rejected]]:
    """Return the accounts that the entries make, and the entries that make none."""
    good: dict[str, Row] = {}
    rejects: list[Rejected] = []
    for entry in found:
        try:
            row = row_of(directory, entry)
        except ValueError as error:
            rejects.append(Rejected(entry.dn, str(error)))
            continue
        wrong = fault(row, demo=False) or ("twice in this directory" if row.username in good else "")
        if wrong:
            rejects.append(Rejected(entry.dn, wrong))
        else:
            good[row.username] = row
    return list(good.values()), rejects


def row_of(directory: Directory, entry: Entry) -> Row:
    """Return one entry as a line of a staff list.

    Raises:
        ValueError: a day is none, or a profession is not in the mapping.
    """

    def texts(field: Field) -> list[str]:
        name = directory.attributes.get(field)
        return entry.values.get(name.lower(), []) if name else []

    username = next(iter(texts("username")), "").lower()
    return Row(
        username=username,
        display_name=next(iter(texts("display_name")), username),
        rpps=next(iter(texts("rpps")), ""),
        hired=day(texts("hired")),
        ends=day(texts("ends")),
        units=tuple(dict.fromkeys(directory.units.get(text, text) for text in texts("units"))),
        professions=tuple(dict.fromkeys(profession(directory, text) for text in texts("professions"))),
    )


def profession(directory: Directory, text: str) -> Profession:
    """Return the profession that the mapping gives.

    Raises:
        ValueError: it gives none, or a service's.
    """
    word = directory.professions.get(text, "")
    if word not in set(Profession) - SERVICES:
        raise ValueError("professions: a value is not in [directory.professions]")
    return Profession(word)


def day(texts: list[str]) -> dt.date | None:
    """Return a day: ISO 8601, generalized time (RFC 4517), or Active Directory's count of 100 ns since 1601.

    Raises:
        ValueError: it is none of them.
    """
    text = texts[0].strip() if texts else ""
    if not text or text in NEVER:
        return None
    if text.isdigit() and len(text) > 14:  # noqa: PLR2004 - a generalized time has 14 digits
        return WINDOWS_EPOCH + dt.timedelta(days=(int(text) - 1) // TICKS_A_DAY)
    found = DATE.match(text)
    if found is None:
        raise ValueError("hired or ends: not a day")
    return dt.date(int(found[1]), int(found[2]), int(found[3]))
