"""What of a file could not be read, kept with its reason: one line of JSON each, new at every reading."""

from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import msgspec


class Rejects:
    """Call it with each reject (any msgspec struct, redacted already). No reject, no file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._file: BinaryIO | None = None

    def __call__(self, reject: msgspec.Struct) -> None:
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("wb")
        self._file.write(msgspec.json.encode(reject) + b"\n")
        self.count += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
