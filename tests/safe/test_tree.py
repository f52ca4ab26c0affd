"""The tree grows after the replies have left: nobody who reads the files may see that."""

from pathlib import Path

from tests.safe.test_long_trace import WIDE

from ecluse.safe.testing import SafeInHand
from ecluse.safe.tiles import WIDTH
from ecluse.safe.trace import GROWN_AT_ONCE
from ecluse.safe.verify import verify

PAGE = 37


def test_with_every_signed_head_the_tiles_below_it_are_on_disk(tmp_path: Path) -> None:
    safe = SafeInHand(tmp_path, WIDE)
    while safe.desk.trace.size < 3 * WIDTH:
        safe.open(*(f"p{number}" for number in range(PAGE)))
        safe.sign()
        report = verify(safe.folder)
        assert report.ok, report.faults
        assert report.entries == safe.desk.trace.signed_size == safe.desk.trace.size


def test_leaves_wait_for_one_another_but_not_for_long(tmp_path: Path) -> None:
    safe = SafeInHand(tmp_path, WIDE)
    for size in range(3 * GROWN_AT_ONCE):
        safe.open(f"p{size}")
        safe.desk.trace.settle()
        assert len(safe.desk.trace._ungrown) < GROWN_AT_ONCE
    assert safe.desk.trace.frontier.size == safe.desk.trace.size
