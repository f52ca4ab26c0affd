"""People out of LDIF (RFC 2849), as OpenLDAP and Active Directory export them.

Records that are no person (groups, computers, containers) are skipped, counted. Addresses of values (``attr:< url``)
are never opened.
"""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from ecluse.core.events import Person
from ecluse.core.words import Profession
from ecluse.sources.base import Tally
from ecluse.sources.clean import phone, short
from ecluse.sources.opening import lines, text
from ecluse.sources.professions import profession

DN = re.compile(rb"(?im)^dn::? ?\S")
LONGEST_RECORD = 1 << 20
WANTED = frozenset(
    {
        "dn", "objectclass", "changetype", "uid", "samaccountname", "cn", "title", "employeetype", "businesscategory",
        "department", "departmentnumber", "ou", "sn", "givenname", "postalcode", "street", "streetaddress", "homephone",
        "mobile", "telephonenumber", "employeenumber", "employeeid", "mail", "userprincipalname", "accountexpires",
        "shadowexpire", "whencreated", "createtimestamp", "useraccountcontrol", "serviceprincipalname", "birthdate",
        "homepostaladdress", "pwdaccountlockedtime",
    }
)  # fmt: skip
SERVICES = frozenset({"msds-groupmanagedserviceaccount", "msds-managedserviceaccount"})
PEOPLE = SERVICES | {"person", "inetorgperson", "organizationalperson", "user", "posixaccount", "account"}
OTHERS = frozenset({"computer", "group", "organizationalunit", "groupofnames", "posixgroup", "contact"})
AD_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
AD_NEVER = frozenset({"0", "9223372036854775807"})
LAST_YEAR = 2090

Record = dict[str, list[str]]


def looks(head: bytes) -> bool:
    """Say whether ``head`` is LDIF."""
    start = head.lstrip(b"\xef\xbb\xbf \r\n#").lower()
    return bool(DN.search(head)) and (start.startswith((b"version:", b"dn:")) or b"\nobjectclass:" in start)


def people(path: Path, tally: Tally) -> Iterator[Person]:
    """Yield the people of ``path``; a record that cannot be read is rejected, by the line it begins on."""
    for number, record in _records(path, tally):
        kinds = {kind.lower() for kind in record.get("objectclass", ())}
        change = record.get("changetype", ["add"])[0].lower()
        if change != "add":
            tally.skip(f"a record of change: {change}")
        elif kinds & OTHERS or (kinds and not kinds & PEOPLE):
            tally.skip("a record of no person")
        elif not _account(record):
            tally.reject(path, number, "no account is named (uid, sAMAccountName)")
        else:
            yield _person(record, kinds)


def _person(record: Record, kinds: set[str]) -> Person:
    def first(*names: str) -> str:
        return next((record[name][0].strip() for name in names if record.get(name) and record[name][0].strip()), "")

    title = profession(first("title", "employeetype", "businesscategory"))
    account = _account(record)
    nobody = "serviceprincipalname" in record and "sn" not in record
    service = nobody or bool(kinds & SERVICES) or title == Profession.INTERFACE_SERVICE
    others = dict.fromkeys(
        value.strip()
        for name in ("uid", "samaccountname", "employeenumber", "employeeid", "mail", "userprincipalname")
        for value in record.get(name, ())
        if value.strip() and value.strip() != account
    )
    place = (first("street", "streetaddress", "homepostaladdress"), first("postalcode"))
    return Person(
        account=account,
        profession=title,
        unit=short(first("departmentnumber", "department", "ou")),
        service=service,
        since=_created(first("whencreated", "createtimestamp")),
        until=_expires(record),
        family=first("sn"),
        given=first("givenname"),
        birth=_created(first("birthdate").replace("-", "")),
        postal=" ".join(part for part in place if part),
        phone=phone(first("mobile", "homephone", "telephonenumber")),
        known_as=tuple(others),
    )


def _account(record: Record) -> str:
    for name in ("samaccountname", "uid", "cn"):
        for value in record.get(name, ()):
            if value.strip():
                return short(value)
    return ""


def _created(stamp: str) -> date | None:
    """Return the day of a generalized time (``20240131…``)."""
    try:
        return datetime.strptime(stamp[:8], "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def _expires(record: Record) -> date | None:
    """Return the last day of an account, if it ever ends."""
    filetime = record.get("accountexpires", ["0"])[0].strip()
    if filetime.isdigit() and filetime not in AD_NEVER and len(filetime) < len("9223372036854775807"):
        found = (AD_EPOCH + timedelta(microseconds=int(filetime) // 10)).date()
        return found if found.year < LAST_YEAR else None
    days = record.get("shadowexpire", [""])[0].strip()
    if days.isdigit() and 0 < int(days) < 36500:  # noqa: PLR2004 - days since 1970, a century at most
        return date(1970, 1, 1) + timedelta(days=int(days))
    return None


def _records(path: Path, tally: Tally) -> Iterator[tuple[int, Record]]:
    """Yield (line it begins on, attributes wanted) of each record."""
    begin, size, held = 0, 0, list[bytes]()
    for number, line in lines(path):
        if line.strip():
            begin = begin or number
            size += len(line)
            if size <= LONGEST_RECORD:
                held.append(line)
            continue
        if held:
            yield from _record(begin, held, path, tally)
        begin, size, held = 0, 0, []
    if held:
        yield from _record(begin, held, path, tally)


def _record(begin: int, held: list[bytes], path: Path, tally: Tally) -> Iterator[tuple[int, Record]]:
    unfolded: list[bytes] = []
    for line in held:
        if line.startswith(b" ") and unfolded:
            unfolded[-1] += line[1:]
        elif not line.startswith(b"#"):
            unfolded.append(line)
    record: Record = {}
    for line in unfolded:
        name, colon, value = line.partition(b":")
        key = name.split(b";")[0].decode("ascii", errors="replace").strip().lower()
        if colon and key in WANTED:
            record.setdefault(key, []).append(_value(value))
    if record.keys() <= {"version"} or not record:
        return
    tally.lines += 1
    if "dn" not in record:
        tally.reject(path, begin, "no dn")
        return
    yield begin, record


def _value(value: bytes) -> str:
    """Return an attribute's value: plain, or in base64 after a second colon; what an address points to stays there."""
    if value.startswith(b"<"):
        return ""
    if not value.startswith(b":"):
        return text(value.strip())
    try:
        return text(b64decode(value[1:].strip(), validate=True))
    except (Base64Error, ValueError):
        return ""
