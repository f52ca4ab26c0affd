"""Reading one segment for a rebuild: its tree, its heads, and the little of its entries that still matters.

1. This loop runs once for each entry of the trace at a start without a snapshot: it decodes only what counting needs.
2. Old entries that only count, or only say what was refused, leave nothing but their last showing.
"""

from array import array
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from ecluse.core.errors import NotProvenError
from ecluse.core.words import Action, Decision
from ecluse.safe.entry import UNREADABLE, decode
from ecluse.safe.keys import Marks
from ecluse.safe.merkle import rows_above
from ecluse.safe.notes import Head, Verifier, open_head
from ecluse.safe.scan import Grown, leaves_of, read_heads, read_lines
from ecluse.safe.tiles import HEIGHT, WIDTH, heads_path, segment_path, tile_path, write_tile
from ecluse.safe.windows import tick_of

VERIFY = "Run `ecluse trace verify`."
ALLOW = Decision.ALLOW.value
# Old entries of these actions may still matter: they carry acts, locks, or use up an approval.
MATTER = frozenset(
    action.value
    for action in (
        Action.GRANT,
        Action.REVOKE,
        Action.PROPOSE,
        Action.APPROVE,
        Action.DECLINE,
        Action.LOCK,
        Action.SETUP_CLOSED,
        Action.EXPORT,
    )
)
MOST_TAGS = 400_000
SECOND = len("2026-01-31T08:00:00")
Shown = dict[tuple[str, str], tuple[bytes, bytes]]
Ticks = dict[tuple[str, str], dict[int, int]]


class Job(NamedTuple):
    """What a process needs to read one segment.

    ``recent`` is the Unix time before which only acts and counts matter.
    """

    folder: Path
    first: int
    marks: Marks
    vkey: str
    recent: float


class Read(NamedTuple):
    """What a segment holds.

    Its tree, its heads, who was shown whom last when, decoys, and the lines to apply in order.
    """

    grown: Grown
    heads: dict[int, bytes]
    shown: Shown
    decoys: set[str]
    lines: list[bytes]
    latest: float
    tile_roots: list[bytes]
    edge: list[bytes]


class _Gathered(NamedTuple):
    shown: Ticks
    decoys: set[str]
    lines: list[bytes]


class _Brief(msgspec.Struct, gc=False):
    """The fields that counting needs."""

    seq: int
    at: str
    action: str
    decision: str
    account: str = ""
    patient: str = ""
    ground: str = ""
    mark: str = ""


_tags: dict[str, Any] = {}
_decoder = msgspec.json.Decoder(_Brief)


def read_segment(job: Job) -> Read:
    """Read one segment.

    Raises:
        NotProvenError: a line is not an entry or is out of place, or a head is not signed.
    """
    lines = read_lines(segment_path(job.folder, job.first)).whole
    heads = {head.size: head.root for head in heads_of(job.folder, job.first, Verifier.of(job.vkey))}
    leaves = leaves_of(lines)
    gathered = _gather(job, lines)
    rows = rows_above(leaves)
    _write_missing(job.folder, job.first, leaves)
    return Read(
        grown=Grown.of(job.first, rows, heads),
        heads=heads,
        shown=_packed(gathered.shown),
        decoys=gathered.decoys,
        lines=gathered.lines,
        latest=last_time(lines),
        tile_roots=rows[HEIGHT] if len(rows) > HEIGHT else [],
        edge=leaves[len(leaves) // WIDTH * WIDTH :],
    )


def heads_of(folder: Path, first: int, verifier: Verifier) -> list[Head]:
    """Return the heads signed in the segment that starts at ``first``.

    Raises:
        NotProvenError: one is not signed.
    """
    return [open_head(kept.note, verifier) for kept in read_heads(heads_path(folder, first))]


def _write_missing(folder: Path, first: int, leaves: list[bytes]) -> None:
    """Write the finished tiles of level 0 that are missing."""
    for i in range(len(leaves) // WIDTH):
        path = tile_path(folder, 0, first // WIDTH + i)
        if not path.exists():
            write_tile(path, b"".join(leaves[i * WIDTH : (i + 1) * WIDTH]))


def _gather(job: Job, lines: list[bytes]) -> _Gathered:
    """Return what matters of the entries of one segment."""
    shown, tags, decoys, kept = Ticks(), _known_tags(job.marks), set[str](), list[bytes]()
    second, tick, is_recent = "", 0, False
    for sequence, line in enumerate(lines, job.first):
        try:
            brief = _decoder.decode(line)
        except UNREADABLE as error:
            raise NotProvenError(f"Entry {sequence} cannot be read: {error}.", VERIFY) from error
        if brief.seq != sequence:
            raise NotProvenError(f"Entry {brief.seq} stands at place {sequence}.", VERIFY)
        if brief.at[:SECOND] != second:
            at = datetime.fromisoformat(brief.at).timestamp()
            second, tick, is_recent = brief.at[:SECOND], tick_of(at), at >= job.recent
        if brief.ground and brief.decision == ALLOW:
            tag = tags.get(brief.patient)
            if tag is None:
                tag = tags[brief.patient] = job.marks.tag(brief.patient)
            key = (brief.account, brief.ground)
            if key in shown:
                shown[key][tag] = tick
            else:
                shown[key] = {tag: tick}
        elif brief.mark and brief.mark == job.marks.decoy(brief.patient):
            decoys.add(brief.patient)
        if is_recent or brief.action in MATTER:
            kept.append(line)
    return _Gathered(shown, decoys, kept)


def _known_tags(marks: Marks) -> dict[str, int]:
    """Return the tags this process already computed under these keys: the same patients come again in each segment."""
    if _tags.get("under") != marks.tag_key:
        _tags.update(under=marks.tag_key, tags={})
    tags: dict[str, int] = _tags["tags"]
    if len(tags) > MOST_TAGS:
        tags.clear()
    return tags


def _packed(shown: Ticks) -> Shown:
    """Return the last showings as bytes, which travel fast between processes."""
    return {key: (array("Q", ticks).tobytes(), array("I", ticks.values()).tobytes()) for key, ticks in shown.items()}


def last_time(lines: list[bytes]) -> float:
    """Return the Unix time of the last entry, 0 when there is none.

    Raises:
        NotProvenError: it cannot be read.
    """
    try:
        return decode(lines[-1]).at.timestamp() if lines else 0.0
    except UNREADABLE as error:
        raise NotProvenError(f"The last entry cannot be read: {error}.", VERIFY) from error
