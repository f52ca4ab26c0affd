"""The tables of the watch, as Arrow schemas, and the words their bit masks stand for.

Text is never null: empty means unknown. ``ts`` is UTC without a zone; ``day`` and ``hour`` are the establishment's
clock. Counts are integers everywhere: no sum of the watch may depend on the order in which an engine adds.
"""

import pyarrow as pa

from ecluse.core.events import Deed

TEXT = pa.string()
CLOCK = pa.timestamp("us")
DAY = pa.date32()
COUNT = pa.int64()

ACCESSES = pa.schema(
    [
        ("ts", CLOCK),
        ("day", DAY),
        ("hour", pa.int8()),
        ("account", TEXT),
        ("patient", TEXT),
        ("deed", TEXT),
        ("shown", pa.int32()),
        ("at_least", pa.bool_()),
        ("grain", pa.int32()),
        ("duty", TEXT),
        ("session", TEXT),
        ("device", TEXT),
        ("address", TEXT),
        ("site", TEXT),
        ("route", TEXT),
        ("request", TEXT),
        ("source", TEXT),
        ("row", COUNT),
    ]
)
SIGNS = pa.schema(
    [
        ("ts", CLOCK),
        ("day", DAY),
        ("hour", pa.int8()),
        ("account", TEXT),
        ("act", TEXT),
        ("by", TEXT),
        ("session", TEXT),
        ("device", TEXT),
        ("address", TEXT),
        ("detail", TEXT),
        ("source", TEXT),
        ("row", COUNT),
    ]
)
STAFF = pa.schema(
    [
        ("account", TEXT),
        ("profession", TEXT),
        ("unit", TEXT),
        ("service", pa.bool_()),
        ("since", DAY),  # null: always
        ("until", DAY),  # null: still
    ]
)
ALIASES = pa.schema([("alias", TEXT), ("account", TEXT)])
CARE = pa.schema(
    [
        ("patient", TEXT),
        ("account", TEXT),
        ("unit", TEXT),
        ("kind", TEXT),
        ("since", CLOCK),
        ("until", CLOCK),  # FAR when open
        ("since_day", DAY),
        ("until_day", DAY),
        ("made_by", TEXT),
    ]
)
RELATIONS = pa.schema([("account", TEXT), ("patient", TEXT), ("relation", TEXT)])
INTEGRITY = pa.schema(
    [
        ("fault", TEXT),
        ("source", TEXT),
        ("text", TEXT),
        ("first", COUNT),
        ("last", COUNT),
        ("account", TEXT),
        ("ts", CLOCK),  # null: unknown
        ("day", DAY),
    ]
)
VISITS = pa.schema(
    [
        ("day", DAY),
        ("account", TEXT),
        ("patient", TEXT),
        ("n", COUNT),
        ("since", CLOCK),
        ("until", CLOCK),
        ("hours", COUNT),
        ("deeds", COUNT),
        ("shown", COUNT),
        ("out", COUNT),
        ("duty", pa.bool_()),
        ("grain", pa.int32()),
        ("at_least", pa.bool_()),
    ]
)
PLACES = pa.schema([("day", DAY), ("account", TEXT), ("kind", TEXT), ("key", TEXT)])
TEAMS = pa.schema([("account", TEXT), ("team", TEXT)])
FINDINGS = pa.schema([("detector", TEXT), ("account", TEXT), ("day", DAY), ("value", COUNT)])

BIT = {deed: 1 << place for place, deed in enumerate(Deed)}


def mask(*deeds: Deed) -> int:
    """Return the bits of ``deeds`` in the column ``deeds`` of touches: bit = place in ``Deed``."""
    return sum(BIT[deed] for deed in deeds)


OUT = (Deed.EXPORT, Deed.PRINT, Deed.REPORT, Deed.EVERYTHING)  # leaves the screen
DISPLAYED = (Deed.SEARCH, Deed.LIST)  # shown among others, not opened
WRITTEN = (Deed.WRITE, Deed.CREATE, Deed.DELETE)
OPENED = (Deed.READ, Deed.HISTORY, Deed.BREAK_GLASS, *OUT)
NIGHT = 0b111111  # the local hours 0 to 5, in the column ``hours``
