"""Many small files of the lake made one: which files of a folder count, and the file that stands for the first of them.

A lake that is fed all day gets a file each time. ``merged.json`` in a folder says that one file holds what the first
``read`` files of the manifest had put there; of those that came later each counts for itself.

Order of writes, and what a crash after each leaves: 1. the merged file is durable under a name that does not count;
2. ``merged.json`` names it, in one rename: now it counts, and those it stands for do not; 3. the next merging removes
them, so that whoever opened the lake before it may read on.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from ecluse.core.errors import BrokenWorldError
from ecluse.watch import settle
from ecluse.watch.manifest import write_whole

NAMED = "merged.json"
PREFIX = "merged-"  # no digest holds a dash
EACH_COUNTS = frozenset({"accesses", "signs"})  # two rows alike are two events
ORDER = "ORDER BY account, ts"


class Merged(msgspec.Struct, frozen=True):
    """``merged.json``: the file, and how many of the manifest's files it stands for."""

    file: str = ""
    read: int = 0


def merged_in(folder: Path) -> Merged:
    """Return what a folder says of itself.

    Raises:
        BrokenWorldError: ``merged.json`` is damaged.
    """
    file = folder / NAMED
    if not file.exists():
        return Merged()
    try:
        return msgspec.json.decode(file.read_bytes(), type=Merged)
    except msgspec.DecodeError as error:
        raise BrokenWorldError(f"{file} is damaged: {error}.", "Remove the lake and read again.") from error


def counting(folder: Path, places: Mapping[str, int]) -> list[Path]:
    """Return the files of ``folder`` that count, in the order of reading; ``places``: digest → place there."""
    told = merged_in(folder)
    later = [path for path in folder.glob("*.parquet") if places.get(path.stem, -1) >= told.read]
    first = [folder / told.file] if told.file and (folder / told.file).exists() else []
    return first + sorted(later, key=lambda path: places[path.stem])


def superseded(folder: Path, places: Mapping[str, int]) -> list[Path]:
    """Return the files that an earlier merging has replaced, or that a broken one has left."""
    told = merged_in(folder)
    return [
        path
        for path in folder.glob("*.parquet")
        if (path.name.startswith(PREFIX) and path.name != told.file) or places.get(path.stem, told.read) < told.read
    ]


def merge(connection: duckdb.DuckDBPyConnection, kind: str, files: Sequence[Path], target: Path) -> None:
    """Write the rows of ``files``, in this order, to ``target``, durably; of equal rows the last, but for events."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if kind in EACH_COUNTS:
        settle.joined(connection, files, ORDER, target)
    else:
        pq.write_table(last_of_each(pa.concat_tables([pq.read_table(path) for path in files])), target)
    with target.open("rb") as written:
        os.fsync(written.fileno())


def last_of_each(rows: pa.Table) -> pa.Table:
    """Return each different row once, where it stood last: the row told last stays the last of its account."""
    numbered = rows.append_column("place", pa.array(range(rows.num_rows), pa.int64()))
    last = numbered.group_by(rows.column_names).aggregate([("place", "max")])["place_max"]
    return rows.take(last.combine_chunks().sort())


def put(folder: Path, made: Path, read: int) -> None:
    """Let ``made`` stand for what the first ``read`` files of the manifest had put into ``folder``."""
    name = f"{PREFIX}{read}.parquet"
    made.rename(folder / name)
    write_whole(folder / NAMED, msgspec.to_builtins(Merged(name, read)))
