"""The worker: reads, validates and prepares in a process of its own, and sends batches through a pipe.

It has no key of a patient,
no database and no line to the safe.
"""

import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from ecluse.core.errors import EcluseError
from ecluse.record import vault
from ecluse.record.fhir_types import DIRECTORY_TYPES, Resource, key_of, subject_of
from ecluse.record.importing import reading
from ecluse.record.importing.prepare import HEAD, BundleEntry, Preparer, Taken
from ecluse.record.importing.prepared import ENCODER, Batch, Job, Reject
from ecluse.record.importing.spill import Loose, Spill

LENGTH = struct.Struct(">I")
GZIP_RATIO = 10
MOST_RESOURCES = 20_000


def run(job: Job, out: BinaryIO) -> None:
    """Prepare all of ``job`` and write its batches to ``out``, each behind its length."""
    for batch in batches(job):
        data = ENCODER.encode(batch)
        out.write(LENGTH.pack(len(data)) + data)
        out.flush()


def batches(job: Job) -> Iterator[Batch]:
    """Yield batches of about ``job.batch`` patients."""
    preparer = Preparer(job.key, job.namespace, job.known, int(time.time()), made_up=job.made_up)
    kept, position = Taken(), 0
    for taken, position in every(job, preparer):
        kept.groups += taken.groups
        kept.entries += taken.entries
        kept.rejects += taken.rejects
        kept.read += taken.read
        if len(kept.groups) >= job.batch or kept.read >= MOST_RESOURCES or len(kept.entries) >= job.batch:
            yield Batch(kept.groups, kept.entries, kept.rejects, kept.read, position)
            kept = Taken()
    yield Batch(kept.groups, kept.entries, kept.rejects, kept.read, position)


def every(job: Job, preparer: Preparer) -> Iterator[tuple[Taken, int]]:
    """Yield what each document gave.

    Bundles as they come, loose resources of patients at the end, patient by patient.
    """
    spill, before = Spill(Path(job.scratch), expected(job)), 0
    for name in job.paths:
        path = Path(name)
        try:
            for document in reading.documents(path, before):
                loose = loose_of(document)
                if loose is None:
                    yield preparer.document(document.source, document.line, document.text), document.position
                else:
                    spill.add(loose, preparer.number(loose.patient))
        except (OSError, EOFError) as error:
            yield Taken([], [], [Reject(name, 0, 0, "", "", f"cannot be read ({type(error).__name__})")], 1), before
        before += path.stat().st_size
    for by_patient in spill.buckets():
        for loose_ones in by_patient.values():
            yield preparer.resources(Taken(), [place(one) for one in loose_ones]), before


def expected(job: Job) -> int:
    """Return about how many bytes will be read, unpacked."""
    sizes = ((Path(name).stat().st_size, name.endswith(".gz")) for name in job.paths)
    return sum(size * (GZIP_RATIO if zipped else 1) for size, zipped in sizes)


def loose_of(document: reading.Document) -> Loose | None:
    """Return a resource of a patient that stands by itself; None for anything else, which is prepared as a document."""
    try:
        kind = HEAD.decode(document.text).resourceType
        if kind == "Bundle" or kind in DIRECTORY_TYPES:
            return None
        resource = vault.decode(document.text)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
    key = f"Patient/{resource.get('id', '')}" if kind == "Patient" else patient_key(resource)
    return Loose(document.source, document.line, key, document.text) if key else None


def patient_key(resource: Resource) -> str:
    """Return the key of the patient a resource names; empty when it names none in a way to be read."""
    try:
        return key_of(subject_of(resource))
    except (AttributeError, TypeError):
        return ""


def place(loose: Loose) -> tuple[Reject, BundleEntry]:
    """Return a loose resource as an entry."""
    return Reject(loose.source, loose.line, 0, "", "", ""), BundleEntry(msgspec.Raw(loose.text))


def main(incoming: BinaryIO, out: BinaryIO) -> int:
    """Read the job, do it; an error Écluse knows is told by an exit code."""
    job = msgspec.msgpack.decode(incoming.read(), type=Job)
    try:
        run(job, out)
    except EcluseError as error:
        return int(error.exit_code)
    except BrokenPipeError:
        return 0
    return 0
