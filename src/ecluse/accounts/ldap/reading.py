"""Reading a directory: page by page (RFC 2696), over TLS. ldap3 speaks the protocol."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ldap3 import AUTO_BIND_NONE, NONE, SUBTREE, Connection, Server, Tls
from ldap3.core.exceptions import LDAPException

from ecluse.accounts.bridge import the_home
from ecluse.accounts.federation.provider import on_this_machine
from ecluse.core.errors import BadInputError, BrokenWorldError
from ecluse.core.identity import Directory

TIMEOUT_S = 20


class Entry(NamedTuple):
    """One entry: its name in the directory, and the texts of each attribute in small letters."""

    dn: str
    values: dict[str, list[str]]


def entries(directory: Directory) -> Iterator[Entry]:
    """Yield the entries that the filter finds.

    Raises:
        BadInputError: the settings would send passwords in clear.
        BrokenWorldError: the directory does not answer, or not to us.
    """
    asked = sorted(set(directory.attributes.values()))
    try:
        with bound_to(directory) as line:
            found = line.extend.standard.paged_search(
                directory.base,
                directory.filter,
                search_scope=SUBTREE,
                attributes=asked,
                paged_size=directory.page,
                generator=True,
            )
            for one in found:
                if one.get("type") == "searchResEntry":
                    yield Entry(one["dn"], texts(one["attributes"]))
    except LDAPException as error:
        raise BrokenWorldError("The directory cannot be read.", "Check [directory]: url, base, bind_dn.") from error


@contextmanager
def bound_to(directory: Directory) -> Iterator[Connection]:
    """Give a connection, and end it."""
    line = connection(directory)
    try:
        yield line
    finally:
        line.unbind()


def connection(directory: Directory) -> Connection:
    """Return a connection that is protected and bound.

    Raises:
        BadInputError, BrokenWorldError: see :func:`entries`.
    """
    parts = urlsplit(directory.url)
    local = on_this_machine(parts.hostname or "")
    if parts.scheme not in {"ldap", "ldaps"}:
        raise BadInputError("A directory is named by ldaps:// or ldap://.", "Mend url in [directory].")
    if parts.scheme == "ldap" and not directory.start_tls and not local:
        raise BadInputError("This directory would be asked in clear.", "Use ldaps://, or start_tls = true.")
    tls = Tls(
        validate=ssl.CERT_REQUIRED,
        version=ssl.PROTOCOL_TLS_CLIENT,
        ca_certs_file=directory.ca_file or None,
        sni=parts.hostname,
    )
    server = Server(directory.url, tls=tls, get_info=NONE, connect_timeout=TIMEOUT_S)
    line = Connection(
        server,
        user=directory.bind_dn or None,
        password=password(directory),
        auto_bind=AUTO_BIND_NONE,
        read_only=True,
        raise_exceptions=True,
        receive_timeout=TIMEOUT_S,
    )
    try:
        line.open()
        if parts.scheme == "ldap" and directory.start_tls:
            line.start_tls()
        line.bind()
    except LDAPException:
        line.unbind()
        raise
    return line


def password(directory: Directory) -> str | None:
    """Return the password of ``bind_dn`` from its file.

    Raises:
        BrokenWorldError: it cannot be read.
    """
    if not directory.bind_dn:
        return None
    file = Path(the_home().path / directory.password_file)
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BrokenWorldError(
            "The directory's password cannot be read.", "See password_file in [directory]."
        ) from error


def texts(attributes: Any) -> dict[str, list[str]]:  # noqa: ANN401 - ldap3 has no types
    """Return attributes as lists of texts, their names in small letters."""
    found: dict[str, list[str]] = {}
    for name, value in dict(attributes).items():
        values = value if isinstance(value, list) else [value]
        found[str(name).lower()] = [text_of(one) for one in values if one not in (None, b"", "")]
    return found


def text_of(value: object) -> str:
    """Return one value as text."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
