"""One raw statement on the connection Django keeps: no ORM, no wrapper, planned once.

Written with ``?`` for parameters. SQLite keeps the compiled statement by its text; PostgreSQL prepares it at first use
(settings: ``prepare_threshold`` 0), because planning a join of five tables costs more than running it.
"""

import datetime as dt
from functools import cache, lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

Parameters = tuple[Any, ...]


def fetch(statement: str, parameters: Parameters) -> list[tuple[Any, ...]]:
    """Run one reading statement and return its rows.

    Raises:
        django.db.Error: the database refuses or is away.
    """
    kept: Any = connections[DEFAULT_DB_ALIAS]
    if kept.connection is None:
        kept.connect()
    with kept.wrap_database_errors:
        if vendor() == "sqlite":
            return kept.connection.execute(statement, parameters).fetchall()  # type: ignore[no-any-return]
        with kept.connection.cursor() as cursor:
            return cursor.execute(numbered(statement), parameters, prepare=True, binary=True).fetchall()  # type: ignore[no-any-return]


@cache
def vendor() -> str:
    """Name the database in use: ``sqlite`` or ``postgresql``."""
    return connections[DEFAULT_DB_ALIAS].vendor


@cache
def numbered(statement: str) -> str:
    """Spell the parameters as psycopg wants them."""
    return statement.replace("%", "%%").replace("?", "%s")


def moment(seconds: float) -> str | dt.datetime:
    """Return a Unix time as the database compares it with a ``DateTimeField``."""
    if vendor() != "sqlite":
        return dt.datetime.fromtimestamp(seconds, dt.UTC)
    return f"{whole_second(int(seconds))}.{int(seconds % 1 * 1_000_000):06}"


@lru_cache(maxsize=4)
def whole_second(unix: int) -> str:
    """Return a Unix time without its fraction, as SQLite keeps it."""
    return str(dt.datetime.fromtimestamp(unix, dt.UTC).replace(tzinfo=None))


@lru_cache(maxsize=4)
def day(unix_day: int) -> str | dt.date:
    """Return a day, counted from 1 January 1970, as the database compares it with a ``DateField``."""
    found = dt.date(1970, 1, 1) + dt.timedelta(days=unix_day)
    return str(found) if vendor() == "sqlite" else found
