"""Finding out what each file is, by its content: every reader is asked how sure it is, the surest reads."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from ecluse.core.errors import BadInputError
from ecluse.sources.base import Reader
from ecluse.sources.opening import head
from ecluse.sources.readers import every

SURE_ENOUGH = 20
LAKE = "lake.json"  # lies in every lake
LEAST = {"staff": 60}  # a column of logins alone makes no staff list of a log


class Found(msgspec.Struct, frozen=True):
    """A file and the reader that knows it; or, with no reader, ``why`` nobody reads it.

    ``named`` says that the user named this very file, not a folder around it.
    """

    path: Path
    named: bool
    reader: Reader | None = None
    score: int = 0
    why: str = ""


def walk(paths: Iterable[Path]) -> Iterator[tuple[Path, bool]]:
    """Yield (file, named) for each of ``paths``, and for every file under those that are folders, in order, once.

    Hidden files, links that lead out of a folder and the lakes of earlier scans are left alone.

    Raises:
        BadInputError: a path does not exist.
    """
    seen: set[Path] = set()
    for path in paths:
        if not path.exists():
            raise BadInputError(f"There is no {path}.", "Name log files, or folders that hold them.")
        for file, named in [(path, True)] if path.is_file() else [(one, False) for one in _under(path)]:
            if (real := file.resolve()) not in seen:
                seen.add(real)
                yield file, named


def _under(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and not Path(place, name, LAKE).exists()
        )
        for name in sorted(files):
            file = Path(place, name)
            if not name.startswith(".") and file.is_file() and not file.is_symlink():
                yield file


def detect(path: Path, readers: Sequence[Reader], *, named: bool = True, least: Mapping[str, int] = LEAST) -> Found:
    """Ask each of ``readers`` about ``path``; the surest wins, the first of equals. ``least`` bars the unsure.

    A file that cannot be opened is a ``Found`` without reader, with the reason.
    """
    try:
        start = head(path)
    except BadInputError as error:
        return Found(path, named, why=f"{error.message} {error.next_step}")
    if not start.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        return Found(path, named, why="It is empty.")
    scores = [(reader, reader.sniff(path, start)) for reader in readers]
    sure = [(one, score) for one, score in scores if score >= least.get(one.STORY.name, SURE_ENOUGH)]
    best, score = max(sure, key=lambda pair: pair[1], default=(None, 0))
    if best is None:
        return Found(path, named, why="No reader knows this format.")
    return Found(path, named, best, score)


def find(paths: Iterable[Path], readers: Sequence[Reader] | None = None) -> list[Found]:
    """Return what each file under ``paths`` is, in order.

    Raises:
        BadInputError: a path does not exist, or nothing lies there.
    """
    asked = every() if readers is None else readers
    found = [detect(path, asked, named=named) for path, named in walk(paths)]
    if not found:
        raise BadInputError("There is no file in the folders named.", "Name log files, or folders that hold them.")
    return found
