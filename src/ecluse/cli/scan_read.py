"""The first half of a scan: every file to its reader, what it says into the lake, the rest to the rejects."""

import contextlib
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import msgspec
import pyarrow as pa

from ecluse.cli.scan_jobs import Job, Unread
from ecluse.cli.scan_novel import Novel
from ecluse.core.errors import BadInputError
from ecluse.core.events import Event
from ecluse.sources import opening, reading, stories_fr
from ecluse.sources.base import Reject, Tally
from ecluse.watch.lake import Lake

UNREAD = "0unread"  # the rejects of whole files
STEP = 20_000
PACKED = 10
SMALL = 1 << 18
TOGETHER = 1 << 24
MOST_TOGETHER = 1000
Advance = Callable[[str, int, int], None]


class Taken(msgspec.Struct):
    """What became of the files: ``readers`` by number of files, ``rejected`` lines, sentences for the report.

    ``blind`` is in English and French; ``said``, by the readers as they went, in English.
    """

    files: int = 0
    lines: int = 0
    rejected: int = 0
    repeated: int = 0
    readers: Counter[str] = msgspec.field(default_factory=Counter)
    skipped: Counter[str] = msgspec.field(default_factory=Counter)
    unread: list[Unread] = msgspec.field(default_factory=list)
    said: list[str] = msgspec.field(default_factory=list)
    blind: list[tuple[str, str]] = msgspec.field(default_factory=list)

    def note(self, job: Job, tally: Tally) -> None:
        """Add what a reading said."""
        self.lines += tally.lines
        self.skipped.update(tally.skipped)
        self.readers[job.reader.STORY.name] += 1
        self.said.extend(tally.said)
        self.blind.extend(stories_fr.blind(job.reader.STORY))


def take(lake: Lake, work: Sequence[Job], unread: Sequence[Unread], advance: Advance) -> Taken:
    """Read every file into ``lake``. A file that cannot be read is noted, and the others go on.

    ``advance`` is told (name, bytes of files done, lines read).
    """
    taken = Taken(unread=list(unread))
    done = 0
    for some in bundles(work):
        advance(some[0].path.name, done, taken.lines)
        if len(some) == 1:
            _large(lake, some[0], taken, partial(_tell, advance, some[0], done, _per_line(some[0])))
        else:
            _small(lake, some, taken)
        done += sum(job.path.stat().st_size for job in some)
    advance("", done, taken.lines)
    with lake.rejects(UNREAD) as keep:
        for one in taken.unread:
            keep(Reject(one.path, 0, one.why))
    taken.said = list(dict.fromkeys(taken.said))
    taken.blind = list(dict.fromkeys(taken.blind))
    return taken


def bundles(work: Sequence[Job]) -> Iterator[list[Job]]:
    """Yield the files in order: each large or packed one alone, small ones by the hundred (one message a file)."""
    few: list[Job] = []
    size = 0
    for job in work:
        own = job.path.stat().st_size
        alone = own > SMALL or _packed(job.path)
        if few and (alone or size + own > TOGETHER or len(few) == MOST_TOGETHER):
            yield few
            few, size = [], 0
        if alone:
            yield [job]
        else:
            few.append(job)
            size += own
    if few:
        yield few


def _large(lake: Lake, job: Job, taken: Taken, tell: Callable[[int, int], None]) -> None:
    """Read one file as a stream, whole or not at all."""
    digest = _digest(job)
    again = digest in lake.manifest.files
    with contextlib.nullcontext(_ignore) if again else lake.rejects(digest) as keep:
        tally = Tally(keep)
        try:
            events = reading.read(job.reader, job.path, tally, job.context)
            added = lake.add(job.path, digest, _told(events, tally, lambda: tell(taken.lines, tally.lines)))
        except BadInputError as error:
            taken.unread.append(_broken(job, error))
        else:
            taken.files += 1
            taken.repeated += added.repeated
        taken.note(job, tally)
        taken.rejected += _rejected(lake, digest) if again else tally.rejected


def _small(lake: Lake, jobs: Sequence[Job], taken: Taken) -> None:
    """Read files of which each fits into memory, each whole or not at all, and add them to the lake together."""
    events: list[Event | pa.RecordBatch] = []
    rejects: list[Reject] = []
    digests: list[str] = []
    novel = Novel()
    for job in jobs:
        tally = Tally(rejects.append)
        try:
            own = list(reading.read(job.reader, job.path, tally, job.context))
        except BadInputError as error:
            taken.unread.append(_broken(job, error))
        else:
            events += novel.of(own)
            digests.append(_digest(job))
        taken.note(job, tally)
        taken.rejected += tally.rejected
    digest = hashlib.sha256("\n".join(digests).encode()).hexdigest()
    with lake.rejects(digest) as keep:
        for reject in rejects:
            keep(reject)
    if digests:
        taken.repeated += lake.add(jobs[0].path.parent, digest, events).repeated + novel.repeated
        taken.files += len(digests)


def _broken(job: Job, error: BadInputError) -> Unread:
    return Unread(str(job.path), f"{error.message} {error.next_step}".strip(), broken=True)


def _packed(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return bool(opening.packing(file.read(8)))
    except OSError:
        return False


def _per_line(job: Job) -> float:
    """Return about how many bytes of the file a line takes, for the bar: packed ones about a tenth."""
    try:
        start = opening.head(job.path)
    except BadInputError:
        return 0
    return len(start) / max(start.count(b"\n"), 1) / (PACKED if _packed(job.path) else 1)


def _tell(advance: Advance, job: Job, done: int, per_line: float, before: int, lines: int) -> None:
    """Say how far a file is read, as far as can be told from its lines."""
    advance(job.path.name, done + min(int(lines * per_line), job.path.stat().st_size), before + lines)


def _ignore(_: Reject) -> None:
    return


def _rejected(lake: Lake, digest: str) -> int:
    file = lake.folder / "rejects" / f"{digest}.jsonl"
    return sum(1 for _ in file.open("rb")) if file.is_file() else 0


def _told(
    events: Iterator[Event | pa.RecordBatch], tally: Tally, tell: Callable[[], None]
) -> Iterator[Event | pa.RecordBatch]:
    told = 0
    for event in events:
        yield event
        if tally.lines >= told + STEP:
            told = tally.lines
            tell()


def _digest(job: Job) -> str:
    """Return the digest of the bytes read and of what they are read with: another mapping is another reading."""
    own = opening.digest(job.path)
    helpers = [file for file in (job.context.map, job.context.rules) if file is not None]
    if not helpers:
        return own
    return hashlib.sha256("\n".join([own, *map(opening.digest, helpers)]).encode()).hexdigest()
