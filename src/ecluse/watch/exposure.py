"""Which patients a case exposed: certain, possible, and how many more the log counts without naming.

The accounts of a case also belong to somebody who works. On each day of a case the harvest is looked for in time: the
shortest stretch that holds nine tenths of what is above the account's habit, and what goes on at its pace before and
after (the whole day where the excess is no more than the habit itself). Patients named by an access of these stretches
are *certain*; those named outside them, and on other days between the first and the last, are *possible*.

Patients only counted, by an export of 50 or a list of 20, are *unnamed*. Counts of one route add up, as pages do; those
of several routes may show the same people, and so may a list and the records opened from it: only the greatest counts.
``at_least`` says that the log itself does not know the whole number, or that it was counted so.
"""

import dataclasses
from collections import Counter
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from ibis.expr.types import Table

from ecluse.core.events import Deed
from ecluse.watch.cases import Case
from ecluse.watch.panel import Flags, Ints
from ecluse.watch.schema import DISPLAYED, OUT
from ecluse.watch.tables import Tables

Collect = Callable[[Table], pa.Table]
SHARE = 0.9  # of the excess: the stretch that holds it is the harvest
COLUMNS = ("account", "day", "ts", "patient", "deed", "shown", "at_least", "grain", "route", "request", "row")


class Exposure(msgspec.Struct, frozen=True):
    """``patients`` = certain + unnamed. Times are the establishment's clock with its distance from UTC."""

    begin: str
    end: str
    patients: int
    at_least: bool
    certain: list[str]
    possible: list[str]
    unnamed: int
    deeds: dict[str, int]


@dataclasses.dataclass(frozen=True)
class _Stretch:
    """Accesses of one account and day, in order of time, and which of them are the harvest."""

    rows: pa.Table
    inside: Flags


def expose(tables: Tables, collect: Collect, case: Case, zone: str = "UTC") -> Exposure:
    """Return what the accounts of ``case`` were shown on its days."""
    a = tables.accesses
    mine = a.filter(a.account.isin(case.accounts), a.day.between(*_ends(case))).select(*COLUMNS)
    rows = collect(mine).sort_by([(name, "ascending") for name in ("account", "day", "ts", "row", "patient", "deed")])
    usual = {day.day: day.usual for day in case.days}
    stretches = [_stretch(part, usual, case.days_of) for part in _parts(rows)]
    inside = [stretch.rows.filter(pa.array(stretch.inside)) for stretch in stretches]
    outside = [stretch.rows.filter(pa.array(~stretch.inside)) for stretch in stretches]
    certain = _named(inside)
    unnamed = max(_unnamed(inside, OUT), _unnamed(inside, DISPLAYED) - len(certain))
    begin, end = _times(inside, case, ZoneInfo(zone))
    return Exposure(
        begin=begin,
        end=end,
        patients=len(certain) + unnamed,
        at_least=unnamed > 0 or any(any(part["at_least"].to_pylist()) for part in inside),
        certain=sorted(certain),
        possible=sorted(_named(outside) - certain),
        unnamed=unnamed,
        deeds=_deeds(inside),
    )


def refine(case: Case, exposure: Exposure) -> Case:
    """Return ``case`` with the times and patients of its exposure."""
    if not exposure.begin:
        return case
    return msgspec.structs.replace(
        case, begin=exposure.begin, end=exposure.end, patients=exposure.patients, at_least=exposure.at_least
    )


def _parts(rows: pa.Table) -> list[pa.Table]:
    keys = list(zip(rows["account"].to_pylist(), rows["day"].to_pylist(), strict=True))
    edges = [number for number, key in enumerate(keys) if number == 0 or key != keys[number - 1]]
    return [rows.slice(low, high - low) for low, high in zip(edges, [*edges[1:], len(keys)], strict=True)]


def _ends(case: Case) -> tuple[date, date]:
    return date.fromisoformat(case.days_of[0]), date.fromisoformat(case.days_of[-1])


def _stretch(rows: pa.Table, usual: dict[str, int], odd: Collection[str]) -> _Stretch:
    day = rows["day"][0].as_py().isoformat()
    if day not in odd:
        return _Stretch(rows, np.zeros(rows.num_rows, bool))
    weight = _news(rows)
    total = int(weight.sum())
    excess = total - usual.get(day, 0)
    inside = np.ones(rows.num_rows, bool)
    if excess * 2 > total:
        ts = np.asarray(rows["ts"].combine_chunks().cast(pa.int64()))
        inside = grown(ts, *shortest(ts, weight, max(1, int(np.ceil(SHARE * excess)))), _grain(rows))
    return _Stretch(rows, inside)


def shortest(ts: Ints, weight: Ints, wanted: int) -> tuple[int, int]:
    """Return the ends of the shortest stretch of time whose weights reach ``wanted``, the earliest of equals."""
    total = np.concatenate([[0], np.cumsum(weight)])
    low = np.arange(len(ts))
    high = np.searchsorted(total, total[low] + wanted) - 1
    low = low[high < len(ts)]
    high = high[: len(low)]
    best = int(np.argmin(ts[high] - ts[low]))
    return int(low[best]), int(high[best])


def grown(ts: Ints, low: int, high: int, grain: int) -> Flags:
    """Return the moments of the stretch, and those that go on before and after it at its own pace."""
    gaps = np.diff(ts)
    pace = max(int(gaps[low:high].max(initial=0)), grain)
    while high + 1 < len(ts) and gaps[high] <= pace:
        high += 1
    while low > 0 and gaps[low - 1] <= pace:
        low -= 1
    return np.asarray((ts >= ts[low]) & (ts <= ts[high]), bool)


def _grain(rows: pa.Table) -> int:
    """Return the coarsest rounding of ``rows``, a second at least, in microseconds."""
    coarsest: int = max(rows["grain"].to_pylist())
    return 1_000_000 * max(1, coarsest)


def _news(rows: pa.Table) -> Ints:
    """Return for each access how many patients it adds to those already seen that day."""
    seen: set[str] = set()
    weight = np.zeros(rows.num_rows, np.int64)
    for number, (patient, shown) in enumerate(zip(rows["patient"].to_pylist(), rows["shown"].to_pylist(), strict=True)):
        weight[number] = max(shown - bool(patient), 0) + (bool(patient) and shown > 0 and patient not in seen)
        if shown > 0:
            seen.add(patient)
    return weight


def _named(parts: list[pa.Table]) -> set[str]:
    """Return the patients shown by name; an attempt that was refused shows nobody (``shown`` is 0)."""
    shown = [part.filter(pc.greater(part["shown"], 0)) for part in parts]
    return {patient for part in shown for patient in part["patient"].unique().to_pylist()} - {""}


def _unnamed(parts: list[pa.Table], deeds: Collection[Deed]) -> int:
    """Return the most patients that accesses of one route showed without naming them; at least 0."""
    counted: Counter[str] = Counter({"": 0})
    words = {deed.value for deed in deeds}
    for part in parts:
        for row in part.select(["patient", "shown", "deed", "route"]).to_pylist():
            if row["deed"] in words:
                counted[row["route"]] += max(row["shown"] - bool(row["patient"]), 0)
    return max(counted.values())


def _deeds(parts: list[pa.Table]) -> dict[str, int]:
    words = sorted(word for part in parts for word in part["deed"].to_pylist())
    return {word: words.count(word) for word in dict.fromkeys(words)}


def _times(parts: list[pa.Table], case: Case, zone: ZoneInfo) -> tuple[str, str]:
    """Return when the harvest began and ended; a coarse clock ends with its last moment."""
    first = [part["ts"][0].as_py() for part in parts if part.num_rows]
    last = [
        row["ts"] + timedelta(seconds=max(row["grain"] - 1, 0))
        for part in parts
        for row in part.select(["ts", "grain"]).to_pylist()
    ]
    if not first:
        return _midnight(case.begin, zone), _midnight(case.end, zone)
    return _local(min(first), zone), _local(max(last), zone)


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return moment.replace(tzinfo=UTC, microsecond=0).astimezone(zone).isoformat()


def _midnight(text: str, zone: ZoneInfo) -> str:
    return datetime.fromisoformat(text).replace(tzinfo=zone).isoformat()
