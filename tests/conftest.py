"""Fixtures that every test may ask for."""

from collections.abc import Iterator

import pytest

from ecluse.core.throwaway import throwaway_postgres


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Give the URL of a throw-away PostgreSQL, empty and stopped at the end; psycopg and Django both read it."""
    with throwaway_postgres() as url:
        yield url
