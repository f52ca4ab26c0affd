"""OpenEMR: its audit tables, as a dump of the database or as CSV."""

from collections.abc import Callable, Iterator
from pathlib import Path

from ecluse.core.events import Event
from ecluse.sources.base import Context, Reading, Story, Tally
from ecluse.sources.openemr_api import calls
from ecluse.sources.openemr_log import disclosures, entries
from ecluse.sources.openemr_people import encounters, patients, staff
from ecluse.sources.openemr_state import State
from ecluse.sources.openemr_world import SHAPES, TRACES, world_of
from ecluse.sources.tables import Part, contents, parts

STORY = Story(
    "openemr",
    "OpenEMR",
    "Tables log, log_comment_encrypt, api_log, extended_log (with users and patient_data) as mysqldump SQL or CSV.",
    shows=(
        "logins, failed ones too, with the address told in their comments; logouts",
        "charts opened, changes of records, work on accounts (log)",
        "calls of the REST and FHIR API, by patient where the URL names one (api_log)",
        "rows that do not fit their SHA3-512 checksum, checksums whose row is gone, numbers missing in the counters",
    ),
    blind=(
        "Reading inside an opened chart is not logged unless audit_events_query is on (off by default).",
        "Lists and searches on screen leave no patient.",
        "An API list says what was asked for, not what was shown: counts are 'at least', or all patients.",
        "An API call is logged whether or not it was answered.",
        "A checksum needs no key: a row that fits is 'row intact', or rewritten with care.",
        "That the log is complete can never be shown: rows removed at its end leave nothing, others a gap.",
        "Behind a proxy, the address is the one the client claims.",
        "Disclosures (extended_log) are entered by hand and can be edited.",
    ),
)
Handler = Callable[[Part, State], Iterator[Event]]


def _checksums(part: Part, _state: State) -> Iterator[Event]:
    for _ in part.rows():
        part.skip("a checksum, compared when its row is read")
    yield from ()


HANDLERS: dict[str, Handler] = {
    "log": entries,
    "log_comment_encrypt": _checksums,
    "api_log": calls,
    "extended_log": disclosures,
    "users": staff,
    "patient_data": patients,
    "form_encounter": encounters,
    "openemr_postcalendar_events": encounters,
}


def sniff(path: Path, head: bytes) -> int:  # noqa: ARG001 - a table may begin far behind the head
    """Say how surely the file is OpenEMR's: by its tables."""
    found = contents(path, SHAPES)
    return 90 if found & TRACES else 70 if found else 0


def read(path: Path, tally: Tally, context: Context) -> Reading:
    """Yield the events of the file, then what is wrong with its tables."""
    state = State(path, context.siblings, world_of(path, context.siblings), tally)
    for part in parts(path, SHAPES, tally):
        yield from HANDLERS[part.table](part, state)
    yield from state.faults()
