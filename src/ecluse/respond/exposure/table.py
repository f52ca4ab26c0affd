"""The list as CSV (RFC 4180, UTF-8): one line an access. No name, no number of a patient (R23)."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC

from ecluse.respond.exposure.finding import Exposure
from ecluse.safe.entry import Entry

COLUMNS = (
    "sequence",
    "time",
    "patient",
    "compartments",
    "route",
    "purpose",
    "ground",
    "duty",
    "account",
    "profession",
    "session",
    "workstation",
    "address",
    "request",
    "kind",
    "why",
)
FORMULA = ("=", "+", "-", "@", "\t")


def as_csv(found: Exposure) -> str:
    """Return the certain accesses, then the possible ones; ``kind`` tells them apart."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows(found))
    return out.getvalue()


def rows(found: Exposure) -> Iterator[tuple[str, ...]]:
    """Yield the lines."""
    for entry in found.certain:
        yield row(entry, "certain", "")
    for one in found.possible:
        yield row(one.entry, "possible", one.why.value)


def row(entry: Entry, kind: str, why: str) -> tuple[str, ...]:
    """Return one access as text; what a spreadsheet would take for a formula is quoted."""
    values: Iterable[str] = (
        str(entry.seq),
        entry.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        entry.patient,
        " ".join(entry.compartments),
        entry.action,
        entry.purpose or "",
        entry.ground or "",
        entry.duty or "",
        entry.account,
        entry.profession,
        entry.session,
        entry.workstation,
        entry.address,
        entry.request,
        kind,
        why,
    )
    return tuple(f"'{value}" if value.startswith(FORMULA) else str(value) for value in values)
