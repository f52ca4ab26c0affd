"""Sending the trace to the hospital's audit record repository: read from a place on, send, then move the place.

Order of writes, and what a crash after each leaves::

    read entries under the last signed head    nothing
    send, close, wait for the other end        sent and not noted: sent again at the next start (at least once)
    replace(position)                          nothing to repair

Syslog has no word for "received". What stands in for it is the end of the TLS connection: the place moves only after
the repository has read our closing alert and closed too; a connection that breaks moves nothing. UDP tells nothing at
all: what is lost there is lost.
"""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from ecluse.core.errors import BadInputError, BrokenWorldError
from ecluse.core.home import Audit
from ecluse.respond.audit_out.atna import counted, syslog
from ecluse.respond.audit_out.balp import Site
from ecluse.safe.entry import Entry
from ecluse.safe.files import replace
from ecluse.safe.notes import Verifier, open_head
from ecluse.safe.trace_reader import entries_from

BATCH = 5000
SECONDS = 10.0
TLS_PORT, UDP_PORT = 6514, 514
LONGEST_DATAGRAM = 65_000

Send = Callable[[bytes], None]


class Position(msgspec.Struct, frozen=True):
    """Where sending goes on: ``next`` is the sequence of the first entry not yet sent to ``to``."""

    to: str
    next: int


def position(file: Path, to: str) -> int:
    """Return where to go on; a file that is not one, or is of another repository, begins at the beginning."""
    with suppress(OSError, msgspec.MsgspecError):
        found = msgspec.json.decode(file.read_bytes(), type=Position)
        if found.to == to and found.next >= 0:
            return found.next
    return 0


def signed_size(safe: Path) -> int:
    """Return how many entries the last signed head covers."""
    verifier = Verifier.of((safe / "key.vkey").read_text(encoding="utf-8"))
    return open_head((safe / "checkpoint").read_text(encoding="utf-8"), verifier).size


def send_new(safe: Path, file: Path, audit: Audit, site: Site) -> int:
    """Send every entry that is signed and was not sent; return how many.

    Raises:
        BadInputError: no repository is set, or its address is not one.
        BrokenWorldError: it cannot be reached; nothing is skipped, call again.
    """
    first, size, sent = position(file, audit.syslog), signed_size(safe), 0
    if first >= size:
        checked(audit.syslog)
        return 0
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        for batch in batches(entries_from(safe, first, size)):
            with opened(audit) as (send, stream):
                for entry in batch:
                    send(framed(entry, site, stream=stream))
            sent += len(batch)
            replace(file, msgspec.json.encode(Position(audit.syslog, batch[-1].seq + 1)))
    except OSError as error:
        raise BrokenWorldError(
            f"The audit repository {audit.syslog} does not take messages: {error}.",
            f"{sent} were sent; the rest is sent when it answers again.",
        ) from error
    return sent


def framed(entry: Entry, site: Site, *, stream: bool) -> bytes:
    """Return what goes on the wire."""
    line = syslog(entry, site)
    return counted(line) if stream else line[:LONGEST_DATAGRAM]


def batches(found: Iterator[Entry]) -> Iterator[list[Entry]]:
    """Cut into lists of at most ``BATCH``."""
    batch: list[Entry] = []
    for entry in found:
        batch.append(entry)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def checked(address: str) -> tuple[str, str, int]:
    """Return scheme, host and port of a repository.

    Raises:
        BadInputError: it is not an address.
    """
    parts = urlsplit(address)
    if parts.scheme not in {"tls", "udp"} or not parts.hostname:
        raise BadInputError(
            f"{address!r} is not an audit repository.", 'Write [audit] syslog = "tls://host:6514" in ecluse.toml.'
        )
    return parts.scheme, parts.hostname, parts.port or (TLS_PORT if parts.scheme == "tls" else UDP_PORT)


@contextmanager
def opened(audit: Audit) -> Iterator[tuple[Send, bool]]:
    """Open the way to the repository; yield how to send, and whether it is a stream.

    Raises:
        BadInputError: the address, or a certificate file, is not one.
    """
    scheme, host, port = checked(audit.syslog)
    if scheme == "udp":
        family = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family[0], socket.SOCK_DGRAM) as plain:
            plain.connect(family[4])
            yield plain.sendall, False
        return
    context = tls(audit)
    with (
        socket.create_connection((host, port), timeout=SECONDS) as line,
        context.wrap_socket(line, server_hostname=host) as secured,
    ):
        yield secured.sendall, True
        with suppress(ssl.SSLEOFError):
            secured.unwrap()


def tls(audit: Audit) -> ssl.SSLContext:
    """Return the TLS settings: the repository is always checked; this end shows its certificate where one is set.

    Raises:
        BadInputError: a file cannot be read.
    """
    try:
        context = ssl.create_default_context(cafile=audit.ca or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if audit.certificate:
            context.load_cert_chain(audit.certificate, audit.private_key or None)
    except (OSError, ssl.SSLError) as error:
        raise BadInputError(f"A file of [audit] cannot be used: {error}.", "Name PEM files.") from error
    return context
