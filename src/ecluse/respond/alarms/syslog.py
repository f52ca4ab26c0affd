"""Syslog: RFC 5424 over UDP (RFC 5426), TCP (RFC 6587, octets counted), TLS (RFC 5425) or a local socket."""

import contextlib
import os
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from ecluse.core.errors import BadInputError
from ecluse.core.home import Home
from ecluse.respond.alarms.base import TIMEOUT_S, NotTakenError, Sent

FACILITY = 10  # security and authorisation
SEVERITY = 1  # alert: action must be taken immediately
DATA = "ecluse@32473"  # 32473: the enterprise number kept for examples (RFC 5612)
PORTS = {"udp": 514, "tcp": 601, "tls": 6514}
FIELDS = ("case", "kind", "account", "profession", "patients", "gravity")


def send(home: Home, sent: Sent) -> None:
    """Send one message. UDP and local sockets give no receipt: sent is taken.

    Raises:
        NotTakenError: nobody listens.
        BadInputError: the address cannot be used.
    """
    settings = home.settings.alarms.syslog
    if settings is None:
        raise BadInputError("There is no [alarms.syslog].", "Add it to ecluse.toml.")
    line = formatted(sent).encode()
    try:
        with connection(settings.address, settings.authority) as (link, counted):
            link.sendall(b"%d %s" % (len(line), line) if counted else line)
    except OSError as error:
        raise NotTakenError(type(error).__name__) from error


@contextlib.contextmanager
def connection(address: str, authority: str) -> Iterator[tuple[socket.socket, bool]]:
    """Open the way to ``address``; say whether octets are counted there.

    Raises:
        BadInputError: no such scheme, or no host.
    """
    parts = urlsplit(address)
    if parts.scheme == "unix" and parts.path:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as link:
            link.settimeout(TIMEOUT_S)
            link.connect(parts.path)
            yield link, False
        return
    if parts.scheme not in PORTS or not parts.hostname:
        raise BadInputError(f"{address!r} is no address of a syslog.", "Write udp://, tcp://, tls:// or unix://.")
    place = (parts.hostname, parts.port or PORTS[parts.scheme])
    if parts.scheme == "udp":
        family, *_, where = socket.getaddrinfo(*place, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, socket.SOCK_DGRAM) as link:
            link.connect(where)
            yield link, False
        return
    with socket.create_connection(place, timeout=TIMEOUT_S) as plain:
        if parts.scheme == "tcp":
            yield plain, True
            return
        trusted = ssl.create_default_context(cafile=authority or None)
        with trusted.wrap_socket(plain, server_hostname=parts.hostname) as link:
            yield link, True


def formatted(sent: Sent) -> str:
    """Return one message of RFC 5424; values are escaped as its section 6.3.3 says."""
    at = datetime.fromtimestamp(sent.at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    fields = " ".join(f'{name}="{escaped(str(sent.message.get(name, "")))}"' for name in FIELDS)
    host = socket.gethostname() or "-"
    head = f"<{FACILITY * 8 + SEVERITY}>1 {at} {host} ecluse {os.getpid()} {sent.message.get('type', '-')}"
    return f"{head} [{DATA} {fields}] Case {sent.message.get('case', '')} opened or grew."


def escaped(value: str) -> str:
    """Escape a value of structured data, without control characters."""
    plain = "".join(letter for letter in value if letter.isprintable())
    return plain.replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")
