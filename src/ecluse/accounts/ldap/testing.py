"""An LDAP server on this machine, for tests: ldaptor's, over an LDIF file, with StartTLS. A process of its own.

Needs the development requirements (ldaptor). ``python -m ecluse.accounts.ldap.testing FILE.ldif CERT.pem KEY.pem``
prints its port.
"""

import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from ldaptor.inmemory import fromLDIFFile
from ldaptor.interfaces import IConnectedLDAPEntry
from ldaptor.protocols.ldap.ldapserver import LDAPServer
from ldaptor.protocols.pureldap import LDAPStartTLSRequest, LDAPStartTLSResponse
from twisted.internet import reactor
from twisted.internet.protocol import ServerFactory
from twisted.internet.ssl import DefaultOpenSSLContextFactory
from twisted.python.components import registerAdapter


class WithTls(LDAPServer):  # type: ignore[misc]
    """The library's server, and StartTLS (RFC 4511, section 4.14), which it lacks."""

    def extendedRequest_StartTLS(self, _data: object, reply: Callable[[object], None]) -> None:  # noqa: N802
        """Say yes, then speak TLS."""
        reply(LDAPStartTLSResponse(resultCode=0))
        self.transport.startTLS(self.factory.options)

    extendedRequest_StartTLS.oid = LDAPStartTLSRequest.oid  # type: ignore[attr-defined]


class Factory(ServerFactory):
    """Makes a protocol for each connection; ``options`` is the TLS context of StartTLS."""

    protocol = WithTls

    def __init__(self, root: object, options: object) -> None:
        self.root = root
        self.options = options


def serve(ldif: Path, certificate: str, key: str) -> None:
    """Serve until killed."""
    engine: Any = reactor
    registerAdapter(lambda factory: factory.root, Factory, IConnectedLDAPEntry)  # type: ignore[no-untyped-call]
    tls = DefaultOpenSSLContextFactory(key, certificate)  # type: ignore[no-untyped-call]

    def ready(root: object) -> None:
        port = engine.listenTCP(0, Factory(root, tls), interface="127.0.0.1")
        sys.stdout.write(f"{port.getHost().port}\n")
        sys.stdout.flush()

    fromLDIFFile(BytesIO(ldif.read_bytes())).addCallback(ready)
    engine.run()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
