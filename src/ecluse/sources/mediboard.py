"""Mediboard: its tables, as a dump of the database or as CSV, and the page of changes its screen exports.

Columns are found by name, in any order: names follow the public code of 2015 and may have moved since.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from ecluse.core.events import Event
from ecluse.sources.base import Context, Reading, Story, Tally
from ecluse.sources.mediboard_changes import changes
from ecluse.sources.mediboard_logins import logins, tokens
from ecluse.sources.mediboard_people import consultations, operations, patients, staff, stays
from ecluse.sources.mediboard_requests import counts, requests
from ecluse.sources.mediboard_screen import is_screen, screen
from ecluse.sources.mediboard_shapes import SHAPES, TELLING, TRACES
from ecluse.sources.mediboard_state import State
from ecluse.sources.mediboard_views import overrides, views
from ecluse.sources.mediboard_world import world_of
from ecluse.sources.opening import head
from ecluse.sources.tables import Part, contents, parts

STORY = Story(
    "mediboard",
    "Mediboard",
    "Tables as mysqldump SQL (any encoding, packed addresses) or CSV, one file a table; pages of view_history.",
    shows=(
        "logins with address, device and session (user_authentication); links that open a session (view_access_token)",
        "stays looked at, by account and hour (log_access_medical_object); overrides (bris_de_glace)",
        "changes of records, accounts and rights (user_log)",
        "exports and other slow requests, with their account (long_request_log)",
        "which patients a step of the patient export wrote, when the table of patients is there too",
        "accounts whose logins are not logged; numbers missing in the counters of the tables",
    ),
    blind=(
        "Views are logged only where the establishment turned it on (off by default), and only for stays.",
        "Views are rounded, mostly to the hour: how often, and when inside the hour, is lost.",
        "Failed logins are in no table: guessing of passwords cannot be seen. Logouts are mostly not written.",
        "Accounts set not to log connections leave no login; a session opened as somebody else looks like theirs.",
        "Addresses come from what the client claims (X-Forwarded-For) and can be forged.",
        "Exports faster than 10 s (the threshold of long requests) leave no row with an account: counts are at least.",
        "A step of an export that stopped on an error, or was sent twice, shows as a whole step.",
        "An export writes to a folder of the server: whether the files left it, no table shows.",
        "access_log counts requests without account: nothing in it says who.",
        "Screens that print, show a full record or export one object leave no row unless they are slow.",
        "No table carries a checksum: a changed row cannot be told, nor what stood in a gap of a counter.",
    ),
)
NAMES = "a table of names, used with the others"

Handler = Callable[[Part, State], Iterator[Event]]


def _names(part: Part, _state: State) -> Iterator[Event]:
    for _ in part.rows():
        part.skip(NAMES)
    yield from ()


HANDLERS: dict[str, Handler] = {
    "user_authentication": logins,
    "view_access_token": tokens,
    "log_access_medical_object": views,
    "bris_de_glace": overrides,
    "user_log": changes,
    "user_action": changes,
    "long_request_log": requests,
    "access_log": counts,
    "access_log_archive": counts,
    "users": staff,
    "patients": patients,
    "sejour": stays,
    "consultation": consultations,
    "operations": operations,
}


def sniff(path: Path, head: bytes) -> int:
    """Say how surely the file is Mediboard's: by its tables, or by the header of the screen's page."""
    if is_screen(head):
        return 90
    found = contents(path, SHAPES)
    if found & TRACES:
        return 90
    return 80 if found & TELLING else 60 if found else 0


def read(path: Path, tally: Tally, context: Context) -> Reading:
    """Yield the events of the file, then what its counters lack."""
    state = State(path, context.siblings, world_of(path, context.siblings), tally)
    if is_screen(head(path)):
        yield from screen(state)
        return
    for part in parts(path, SHAPES, tally):
        yield from HANDLERS.get(part.table, _names)(part, state)
    for counter in state.counters.values():
        yield from counter.faults()
