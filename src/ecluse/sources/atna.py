"""IHE ATNA audit messages (DICOM PS3.15 A.5 and RFC 3881 XML): bare, in syslog of any header, one or many to a file.

1. What stands between two messages (syslog headers, lines of other programs) never hides a message.
2. A message with a document type, cut off, too long or not well-formed is rejected with its reason; the next is read.
3. Names of patients, queries and details are never kept.

Mediboard writes its local time with a Z: told by its name in the header, its times are taken as the house's clock.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from ecluse.core.events import Event
from ecluse.sources.atna_events import events
from ecluse.sources.atna_shape import message
from ecluse.sources.atna_split import TAG, Piece, Splitter
from ecluse.sources.atna_xml import UnreadableError, parse
from ecluse.sources.audit_codes import Skip
from ecluse.sources.base import Context, Story, Tally
from ecluse.sources.opening import stream

STORY = Story(
    name="atna",
    title="IHE ATNA / DICOM audit messages",
    reads="AuditMessage XML (DICOM PS3.15 A.5, RFC 3881), bare or in syslog of any header (Mediboard, OpenEMR, …).",
    shows=(
        "who read, searched, imported, exported or changed which patient's data, and when",
        "sign-ins, failed sign-ins, sign-outs, emergency overrides, changes of rights, audit logs stopped",
        "address or name of the client, where the system gives it",
    ),
    blind=(
        "how many patients a query displayed",
        "the person behind a machine: many systems name only themselves as the requestor",
        "the client's address, when the server writes its own (OpenEMR)",
        "messages lost on the way (UDP), and messages never sent: nothing in them shows a gap",
    ),
)
SURE = 95
OTHERS = "a line without an audit message"
SYSLOG = re.compile(rb"\s*(?:\d+ )?<\d{1,3}>|\s*[A-Z][a-z]{2} [ \d]\d \d\d:|\s*\d{4}-\d\d-\d\dT")
DECLARED = re.compile(rb"<\?xml.*?\?>|<!--.*?-->|\xef\xbb\xbf", re.DOTALL)
WRAPPER = re.compile(rb"\s*(?:<|\Z)")  # a blank line, or an element around the messages
MEDIBOARD = (b" MEDIBOARD ", b"<105>")


def sniff(path: Path, head: bytes) -> int:  # noqa: ARG001 - the interface of readers
    """Say how surely ``head`` holds audit messages."""
    return SURE if TAG.search(head) or b"<AuditMessage" in head else 0


def read(path: Path, tally: Tally, context: Context) -> Iterator[Event]:  # noqa: ARG001 - the interface of readers
    """Yield the events of ``path``."""
    number = 0
    with stream(path) as file:
        for piece in Splitter(file).pieces():
            header = _header(piece, tally)
            if not (piece.xml or piece.wrong):
                continue
            number += 1
            tally.lines += 1
            try:
                yield from _told(piece, header, number, path.name, tally)
            except UnreadableError as error:
                tally.reject(path, number, str(error))


def _told(piece: Piece, header: bytes, number: int, source: str, tally: Tally) -> Iterator[Event]:
    if piece.wrong:
        raise UnreadableError(piece.wrong)
    local_time = any(mark in header for mark in MEDIBOARD)
    told = events(message(parse(piece.xml, piece.head)), -number, source, local_time=local_time)
    if isinstance(told, Skip):
        tally.skip(told)
    else:
        yield from told


def _header(piece: Piece, tally: Tally) -> bytes:
    """Return the syslog header of a message; count the lines before it that belong to others."""
    if len(piece.head) < 2:  # noqa: PLR2004 - a line end
        return b""
    plain = DECLARED.sub(b"", piece.head)
    lines = [line for line in plain.splitlines() if SYSLOG.match(line) or not WRAPPER.match(line)]
    own = 1 if lines and (piece.xml or piece.wrong) else 0
    for _ in range(len(lines) - own):
        tally.lines += 1
        tally.skip(OTHERS)
    return lines[-1] if own else b""
