"""The server of the read bench: granian, 2 workers of 8 threads on loopback, which end with it as a site's do."""

import sys

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from ecluse.cli import workers

TARGET = "ecluse.cli.bench_read_site"
WORKERS, THREADS = 2, 8


def main() -> None:
    """Serve on the port given as argument until told to stop."""
    server = MPServer(
        TARGET,
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.WSGI,
        workers=WORKERS,
        blocking_threads=THREADS,
        websockets=False,
        log_access=False,
        log_level=LogLevels.error,
    )
    workers.serve(server, TARGET)


if __name__ == "__main__":
    main()
