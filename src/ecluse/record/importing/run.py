"""One import from end to end: the worker reads, this process writes, rejects go to a file.

Safe to repeat, safe to interrupt.

Promises R3 and R4 (see ``prepare.py`` and ``writer.py``). What is left after ``kill -9``: whole batches, tokens that
the next run merges, and a scratch folder of sealed files whose key is gone, which the next run removes.
"""

import fcntl
import gc
import os
import secrets
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Self

import msgspec

from ecluse.core.errors import BrokenWorldError
from ecluse.core.words import Profession, Purpose
from ecluse.gate import world
from ecluse.record import directory, ins
from ecluse.record.importing import reading
from ecluse.record.importing.prepared import DECODER, Batch, Job, Reject
from ecluse.record.importing.writer import Counts, Writer
from ecluse.safe.protocol import Who

LENGTH = struct.Struct(">I")
BATCH = 400
PIPE = 1 << 20
SET_PIPE_SIZE = 1031
Progress = Callable[[int, Counts], None]


class Plan(msgspec.Struct):
    """What to import, as whom. ``source`` names where ids come from: the same id of two sources is two things."""

    paths: list[Path]
    account: str = "import"
    source: str = ""
    purpose: Purpose = Purpose.OPERATIONS
    decoys: bool = False
    batch: int = BATCH


class Done(msgspec.Struct):
    """How an import went. ``rejects``: the file of what was not taken, empty when all was."""

    counts: Counts
    seconds: float
    rejects: str = ""
    files: int = 0


def service(account: str) -> Who:
    """Return who imports: a service account, at the console of the server."""
    return Who(
        account=account,
        profession=Profession.INTERFACE_SERVICE,
        session=f"import-{secrets.token_hex(8)}",
        amr=("token",),
        workstation="console",
    )


def run(plan: Plan, progress: Progress | None = None) -> Done:
    """Import.

    Raises:
        BadInputError: a path does not exist.
        BrokenWorldError: the worker died, or another import runs.
        RefusedError: the account may not import.
        SafeUnavailableError: the safe cannot be reached.
    """
    began = time.monotonic()
    files = reading.files(plan.paths)
    who = service(plan.account)
    home = world.home()
    with alone(home.path) as scratch, RejectFile(home.rejects) as rejects:
        key = directory.derive(directory.key(who), "sources")
        writer = Writer(who, plan.purpose, directory.key(who), plan.source, numbers=key, decoys=plan.decoys)
        job = Job(
            [str(file) for file in files],
            plan.source,
            key,
            list(writer.known),
            str(scratch / "spill"),
            plan.batch,
            ins.takes_made_up(),
        )
        gc.freeze()  # what is loaded stays: only what batches leave behind is ever looked through
        for batch in prepared(job):
            rejects.add(writer.write(batch))
            if progress is not None:
                progress(batch.position, writer.counts)
        writer.merge()
    return Done(writer.counts, time.monotonic() - began, rejects.name, len(files))


@contextmanager
def alone(home: Path) -> Iterator[Path]:
    """Hold ``HOME/tmp/import`` for this import; remove what a crash left there.

    Raises:
        BrokenWorldError: another import runs.
    """
    folder = home / "tmp" / "import"
    for made in (folder.parent, folder):
        made.mkdir(mode=0o700, exist_ok=True)
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(held)
        raise BrokenWorldError("Another import is running.", "Wait for it to end.") from error
    try:
        shutil.rmtree(folder / "spill", ignore_errors=True)
        yield folder
    finally:
        shutil.rmtree(folder / "spill", ignore_errors=True)
        os.close(held)


def prepared(job: Job) -> Iterator[Batch]:
    """Start the worker and yield its batches.

    Raises:
        BrokenWorldError: it died before the end.
    """
    ours, theirs = os.pipe()
    fcntl.fcntl(ours, SET_PIPE_SIZE, PIPE)
    command = [sys.executable, "-m", "ecluse.record.importing.child", str(theirs)]
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=(theirs,))
    os.close(theirs)
    with os.fdopen(ours, "rb", buffering=PIPE) as stream:
        try:
            if worker.stdin is not None:
                worker.stdin.write(msgspec.msgpack.encode(job))
                worker.stdin.close()
            while (data := framed(stream)) is not None:
                yield DECODER.decode(data)
        finally:
            stream.close()
            code = worker.wait()
    if code:
        raise BrokenWorldError(f"The worker of the import ended with code {code}.", "Its own words are above.")


def framed(stream: BinaryIO) -> bytes | None:
    """Return the next frame of a pipe; None at its end.

    Raises:
        BrokenWorldError: it ends within a frame.
    """
    head = stream.read(LENGTH.size)
    if not head:
        return None
    data = stream.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else b""
    if len(head) < LENGTH.size or len(data) < LENGTH.unpack(head)[0]:
        raise BrokenWorldError("The worker of the import died.", "Run the import again: it goes on where it stopped.")
    return data


class RejectFile:
    """The file of what one import did not take, made with the first reject: one JSON line each, no clinical content."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = ""
        self.file: BinaryIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.file is not None:
            self.file.close()

    def add(self, rejects: list[Reject]) -> None:
        """Append rejects."""
        if not rejects:
            return
        if self.file is None:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = (
                self.folder / f"import-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{secrets.token_hex(3)}.ndjson"
            )
            self.file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
            self.name = str(path)
        for reject in rejects:
            line = {name: getattr(reject, name) for name in ("source", "line", "entry", "type", "id", "reason")}
            self.file.write(msgspec.json.encode(line) + b"\n")
        self.file.flush()
