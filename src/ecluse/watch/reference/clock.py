"""Clocks, one time at a time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)


def seen(at: datetime, zone: str) -> tuple[datetime, date, int]:
    """Return the instant (UTC, bare), the local day and the local hour of ``at``.

    A bare ``at`` is the local clock: an hour that occurs twice counts as the first, one that is left out as the moment
    of the jump.
    """
    place = ZoneInfo(zone)
    if at.tzinfo is None:
        at = after_gap(at, place)
    local = at.astimezone(place)
    return at.astimezone(UTC).replace(tzinfo=None), local.date(), local.hour


def after_gap(clock: datetime, place: ZoneInfo) -> datetime:
    """Return the instant of a local clock; the first minute that exists if it does not."""
    at = clock.replace(tzinfo=place, fold=0)
    if _exists(at, place):
        return at
    whole = clock.replace(second=0, microsecond=0)
    while not _exists(whole.replace(tzinfo=place), place):
        whole += MINUTE
    return whole.replace(tzinfo=place)


def _exists(at: datetime, place: ZoneInfo) -> bool:
    return at.astimezone(UTC).astimezone(place).replace(tzinfo=None) == at.replace(tzinfo=None)
