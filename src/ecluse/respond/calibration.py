"""What verdicts change in what the watch expects (C12). Plain functions over Arrow tables.

- **theft**, **misuse**: the days of the case are taken out of what is known of its accounts: they are neither told
  again nor a habit, and nothing the thief did teaches the watch to expect it.
- **legitimate**: what each detector counted on the days of the case is expected of that account, up to the greatest of
  these values, for ``EXPECTED`` days: a finding no greater is not looked at. It holds for no other account, no other
  detector, and nothing above.
- **mistake**: nothing changes; the case is read, the habit is what it is.
"""

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec
import pyarrow as pa

EXPECTED = timedelta(days=90)


class Settled(msgspec.Struct, frozen=True):
    """A concluded case, as far as it matters here: ``days`` are ISO dates of the establishment's clock."""

    accounts: frozenset[str]
    days: frozenset[date]
    is_theft: bool
    decided: date


def taken_out(rows: pa.Table, settled: Iterable[Settled]) -> pa.Table:
    """Return ``rows`` (columns ``account`` and ``day``) without the days of thefts."""
    stolen = {(account, day) for one in settled if one.is_theft for account in one.accounts for day in one.days}
    if not stolen:
        return rows
    pairs = zip(rows["account"].to_pylist(), rows["day"].to_pylist(), strict=True)
    return rows.filter(pa.array([pair not in stolen for pair in pairs], pa.bool_()))


def expected(findings: pa.Table, settled: Iterable[Settled], today: date) -> dict[tuple[str, str], int]:
    """Return, by account and detector, the value up to which a finding (``schema.FINDINGS``) is expected."""
    accepted = [one for one in settled if not one.is_theft and one.decided + EXPECTED >= today]
    wanted = {(account, day) for one in accepted for account in one.accounts for day in one.days}
    found: dict[tuple[str, str], int] = {}
    for row in findings.to_pylist() if wanted else ():
        if (row["account"], row["day"]) in wanted:
            key = (row["account"], row["detector"])
            found[key] = max(found.get(key, 0), row["value"])
    return found


def surprising(findings: pa.Table, settled: Iterable[Settled], today: date) -> pa.Table:
    """Return the findings that verdicts leave worth looking at."""
    known = list(settled)
    limits = expected(findings, known, today)
    left = taken_out(findings, known)
    if not limits:
        return left
    kept = [row["value"] > limits.get((row["account"], row["detector"]), -1) for row in left.to_pylist()]
    return left.filter(pa.array(kept, pa.bool_()))
