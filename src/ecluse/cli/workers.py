"""The web server: granian, some worker processes of a few threads each. ``ecluse serve`` runs this as its second child.

1. It refuses to start on a Critical finding of :mod:`ecluse.web.checks`, with an exit code that is not retried.
2. No worker outlives it, whatever either was doing: the kernel kills them.
"""

import importlib
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import django
import msgspec
from django.core.checks import CRITICAL
from django.utils.translation import override
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from ecluse.core.errors import Exit
from ecluse.core.home import Home, load
from ecluse.core.processes import end_with

TARGET = "ecluse.cli.worker_app"
BACKLOG = 1024
KILL_AFTER_S = 10


def listening(home: Home, address: str, port: str) -> Home:
    """Return ``home`` with the address and port of the command line instead of the settings'."""
    site = msgspec.structs.replace(home.settings.site, address=address, port=int(port))
    return msgspec.structs.replace(home, settings=msgspec.structs.replace(home.settings, site=site))


def dangerous(home: Home) -> list[str]:
    """Return the Critical findings, in words."""
    with override("en"):
        findings = importlib.import_module("ecluse.web.checks").run(home)
    return [f"{found.id} {found.msg} {found.hint or ''}".strip() for found in findings if found.level >= CRITICAL]


def server(home: Home) -> MPServer:
    """Return the server as the settings describe it."""
    site = home.settings.site
    own_tls = site.https and not site.behind_proxy
    return MPServer(
        TARGET,
        address=site.address,
        port=site.port,
        interface=Interfaces.WSGI,
        workers=site.workers,
        blocking_threads=site.threads,
        backlog=BACKLOG,
        websockets=False,
        log_access=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_AFTER_S,
        ssl_cert=Path(site.certificate) if own_tls else None,
        ssl_key=Path(site.private_key) if own_tls else None,
    )


def serve(web: MPServer, target: str) -> None:
    """Serve ``application`` of the module ``target`` until told to stop; no worker outlives this process."""
    web.serve(target_loader=partial(application, target, os.getpid()), wrap_loader=False)


def application(target: str, parent: int) -> Callable[..., object]:
    """Load what a worker serves, in the worker, once it is tied to ``parent``.

    It was forked with its parent's own answer to SIGTERM, which would only note here that somebody asked.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    end_with(parent, signal.SIGKILL)
    loaded: Callable[..., object] = importlib.import_module(target).application
    return loaded


def main() -> int:
    """Check, then serve on the address and port given as arguments, until told to stop."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecluse.web.settings")
    home = listening(load(), *sys.argv[1:])
    django.setup()
    found = dangerous(home)
    for line in found:
        sys.stderr.write(f"{line}\n")
    if found and not home.settings.site.demo:
        return Exit.BROKEN_WORLD
    serve(server(home), TARGET)
    return Exit.OK


if __name__ == "__main__":
    sys.exit(main())
