"""One raw statement on the connection Django keeps: no ORM, no wrapper, planned once.

Written with ``?`` for parameters. SQLite keeps the compiled statement by its text; PostgreSQL prepares it at first use (settings:
``prepare_threshold`` 0), because planning a join of five tables costs more than running it.
"""

import datetime as dt
from functools import cache
from typing import Any

from django.db import connection

Parameters = tuple[Any, ...]


def fetch(statement: str, parameters: Parameters) -> list[tuple[Any, ...]]:
    """Run one reading statement and return its rows.

    Raises:
        django.db.Error: the database refuses or is away.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors:
        if connection.vendor == "sqlite":
            return connection.connection.execute(statement, parameters).fetchall()
        with connection.connection.cursor() as cursor:
            return cursor.execute(numbered(statement), parameters, prepare=True, binary=True).fetchall()


@cache
def numbered(statement: str) -> str:
    """Spell the parameters as psycopg wants them."""
    return statement.replace("%", "%%").replace("?", "%s")


def moment(at: dt.datetime) -> Any:
    """Return a time as the database compares it with a ``DateTimeField``."""
    return str(at.replace(tzinfo=None)) if connection.vendor == "sqlite" else at


def day(at: dt.datetime) -> Any:
    """Return the day of a time as the database compares it with a ``DateField``."""
    return str(at.date()) if connection.vendor == "sqlite" else at.date()
