"""Fixtures that every test may ask for."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from ecluse.core.throwaway import throwaway_postgres

settings.register_profile("same", derandomize=True)
settings.register_profile("search", print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
"""The same examples for the same code, so that a change is judged by itself; ``search`` looks for new ones."""


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Give the URL of a throw-away PostgreSQL, empty and stopped at the end; psycopg and Django both read it."""
    with throwaway_postgres() as url:
        yield url
