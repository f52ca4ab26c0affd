"""Where the lake of a scan lies: the one named by --lake and kept growing, or one made anew for each scan."""

import os
import shutil
import tempfile
from pathlib import Path

import msgspec

from ecluse.core.errors import BadInputError, BrokenWorldError
from ecluse.watch.lake import About, Lake

DEFAULT = "ecluse-lake"
ANEW = "made-anew-by-each-scan"
TELLS = "lake.json"
ZONE = "Europe/Paris"


def folder_of(named: Path | None) -> Path:
    """Return the folder of the lake: ``named``, else below ``ECLUSE_HOME``, else here, else in the temporary folder."""
    if named is not None:
        return named.absolute()
    home = os.environ.get("ECLUSE_HOME", "")
    place = Path(home).absolute() if home else Path.cwd()
    if os.access(place, os.W_OK):
        return place / DEFAULT
    return Path(tempfile.gettempdir()) / f"{DEFAULT}-{os.getuid()}"


def open_anew(named: Path | None, zone: str) -> Lake:
    """Return the lake for a scan: the named one as it is, else an empty one.

    Raises:
        BadInputError: what lies there is no lake, or one that somebody keeps.
        BrokenWorldError: it cannot be made.
    """
    folder = folder_of(named)
    _check(folder, kept=named is not None)
    mark = folder / ANEW
    try:
        if named is None:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            mark.touch()
        else:
            mark.unlink(missing_ok=True)
    except OSError as error:
        raise BrokenWorldError(f"{folder} cannot be made: {error}.", "Name another folder with --lake.") from error
    return Lake(folder, zone)


def open_old(named: Path | None) -> Lake:
    """Return the lake of an earlier scan.

    Raises:
        BadInputError: there is none.
    """
    folder = folder_of(named)
    if not (folder / TELLS).is_file():
        raise BadInputError(f"{folder} holds no lake.", "Run `ecluse scan` first, or name its lake with --lake.")
    return Lake(folder, zone_of(folder))


def zone_of(folder: Path) -> str:
    """Return the time zone that the lake in ``folder`` was made for; the usual one when it is none yet."""
    file = folder / TELLS
    try:
        return msgspec.json.decode(file.read_bytes(), type=About).zone if file.is_file() else ZONE
    except msgspec.DecodeError:
        return ZONE


def _check(folder: Path, *, kept: bool) -> None:
    if folder.is_file():
        raise BadInputError(f"{folder} is a file.", "Name a folder with --lake.")
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not kept and not (folder / ANEW).exists():
        raise BadInputError(f"{folder} is not a lake made by an earlier scan.", "Name it, or another, with --lake.")
    if kept and not (folder / TELLS).is_file():
        raise BadInputError(f"{folder} is not a lake.", "Name an empty folder with --lake.")
