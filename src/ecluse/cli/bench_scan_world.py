"""A year of accesses of an invented hospital, made by DuckDB straight into a lake: so many that Python could not.

5,000 accounts of 12 professions in 120 units; each unit has about 30 patients at a time, who come and go; most
accesses are to them, the others to anybody of the base, some patients far more often than others. Busy accounts do
several times the work of quiet ones, weekends are half as busy, searches and lists name no patient. Nothing depends on
chance: the numbers are hashes of the row's number.
"""

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import duckdb

from ecluse.core.events import AccountAct, AccountEvent, Person
from ecluse.watch.lake import Lake
from ecluse.watch.manifest import Added

ACCOUNTS = 5_000
UNITS = 120
DAYS = 364
FIRST = date(2025, 1, 6)
PROFESSIONS = (
    ("nurse", 40), ("physician", 16), ("aide", 12), ("resident", 7), ("secretary", 7), ("admissions", 5),
    ("laboratory", 3), ("radiology", 3), ("pharmacist", 2), ("dim-coder", 2), ("midwife", 2), ("social-worker", 1),
)  # fmt: skip
WEEK = (8, 8, 8, 8, 8, 5, 4)  # how busy the days of a week are
PEOPLE_PER_YEAR = 250_000


def build(folder: Path, events: int, tick: Callable[[int], None] = lambda _: None) -> Lake:
    """Make a lake of ``events`` accesses in ``folder``."""
    lake = Lake(folder, "UTC")
    lake.add(folder, "staff", [person(number) for number in range(ACCOUNTS)])
    days = [FIRST + timedelta(days=number) for number in range(DAYS)]
    shares = [WEEK[day.weekday()] for day in days]
    digest = hashlib.sha256(str(events).encode()).hexdigest()
    made = 0
    with duckdb.connect(config={"memory_limit": "4GB", "temp_directory": str(folder / "spill")}) as connection:
        for place, day in enumerate(days):
            target = events * sum(shares[: place + 1]) // sum(shares)
            write_day(connection, folder, day, range(made, target), digest)
            tick(target - made)
            made = target
    lake.manifest.append(Added(digest=digest, path="bench", accesses=events, first_day=days[0], last_day=days[-1]))
    lake.add(
        folder, "logins", [login(number, day) for day in days for number in range(day.toordinal() % 2, ACCOUNTS, 2)]
    )
    return lake


def person(number: int) -> Person:
    """Return the account ``number``; its unit goes with its number, its profession turns."""
    turn = number * 37 % sum(share for _, share in PROFESSIONS)
    for profession, share in PROFESSIONS:
        turn -= share
        if turn < 0:
            return Person(f"a{number:05d}", profession, f"u{number % UNITS:03d}")
    raise AssertionError(turn)


def login(number: int, day: date) -> AccountEvent:
    """Return the login of the account ``number`` on ``day``."""
    at = datetime.combine(day, time(7, number % 60), UTC)
    return AccountEvent(
        at,
        f"a{number:05d}",
        AccountAct.LOGIN,
        session=f"s{number:05d}{day:%m%d}",
        device=f"ws-{number % UNITS:03d}-{number % 7}",
        address=f"10.{number % UNITS}.0.{number % 7}",
        source="bench",
        row=day.toordinal() * ACCOUNTS + number + 1,
    )


def write_day(connection: duckdb.DuckDBPyConnection, folder: Path, day: date, rows: range, digest: str) -> None:
    """Write the accesses of one day, numbered ``rows``, in the order the lake keeps: account, then time."""
    target = folder / "accesses" / f"day={day}" / f"{digest}.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    values = {
        "low": rows.start, "high": rows.stop, "day": str(day), "turn": (day - FIRST).days,
        "accounts": ACCOUNTS, "units": UNITS, "people": PEOPLE_PER_YEAR,
    }  # fmt: skip
    query = _DAY.format(**values)
    connection.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")


_DAY = """
WITH dice AS (
    SELECT i, (hash(i) >> 1) % 1000003 / 1000003.0 AS d1, (hash(i + 1000000007) >> 1) % 1000003 / 1000003.0 AS d2,
        (hash(i * 3 + 7) >> 1) % 1000003 / 1000003.0 AS d3, (hash(i * 5 + 11) >> 1) % 1009 AS d4,
        (hash(i * 7 + 13) >> 1) % 100 AS d5
    FROM range({low}, {high}) AS t(i)
), who AS (
    SELECT *, CAST(floor(pow(d1, 1.6) * {accounts} * 0.62) AS BIGINT) AS slot FROM dice
), acting AS (
    SELECT *, (slot * 7919 + {turn} % 5 * 1801) % {accounts} AS account FROM who
), whom AS (
    SELECT *, account % {units} AS unit,
        CASE WHEN d5 < 93 THEN ({turn} * 4 + CAST(floor(d2 * d2 * 30) AS BIGINT)) * {units} + account % {units}
        ELSE CAST(floor(pow(d2, 3) * {people}) AS BIGINT) END AS patient
    FROM acting
), done AS (
    SELECT *, CASE WHEN d4 < 60 THEN 'search' WHEN d4 < 90 THEN 'list' WHEN d4 < 200 THEN 'write'
        WHEN d4 < 215 THEN 'print' WHEN d4 < 300 THEN 'history' WHEN d4 < 303 THEN 'break-glass'
        ELSE 'read' END AS deed,
        CAST(floor(CASE WHEN account % 9 = 0 THEN (20 + d3 * 11) ELSE 7 + (d3 + d1) * 5.5 END * 3600) AS BIGINT)
            % 86400 AS second
    FROM whom
)
SELECT TIMESTAMP '{day}' + to_seconds(second) AS ts, DATE '{day}' AS day, CAST(second // 3600 AS TINYINT) AS hour,
    printf('a%05d', account) AS account,
    CASE WHEN deed IN ('search', 'list') THEN '' ELSE printf('%09d', 100000000 + patient) END AS patient,
    deed, CAST(CASE WHEN deed IN ('search', 'list') THEN i % 20 ELSE 1 END AS INTEGER) AS shown, false AS at_least,
    CAST(0 AS INTEGER) AS grain, '' AS duty, printf('s%05d', account) || strftime(DATE '{day}', '%m%d') AS session,
    printf('ws-%03d-%d', unit, account % 7) AS device, printf('10.%d.0.%d', unit, account % 7) AS address,
    CASE WHEN unit < 90 THEN 'main' ELSE 'annex' END AS site,
    CASE deed WHEN 'search' THEN 'patient/search' WHEN 'list' THEN 'unit/list' ELSE 'patient/file' END AS route,
    '' AS request, 'bench' AS source, i + 1 AS "row"
FROM done ORDER BY account, ts
"""
