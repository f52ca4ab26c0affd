"""A safe in hand for the tests of its parts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ecluse.safe.testing import SafeInHand


@pytest.fixture
def safe(tmp_path: Path) -> Iterator[SafeInHand]:
    in_hand = SafeInHand(tmp_path)
    yield in_hand
    in_hand.desk.trace.close()
