"""A trace of several segments: start, verify and prove across their boundaries."""

import os
from pathlib import Path

import pytest

from ecluse.core.errors import NotProvenError
from ecluse.safe import snapshot
from ecluse.safe.entry import decode
from ecluse.safe.notes import Verifier
from ecluse.safe.opening import open_desk
from ecluse.safe.proof import check, prove
from ecluse.safe.scan import read_heads
from ecluse.safe.state import State
from ecluse.safe.testing import SMALL_POLICY, SafeInHand, opening, who
from ecluse.safe.tiles import SEGMENT, heads_path, segment_path
from ecluse.safe.verify import verify

WIDE = SMALL_POLICY.replace(
    "caps.explained = { minute = 4, hour = 6, day = 9, month = 12 }",
    "caps.explained = { minute = 900000, hour = 900000, day = 900000, month = 900000 }",
).replace(
    "minute = 15, hour = 30, day = 40, month = 50", "minute = 900000, hour = 900000, day = 900000, month = 900000"
)
PAGE = 900


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> SafeInHand:
    """Two full segments and a bit, in commits that do not stop at their boundaries."""
    safe = SafeInHand(tmp_path_factory.mktemp("long"), WIDE)
    for page in range(2 * SEGMENT // PAGE + 3):
        patients = [f"p{(page * 37 + i) % 3000}" for i in range(PAGE)]
        safe.call(opening(patients, by=who("nurse.one" if page % 2 else "nurse.two")))
        safe.desk.trace.settle()
        safe.now += 200
    safe.sign()
    return safe


@pytest.mark.slow
def test_a_head_is_signed_at_the_end_of_each_segment(long: SafeInHand) -> None:
    for first in (0, SEGMENT):
        assert f"\n{first + SEGMENT}\n" in read_heads(heads_path(long.folder, first))[-1].note
        assert segment_path(long.folder, first).stat().st_mode & 0o222 == 0
        assert segment_path(long.folder, first).read_bytes().endswith(b"}\n")


@pytest.mark.slow
def test_it_verifies_whole(long: SafeInHand) -> None:
    report = verify(long.folder)
    assert report.ok, report.faults
    assert report.entries == long.desk.trace.size > 2 * SEGMENT


@pytest.mark.slow
@pytest.mark.parametrize("first", [0, SEGMENT, 2 * SEGMENT])
def test_a_changed_byte_in_any_segment_is_told_once_with_its_place(long: SafeInHand, first: int) -> None:
    path = segment_path(long.folder, first)
    kept = path.read_bytes()
    data = bytearray(kept)
    place = data.index(b'"salt":"', len(data) // 2) + 12
    data[place] ^= 1
    os.chmod(path, 0o600)  # noqa: PTH101
    path.write_bytes(data)
    report = verify(long.folder)
    path.write_bytes(kept)
    (fault,) = report.faults
    assert fault.file == str(path.relative_to(long.folder))
    assert fault.sequence == first + kept[:place].count(b"\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    "sequence", [0, SEGMENT - 1, SEGMENT, SEGMENT + 300, 2 * SEGMENT - 1, 2 * SEGMENT, 2 * SEGMENT + 9]
)
def test_proofs_cross_segments(long: SafeInHand, sequence: int) -> None:
    assert check(prove(long.folder, sequence), Verifier.of(long.vkey)).entry.seq == sequence


@pytest.mark.slow
def test_a_missing_segment_is_told_and_refused_at_the_start(long: SafeInHand, tmp_path: Path) -> None:
    path = segment_path(long.folder, SEGMENT)
    path.rename(tmp_path / "away")
    with pytest.raises(NotProvenError):
        open_desk(long.folder)
    assert not verify(long.folder).ok
    (tmp_path / "away").rename(path)


@pytest.mark.slow
def test_the_start_rebuilds_the_same_counts_from_segments_side_by_side(long: SafeInHand) -> None:
    plain = State(long.desk.state.policy, long.desk.keys)
    for path in sorted((long.folder / "trace").iterdir()):
        for line in path.read_bytes().splitlines():
            entry = decode(line)
            plain.apply(entry, entry.at.timestamp())
    long.desk.trace.close()
    again = open_desk(long.folder)
    assert again.trace.frontier.size == long.desk.trace.size + 1
    for key, counts in again.state.shown.items():
        expected = plain.shown[key]
        tick = int(again.state.now) // 5
        assert [c.total for c in counts.counters if c.forget(tick)] == [
            c.total for c in expected.counters if c.forget(tick)
        ]
        assert list(counts.patients) == list(expected.patients)
        assert list(counts.ticks) == list(expected.ticks)
    snapshot.save(again.trace, again.state)
    again.trace.close()
    third = open_desk(long.folder)
    assert [c.total for c in third.state.everyone.counters] == [c.total for c in again.state.everyone.counters]
    third.trace.close()
    assert verify(long.folder).ok
