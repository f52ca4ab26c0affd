"""Local clock and UTC, for whole columns at once."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa
import pyarrow.compute as pc

from ecluse.core.errors import BadInputError
from ecluse.watch.schema import CLOCK, DAY

Columns = tuple[pa.Array, pa.Array, pa.Array]


def check_zone(zone: str) -> str:
    """Return ``zone`` if this machine knows it.

    Raises:
        BadInputError: it does not.
    """
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInputError(f"{zone!r} is not a time zone.", "Name one of the tz database, as Europe/Paris.") from error
    return zone


def columns(at: pa.Array, zone: str) -> Columns:
    """Return ``ts`` (UTC), ``day`` and ``hour`` (local) of a column of times.

    With a zone in its type ``at`` is instants; without, the local clock of ``zone``: an hour that occurs twice counts
    as the first, one that is left out as the moment of the jump.
    """
    if at.type.tz is None:
        known = pc.assume_timezone(at.cast(CLOCK), zone, ambiguous="earliest", nonexistent="latest")
        ts, local = known.cast(pa.timestamp("us", "UTC")).cast(CLOCK), pc.local_timestamp(known)
    else:
        ts = at.cast(pa.timestamp("us", "UTC")).cast(CLOCK)
        local = pc.local_timestamp(at.cast(pa.timestamp("us", zone)))
    return ts, local.cast(DAY, safe=False), pc.hour(local).cast(pa.int8())
