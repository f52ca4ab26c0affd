"""Reading one file with its reader: the tally, and the error of a log that is mostly unreadable."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa

from ecluse.core.errors import BadInputError
from ecluse.core.events import Event
from ecluse.sources.base import Context, Reader, Reject, Tally
from ecluse.sources.opening import UNPACKING, unreadable

TOO_MANY = 0.5


def read(reader: Reader, path: Path, tally: Tally, context: Context) -> Iterator[Event | pa.RecordBatch]:
    """Yield what ``reader`` makes of ``path``; at the end, judge the whole.

    Raises:
        BadInputError: most of the lines could not be read, or the file breaks off: nothing of it must then be kept.
    """
    try:
        yield from reader.read(path, tally, context)
    except UNPACKING as error:
        raise unreadable(path, error) from error
    judge(reader, path, tally)


def judge(reader: Reader, path: Path, tally: Tally) -> None:
    """Refuse a file of which most lines were rejected.

    Raises:
        BadInputError: they were; it names the file, the numbers and what to do.
    """
    tried = tally.lines - tally.skipped.total()
    if tally.rejected > TOO_MANY * max(tried, 1):
        raise BadInputError(
            f"{path} is mostly unreadable: {tally.rejected} of {tried} lines are not {reader.STORY.title}.",
            "See the reasons in the rejects file, leave the file out, or describe it with a mapping "
            "(`ecluse sources guess FILE > map.toml`, then --map map.toml).",
        )


def events(reader: Reader, path: Path, keep: Callable[[Reject], None] = lambda _: None) -> list[Event | pa.RecordBatch]:
    """Return all that ``reader`` makes of a small file: for tests and trials."""
    return list(read(reader, path, Tally(keep), Context(siblings=(path,))))
