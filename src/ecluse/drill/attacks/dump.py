"""Dump, backup, replica: the bytes of the database, of its journal and of the trace, without the safe's key."""

import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec

from ecluse.core.throwaway import postgres_program
from ecluse.drill.attacks.base import DISK, Attack, Offline, Story
from ecluse.drill.live.heist import Heist

CHUNK = 4 << 20
OVERLAP = 4096
KEY = "master.key"
HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){6,}")


class Knobs(msgspec.Struct, frozen=True):
    """``trace``: the trace, the witnessed head and the settings are stolen too."""

    trace: bool = True


STORY = Story(
    9,
    "dump",
    "The database, its journal, a backup, a replica",
    "Somebody who keeps the machines copies the files of the database, takes a backup as the database makes one, and "
    "the trace besides: everything but the safe's key. Then every byte is searched for every patient, however written.",
    "0 readable: sealed patient by patient, searched by keyed tokens; the key lies in the safe alone.",
)


def steal(heist: Heist, knobs: Knobs) -> None:
    """Copy everything, then read it."""
    heist.begin()
    loot = heist.home.parent / f"{heist.home.name}-loot"
    loot.mkdir()
    try:
        backup(heist, loot)
        if knobs.trace:
            shutil.copytree(heist.home, loot / "home", ignore=shutil.ignore_patterns(KEY, "run", "secrets"))
        files = [file for file in sorted(loot.rglob("*")) if file.is_file()]
        heist.proofs |= {"files": len(files), "bytes": sum(file.stat().st_size for file in files)}
        for file in files:
            for piece in chunks(file):
                heist.haul.take(piece, file.name)
                heist.haul.take(unhexed(piece), file.name)
    finally:
        shutil.rmtree(loot)


def backup(heist: Heist, folder: Path) -> None:
    """Take a backup as the database itself makes one, in clear and packed."""
    if not heist.site.copy.database:
        with sqlite3.connect(heist.home / "db.sqlite3") as live, sqlite3.connect(folder / "backup.sqlite3") as copy:
            live.backup(copy)
            (folder / "dump.sql").write_text("\n".join(live.iterdump()), encoding="utf-8")
        return
    dump = [str(postgres_program("pg_dump")), "--dbname", heist.site.copy.database, "--file", str(folder / "dump.sql")]
    subprocess.run(dump, check=True, capture_output=True)


def chunks(file: Path) -> Iterator[bytes]:
    """Yield the bytes of a file in pieces that overlap, so that nothing is cut in two."""
    rest = b""
    with file.open("rb") as stolen:
        while piece := stolen.read(CHUNK):
            yield rest + piece
            rest = piece[-OVERLAP:]


def unhexed(piece: bytes) -> bytes:
    """Return what stands in hexadecimal in a piece, as dumps write columns of bytes."""
    return b"\n".join(bytes.fromhex(run.decode("ascii")) for run in HEX.findall(piece))


ATTACK = Attack(
    STORY, Knobs(), steal, (DISK,), Offline(why="copying files leaves no line in any access log"), alone=True
)  # fmt: skip
