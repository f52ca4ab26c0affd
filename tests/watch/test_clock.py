"""Local clock and UTC."""

from datetime import UTC, date, datetime, timedelta, timezone

import pyarrow as pa
import pytest

from ecluse.core.errors import BadInputError
from ecluse.core.events import Access, Deed
from ecluse.watch import clock, intake

PARIS = "Europe/Paris"
EAST = timezone(timedelta(hours=5, minutes=30))


def told(*times: datetime) -> list[tuple[datetime, date, int]]:
    batch = intake.accesses([Access(time, "a", Deed.READ) for time in times], PARIS)
    return list(zip(*(batch.column(name).to_pylist() for name in ("ts", "day", "hour")), strict=True))


def naive(*words: int) -> datetime:
    return datetime(*words)  # type: ignore[arg-type]  # noqa: DTZ001 - a local clock


@pytest.mark.parametrize(
    ("time", "ts", "day", "hour"),
    [
        (naive(2026, 1, 10, 0, 30), naive(2026, 1, 9, 23, 30), date(2026, 1, 10), 0),
        (naive(2026, 7, 10, 0, 30), naive(2026, 7, 9, 22, 30), date(2026, 7, 10), 0),
        (datetime(2026, 1, 9, 23, 30, tzinfo=UTC), naive(2026, 1, 9, 23, 30), date(2026, 1, 10), 0),
        (datetime(2026, 7, 10, 3, 30, tzinfo=EAST), naive(2026, 7, 9, 22, 0), date(2026, 7, 10), 0),
        (naive(1969, 12, 31, 23, 59), naive(1969, 12, 31, 22, 59), date(1969, 12, 31), 23),
    ],
)
def test_a_time_is_kept_in_utc_and_its_day_and_hour_on_the_local_clock(
    time: datetime, ts: datetime, day: date, hour: int
) -> None:
    assert told(time) == [(ts, day, hour)]


def test_an_hour_that_occurs_twice_is_the_first_and_one_left_out_is_the_jump() -> None:
    twice, left_out = naive(2026, 10, 25, 2, 30), naive(2026, 3, 29, 2, 30)
    assert [ts for ts, _, _ in told(twice, left_out)] == [naive(2026, 10, 25, 0, 30), naive(2026, 3, 29, 1, 0)]


def test_local_times_and_instants_mix_and_keep_their_order() -> None:
    mixed = [naive(2026, 1, 10, 12), datetime(2026, 1, 10, 9, tzinfo=UTC), naive(2026, 1, 10, 8)]
    assert [hour for _, _, hour in told(*mixed)] == [12, 10, 8]


def test_a_zone_that_is_none_is_refused() -> None:
    for zone in ("Paris", "", "../etc/passwd"):
        with pytest.raises(BadInputError):
            clock.check_zone(zone)


def test_seconds_and_nanoseconds_become_microseconds() -> None:
    for unit in ("s", "ms", "us", "ns"):
        ts, _, _ = clock.columns(pa.array([naive(2026, 1, 10, 12)], pa.timestamp(unit)), PARIS)
        assert ts.to_pylist() == [naive(2026, 1, 10, 11)]
        assert ts.type == pa.timestamp("us")
