"""``ecluse safe serve``, without the command line: open, serve, stop."""

import os
import sys
import time
from pathlib import Path

from ecluse.core.words import Action, Decision
from ecluse.safe.entry import SAFE
from ecluse.safe.opening import open_desk, take
from ecluse.safe.server import Server
from ecluse.safe.trace import UnwritableError


def serve(folder: Path, socket_path: Path, *, passphrase: bytes | None = None, leash: bool = False) -> None:
    """Serve the safe in ``folder`` on ``socket_path`` until told to stop.

    With ``leash``, the end of standard input is a stop too: a supervisor that dies takes the safe with it.
    """
    owner = take(folder)
    desk = open_desk(folder, passphrase)
    server = Server(desk, socket_path, sys.stdin.fileno() if leash else None)
    try:
        server.run()
        desk.tick(time.time())
        desk.write(Action.STOP, Decision.ALLOW, "stop", account=SAFE)
        desk.trace.commit()
        desk.trace.write_tiles()
        desk.trace.sign_if_due(now=True)
    except UnwritableError:
        sys.stderr.write("The trace cannot be written; stopped without a last entry.\n")
    finally:
        desk.trace.close()
        os.close(owner)
