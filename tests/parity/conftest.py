"""Logs for the engines to agree on, and DuckDB ready to run them."""

from collections.abc import Iterator

import pytest
from hypothesis import strategies as st

from ecluse.core.events import Event
from ecluse.watch.reference import invent, whole
from ecluse.watch.testing import Duck

SEEDS = st.integers(0, 2**32)


def invented() -> st.SearchStrategy[list[Event]]:
    """Return the strategy of whole small logs: episodes among noise, people, and reasons for some of the accesses."""
    noise = st.lists(st.tuples(st.sampled_from(whole.NOISE), SEEDS), max_size=24)
    acts = st.lists(st.tuples(st.sampled_from(whole.EPISODES), SEEDS), max_size=5)
    known = st.lists(st.tuples(st.sampled_from(whole.KNOWN), SEEDS), max_size=10)
    parts = st.tuples(noise, acts, known).map(lambda lists: [part for parts in lists for part in parts])
    return st.builds(whole.log, parts, st.lists(SEEDS, max_size=5), st.just(0) | SEEDS)


@pytest.fixture(scope="session")
def logs() -> st.SearchStrategy[list[Event]]:
    """Return the strategy of whole small logs."""
    return invented()


@pytest.fixture(scope="session")
def zone() -> str:
    """Return the time zone of the logs: one with jumps."""
    return invent.ZONE


@pytest.fixture(scope="session")
def duck() -> Iterator[Duck]:
    """Yield DuckDB with every table and detector compiled."""
    engine = Duck()
    yield engine
    engine.close()
