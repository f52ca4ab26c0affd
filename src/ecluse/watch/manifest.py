"""What a lake has read: ``files.jsonl``, one line a file. A line is the one moment at which a file counts."""

import json
import os
from datetime import date
from pathlib import Path

import msgspec

from ecluse.core.errors import BrokenWorldError


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file.

    ``repeated`` accesses and signs were in the lake already, ``old`` ones lie before its retention; ``again`` says that
    the very bytes had been read before.
    """

    digest: str
    path: str = ""
    again: bool = False
    accesses: int = 0
    signs: int = 0
    staff: int = 0
    patients: int = 0
    care: int = 0
    integrity: int = 0
    repeated: int = 0
    old: int = 0
    first_day: date | None = None
    last_day: date | None = None


class Manifest:
    """The lines of ``files.jsonl``, in the order of reading. A torn last line is a file that never counted."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.files: dict[str, Added] = {}
        self._whole = 0
        self.reload()

    def reload(self) -> None:
        """Read the lines again.

        Raises:
            BrokenWorldError: a whole line cannot be read.
        """
        found = self._path.read_bytes() if self._path.exists() else b""
        whole = found[: found.rfind(b"\n") + 1]
        try:
            read = [msgspec.json.decode(line, type=Added) for line in whole.splitlines()]
        except msgspec.DecodeError as error:
            raise BrokenWorldError(f"{self._path} is damaged: {error}.", "Remove the lake and read again.") from error
        self.files = {one.digest: one for one in read}
        self._whole = len(whole)

    def places(self) -> dict[str, int]:
        """Return the place of each digest in the order of reading."""
        return {digest: place for place, digest in enumerate(self.files)}

    def append(self, added: Added) -> None:
        """Write one line, durably, in the place of one that was torn."""
        line = msgspec.json.encode(added) + b"\n"
        with self._path.open("ab") as file:
            file.truncate(self._whole)
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        self._whole += len(line)
        self.files[added.digest] = added


def write_whole(path: Path, value: object) -> None:
    """Write ``value`` as JSON: a reader sees the old file or the new one."""
    new = path.with_suffix(".new")
    with new.open("w", encoding="utf-8") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
