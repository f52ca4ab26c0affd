"""Reading the trace while it grows: in order, from a time on, and never a half line."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ecluse.core.errors import BrokenWorldError, NotProvenError
from ecluse.core.words import Action, Compartment, Ground
from ecluse.safe.testing import SafeInHand, who
from ecluse.safe.trace_reader import entries, exposure


def test_entries_come_in_order_between_two_times(safe: SafeInHand) -> None:
    times = []
    for i in range(3):
        safe.now += 100
        safe.open(f"p{i}")
        times.append(datetime.fromtimestamp(safe.desk.state.now, UTC))
    found = [e.patient for e in entries(safe.folder, since=times[1])]
    assert found == ["p1", "p2"]
    assert [e.patient for e in entries(safe.folder, since=times[1], until=times[2])] == ["p1"]
    assert list(entries(safe.folder, since=times[2] + timedelta(seconds=1))) == []
    assert [e.seq for e in entries(safe.folder)] == list(range(safe.desk.trace.size))


def test_a_line_still_being_written_is_left_for_later(safe: SafeInHand) -> None:
    path = safe.folder / "trace" / "000000000000.jsonl"
    whole = path.read_bytes().rstrip(b"\0")
    path.write_bytes(whole + whole.splitlines()[-1][:-5])
    assert len(list(entries(safe.folder))) == safe.desk.trace.size


@pytest.mark.parametrize("line", [b"nonsense\n", b'{"seq":1}\n', b"\xff\n"])
def test_a_line_that_is_not_an_entry_is_told(safe: SafeInHand, line: bytes) -> None:
    path = safe.folder / "trace" / "000000000000.jsonl"
    path.write_bytes(path.read_bytes().rstrip(b"\0") + line)
    with pytest.raises(NotProvenError, match="not an entry"):
        list(entries(safe.folder))


def test_no_trace_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BrokenWorldError):
        list(entries(tmp_path))


def test_exposure_counts_what_was_released_and_nothing_else(safe: SafeInHand) -> None:
    both = (Compartment.CONTACT, Compartment.IDENTITY)
    safe.open("p1", compartments=(Compartment.IDENTITY,))
    safe.open("p1", compartments=both)
    safe.open("p2", action=Action.PRINT)
    safe.open("p3", refused="no-duty")
    safe.open("p4", by=who("nurse.two", session="another"), ground=Ground.UNEXPLAINED)
    mine = exposure(safe.folder, account="nurse.one")
    assert [(e.patient, e.compartments, e.times) for e in mine] == [
        ("p1", (Compartment.IDENTITY, Compartment.CONTACT), 2)
    ]
    session = safe.desk.keys.session("another")
    assert [e.patient for e in exposure(safe.folder, session=session)] == ["p4"]
    assert [e.patient for e in exposure(safe.folder)] == ["p1", "p4"]
