"""``ecluse sources listen``: receive audit messages (ATNA) into a file that ``ecluse scan`` reads."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ecluse.core.errors import BadInputError
from ecluse.sources.atna_listener import Ports, Tls, listen

Pem = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, readable=True, help="PEM file.")]


def listen_command(
    into: Annotated[Path, typer.Option(help="File to append to; `ecluse scan` reads it at any time.")],
    udp: Annotated[int | None, typer.Option(min=0, max=65535, help="Port for syslog over UDP (RFC 5426).")] = None,
    tls: Annotated[int | None, typer.Option(min=0, max=65535, help="Port for syslog over TLS (RFC 5425).")] = None,
    cert: Pem = None,
    key: Pem = None,
    client_ca: Pem = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Receive audit messages until stopped (Ctrl-C, SIGTERM); what is no audit message goes to FILE.rejects.jsonl.

    With --client-ca only senders with a certificate signed by it are served. Over UDP anybody who reaches the port can
    write: keep it on this machine. Example: ecluse sources listen --tls 6514 --cert server.pem --key server.key --into
    atna.log
    """
    console = Console(stderr=True, highlight=False)
    if tls is not None and (cert is None or key is None):
        raise BadInputError("TLS needs a certificate.", "Name --cert and --key, PEM files.")

    def ready(ports: Ports) -> None:
        told = [f"{name} {port}" for name, port in (("UDP", ports.udp), ("TLS", ports.tls)) if port]
        console.print(f"Listening on {host}, {' and '.join(told)}, into {into}.", markup=False)

    secured = Tls(tls, cert, key, client_ca) if tls is not None and cert is not None and key is not None else None
    spool = listen(into, host=host, udp=udp, tls=secured, ready=ready)
    lost = f", {spool.lost} lost for want of room" if spool.lost else ""
    console.print(f"{spool.written} messages written, {spool.rejected} rejected{lost}.", markup=False)
