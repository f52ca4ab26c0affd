"""``ecluse serve``: the safe, the web server and the watch as supervised children, started and stopped in order.

1. The web server starts only when the safe answers; it is stopped before the safe.
2. A child that ends is started again, later each time it fails soon; one that keeps failing ends everything, but for
   the watch: the record serves on without it, and says so.
3. Nothing outlives this process, nor do the workers outlive theirs: the kernel ends the children if it is killed.
4. SIGTERM and SIGINT stop cleanly, while starting too: answers under way are finished, the trace is closed.
"""

import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ecluse.cli import child
from ecluse.core.errors import BrokenWorldError, Exit
from ecluse.core.home import Home, load
from ecluse.core.processes import Stop, StoppedError

app = typer.Typer()
TICK_S = 0.2
STEADY_AFTER_S = 60.0
MAX_FAILURES = 6
LONGEST_PAUSE_S = 10.0
WEB_WITHIN_S = 60.0
FINAL = frozenset({Exit.BROKEN_WORLD, Exit.BAD_INPUT, Exit.USAGE})


class Supervised:
    """One child: how to start it, and how often it has failed lately."""

    def __init__(self, name: str, arguments: list[str], home: Path, *, vital: bool = True) -> None:
        self.name = name
        self.arguments = arguments
        self.home = home
        self.vital = vital
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.failures = 0
        self.again_at = 0.0

    def start(self) -> subprocess.Popen[bytes]:
        """Start it."""
        self.started = time.monotonic()
        self.process = child.start(self.arguments, self.home)
        return self.process

    def look(self, now: float) -> None:
        """Start it again when it has ended, after a pause that doubles with each failure in a row.

        Raises:
            BrokenWorldError: it keeps failing, or says itself that starting again is no use.
        """
        if self.process is None:
            if now >= self.again_at:
                self.start()
            return
        status = self.process.poll()
        if status is None:
            return
        self.failures = 1 if now - self.started > STEADY_AFTER_S else self.failures + 1
        if self.vital and (self.failures >= MAX_FAILURES or status in FINAL):
            raise BrokenWorldError(f"The {self.name} ended with status {status}.", "Its own words are above.")
        self.process = None
        self.again_at = now + min(LONGEST_PAUSE_S, 0.1 * 2 ** min(self.failures, MAX_FAILURES + 1))

    def stop(self) -> None:
        """Stop it."""
        if self.process is not None:
            child.stop(self.process)
            self.process = None


def serve_home(home: Home, address: str, port: int, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT; call ``ready`` once pages can be asked for.

    Raises:
        BrokenWorldError: the port is taken, another safe runs here, or a child keeps failing.
    """
    stop = Stop()
    free(address, port)
    if child.answers(home.socket) is not None:
        raise BrokenWorldError("A safe runs here already.", "Stop the other `ecluse serve` of this home folder.")
    safe = Supervised("safe", ["ecluse.safe", "serve"], home.path)
    web = Supervised("web server", ["ecluse.cli.workers", address, str(port)], home.path)
    watch = Supervised("watch", ["ecluse.respond", "live"], home.path, vital=False)
    try:
        child.wait_for(safe.start(), home.socket, stop.sleep)
        wait_for_web(web.start(), address, port, stop.sleep)
        ready()
        watch.start()
        while True:
            stop.sleep(TICK_S)
            now = time.monotonic()
            safe.look(now)
            web.look(now)
            watch.look(now)
    except StoppedError:
        return
    finally:
        watch.stop()
        web.stop()
        safe.stop()


def free(address: str, port: int) -> None:
    """See that nobody serves there yet.

    Raises:
        BrokenWorldError: the port is taken, or is not ours to take.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise BrokenWorldError(f"Cannot serve on port {port}: {error.strerror}.", "Pass --port.") from error


def wait_for_web(
    web: subprocess.Popen[bytes], address: str, port: int, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Wait until the web server accepts connections; ``sleep`` may raise what ends the waiting.

    Raises:
        BrokenWorldError: it ended, or did not in time.
    """
    deadline = time.monotonic() + WEB_WITHIN_S
    while time.monotonic() < deadline and web.poll() is None:
        try:
            socket.create_connection((address, port), timeout=1).close()
        except OSError:
            sleep(TICK_S)
        else:
            return
    what = "did not answer in time" if web.poll() is None else f"ended with status {web.returncode}"
    raise BrokenWorldError(f"The web server {what}.", "Its own words are above.")


@app.command()
def serve(
    port: Annotated[int | None, typer.Option(help="Port (default: the settings').")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on (default: the settings').")] = None,
) -> None:
    """Serve the record over the web, with its safe and its watch as supervised children. Ctrl-C stops all.

    Example: ecluse serve --home /srv/ecluse
    """
    home = load()
    site = home.settings.site
    address, number = host or site.address, port or site.port
    console = Console(stderr=True, highlight=False)
    scheme = "https" if site.https and not site.behind_proxy else "http"
    name = "localhost" if address in {"127.0.0.1", "::1"} else address

    def ready() -> None:
        console.print(f"{site.name} is open at {scheme}://{name}:{number}/  (Ctrl-C stops it)", markup=False)

    serve_home(home, address, number, ready)
