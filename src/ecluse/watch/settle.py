"""What is new in a staged file: a few days of accesses at a time, so that memory never depends on the file.

**Definition.** Two accesses are the same if they agree in time, account, patient, deed and row, and, when the row is
known (> 0), in the source; when it is unknown (0, or minus the line it stands on), in route, request, session, device
and address. With a known row the same access counts once, in one file or in several. With an unknown row, the lake
holds it as often as the one file that holds it most often. Signs likewise, with act in the place of patient and deed,
and ``by`` and ``detail`` in the place of route and request.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ecluse.watch.schema import ACCESSES

PLACE = 'greatest("row", 0)'  # a row below 0 says where to look, it does not tell events apart
ACCESS_KEY = ("ts", "account", "patient", "deed", PLACE)
ACCESS_KNOWN = ("source",)
ACCESS_UNKNOWN = ("route", "request", "session", "device", "address")
SIGN_KEY = ("ts", "account", "act", PLACE)
SIGN_UNKNOWN = ('"by"', "detail", "session", "device", "address")
Target = Callable[[date], Path]
WRITING = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1"


def span(connection: duckdb.DuckDBPyConnection, staged: Path) -> list[tuple[date, int]]:
    """Return the days of a staged file and their numbers of rows."""
    found = connection.execute(f"SELECT day, count(*) FROM {_files([staged])} GROUP BY day ORDER BY day")  # noqa: S608
    return [(row[0], int(row[1])) for row in found.fetchall()]


def accesses(
    connection: duckdb.DuckDBPyConnection, staged: Path, days: Sequence[date], known: Sequence[Path], target: Target
) -> int:
    """Write the accesses of ``days`` in ``staged`` that no file of ``known`` holds, each day to its target; count them.

    ``days`` follow one another in ``staged``; ``known`` are all files of these days.
    """
    rows = f"{_files([staged])} WHERE day BETWEEN DATE '{days[0]}' AND DATE '{days[-1]}'"
    query = _new(connection, rows, known, _identity_of_access())
    if len(days) == 1:
        return _copy(connection, f"{query} ORDER BY account, ts", target(days[0]))
    found = connection.sql(f"{query} ORDER BY day, account, ts").to_arrow_table().cast(ACCESSES)
    for day, start, stop in _runs(found["day"]):
        path = target(day)
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(found.slice(start, stop - start), path, compression="zstd")
    return int(found.num_rows)


def _runs(days: pa.ChunkedArray) -> Iterator[tuple[date, int, int]]:
    """Yield each day of a sorted column, and from where to where it goes."""
    ends = pc.run_end_encode(days.combine_chunks())
    start = 0
    for day, stop in zip(ends.values.to_pylist(), ends.run_ends.to_pylist(), strict=True):
        yield day, start, stop
        start = stop


def signs(connection: duckdb.DuckDBPyConnection, staged: Path, since: date, known: Sequence[Path], target: Path) -> int:
    """Write the signs from ``since`` on in ``staged`` that no file of ``known`` holds to ``target``; count them."""
    query = _new(connection, f"{_files([staged])} WHERE day >= DATE '{since}'", known, _identity_of_sign())
    return _copy(connection, f"{query} ORDER BY account, ts", target)


def kept(connection: duckdb.DuckDBPyConnection, source: Path, where: str, target: Path) -> int:
    """Write the rows of ``source`` for which ``where`` holds to ``target``; return how many."""
    return _copy(connection, f"SELECT * FROM {_files([source])} WHERE {where}", target)  # noqa: S608


def joined(connection: duckdb.DuckDBPyConnection, sources: Sequence[Path], order: str, target: Path) -> int:
    """Write all rows of ``sources`` to ``target``; return how many."""
    return _copy(connection, f"SELECT * FROM {_files(sources)} {order}", target)  # noqa: S608


def _new(connection: duckdb.DuckDBPyConnection, rows: str, known: Sequence[Path], identity: Sequence[str]) -> str:
    """Return the query for those of ``rows`` that are new."""
    words = ", ".join(identity)
    if not _repeats(connection, rows, known, words):
        return f"SELECT * FROM {rows}"  # noqa: S608
    names = [f"k{place}" for place in range(len(identity))]
    keys = ", ".join(f"{word} AS {name}" for word, name in zip(identity, names, strict=True))
    numbered = (
        f"SELECT *, {keys}, row_number() OVER (PARTITION BY {words} ORDER BY file_row_number) AS copy "  # noqa: S608
        f"FROM {rows.replace(')', ', file_row_number = true)', 1)}"
    )
    held = f"SELECT {keys}, count(*) AS held FROM {_files(known)} GROUP BY ALL" if known else ""  # noqa: S608
    joined = f"LEFT JOIN ({held}) USING ({', '.join(names)})" if known else ""
    have = "coalesce(held, 0)" if known else "0"
    drop = ", ".join([*names, "copy", "file_row_number", *(["held"] if known else [])])
    new = f'CASE WHEN "row" > 0 THEN copy = 1 AND {have} = 0 ELSE copy > {have} END'
    return f"SELECT * EXCLUDE ({drop}) FROM ({numbered}) {joined} WHERE {new}"  # noqa: S608


def _repeats(connection: duckdb.DuckDBPyConnection, rows: str, known: Sequence[Path], words: str) -> bool:
    """Tell whether anything may be there twice; equal hashes may lie, different ones do not."""
    hashed = f"SELECT hash({words}) AS h FROM {rows}"  # noqa: S608
    counted = connection.execute(f"SELECT count(*), count(DISTINCT h) FROM ({hashed})").fetchall()  # noqa: S608
    if counted[0][0] != counted[0][1]:
        return True
    if not known:
        return False
    old = f"SELECT hash({words}) AS h FROM {_files(known)}"  # noqa: S608
    found = connection.execute(f"SELECT 1 FROM ({hashed}) SEMI JOIN ({old}) USING (h) LIMIT 1")  # noqa: S608
    return bool(found.fetchall())


def _copy(connection: duckdb.DuckDBPyConnection, query: str, target: Path) -> int:
    target.parent.mkdir(parents=True, exist_ok=True)
    count = int(connection.execute(f"COPY ({query}) TO {text(target)} ({WRITING})").fetchall()[0][0])
    if not count:
        target.unlink(missing_ok=True)
    return count


def _identity_of_access() -> list[str]:
    known = [f"CASE WHEN \"row\" > 0 THEN {word} ELSE '' END" for word in ACCESS_KNOWN]
    unknown = [f"CASE WHEN \"row\" > 0 THEN '' ELSE {word} END" for word in ACCESS_UNKNOWN]
    return [*ACCESS_KEY, *known, *unknown]


def _identity_of_sign() -> list[str]:
    known = [f"CASE WHEN \"row\" > 0 THEN {word} ELSE '' END" for word in ACCESS_KNOWN]
    unknown = [f"CASE WHEN \"row\" > 0 THEN '' ELSE {word} END" for word in SIGN_UNKNOWN]
    return [*SIGN_KEY, *known, *unknown]


def _files(paths: Sequence[Path]) -> str:
    return f"read_parquet([{', '.join(text(path) for path in paths)}], hive_partitioning = false)"


def text(path: Path) -> str:
    """Return ``path`` as a word of SQL."""
    return "'" + str(path).replace("'", "''") + "'"
