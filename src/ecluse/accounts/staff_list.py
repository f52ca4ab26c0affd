"""What a list of accounts may hold, line by line, and why a line is not taken."""

import datetime as dt
import re
from typing import Any, NamedTuple

import msgspec

from ecluse.accounts.generic import generic
from ecluse.accounts.models import RPPS, USERNAME
from ecluse.core.errors import BadInputError
from ecluse.core.words import SERVICES, Profession

EMAIL = r"^[^@\s]+@[^@\s]+\Z"


class UnitRow(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A unit, where its code alone does not say enough."""

    code: str
    name: str = ""
    kind: str = ""


class Hours(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """On call for a unit, between two instants."""

    unit: str
    since: dt.datetime
    until: dt.datetime


class Row(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One account of the list. ``password`` and ``totp_secret`` only where a demonstration says so."""

    username: str
    display_name: str = ""
    professions: tuple[Profession, ...] = ()
    units: tuple[str | UnitRow, ...] = ()
    hired: dt.date | None = None
    ends: dt.date | None = None
    rpps: str = ""
    email: str = ""
    service: bool = False
    on_call: tuple[Hours, ...] = ()
    password: str = ""
    totp_secret: str = ""


class Reject(msgspec.Struct, frozen=True):
    """A line that was not taken, counted from 0, and why. Never what it held."""

    line: int
    username: str
    reason: str


class Good(NamedTuple):
    """A line that may be taken."""

    line: int
    row: Row


def read(text: bytes, *, demo: bool) -> tuple[list[Good], list[Reject]]:
    """Split a JSON list into what may be taken and what may not.

    Raises:
        BadInputError: it is not a JSON list of objects.
    """
    try:
        raw = msgspec.json.decode(text, type=list[dict[str, Any]])
    except msgspec.DecodeError as error:
        raise BadInputError(
            f"Not a JSON list of accounts: {error}.", "`ecluse accounts load --help` shows one."
        ) from error
    good, rejects, seen = [], [], set[str]()
    for line, item in enumerate(raw):
        name = str(item.get("username", ""))[:64]
        try:
            row = msgspec.convert(item, Row)
        except msgspec.ValidationError as error:
            rejects.append(Reject(line, name, str(error)))
            continue
        wrong = fault(row, demo=demo) or ("twice in this list" if row.username in seen else "")
        seen.add(row.username)
        if wrong:
            rejects.append(Reject(line, name, wrong))
        else:
            good.append(Good(line, row))
    return good, rejects


def fault(row: Row, *, demo: bool) -> str:
    """Return what is wrong with one account, or nothing."""
    faults = {
        "username: small letters, digits, dot, dash, underscore, 64 at most": not re.match(USERNAME, row.username),
        "a shared name: every person has an account of their own; give each person's name": not row.service
        and generic(row.username, row.display_name),
        "rpps: 11 digits": bool(row.rpps) and not re.match(RPPS, row.rpps),
        "email: not an address": bool(row.email) and not re.match(EMAIL, row.email),
        "ends before it starts": bool(row.hired and row.ends and row.ends < row.hired),
        "interface-service and provisioning-service are for services, and services have one of them alone": row.service
        != bool(SERVICES.intersection(row.professions))
        or (row.service and len(row.professions) > 1),
        "a service has no password": row.service and bool(row.password or row.totp_secret),
        "password and totp_secret only with --demo-credentials": not demo and bool(row.password or row.totp_secret),
        "on_call ends before it starts": any(hours.until <= hours.since for hours in row.on_call),
    }
    return next((text for text, wrong in faults.items() if wrong), "")
