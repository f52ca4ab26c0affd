"""Any table of accesses as CSV, TSV or Parquet, described by a mapping file (``mapping``)."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ecluse.core.errors import BadInputError
from ecluse.core.events import AccountAct, AccountEvent
from ecluse.sources import guess, mapping, table, times
from ecluse.sources.base import Context, Reading, Story, Tally
from ecluse.sources.care_map import care
from ecluse.sources.columns import count, deeds, joined, kept, whole
from ecluse.sources.mapping import ACTS, SKIP, Mapping
from ecluse.sources.redact import redact
from ecluse.sources.shape import shape
from ecluse.sources.table import Part

PARQUET = b"PAR1"
LOOKS_LIKE = 25
MAPPED = 70
LONGEST_DUTY = 32
STATED = "stated"
TEXTS = ("account", "patient", "session", "device", "address", "site", "request")
FEW_SPACES = 2
MOST = 1_000_000_000

STORY = Story(
    name="csv_map",
    title="a CSV, TSV or Parquet table with a mapping file",
    reads="Any table with one row an access: time, account, patient; with --map FILE, or columns guessed.",
    shows=("what the mapping says: who, when, which patient, what was done, from where",),
    blind=(
        "what the table leaves out: ask the publisher whether searches, lists, prints and exports are in it",
        "changed or removed rows: a plain table carries no proof",
    ),
)


def sniff(path: Path, head: bytes) -> int:  # noqa: ARG001 - every reader is asked alike
    """A Parquet file, or text in rows of equal width: possibly."""
    if head.startswith(PARQUET):
        return LOOKS_LIKE
    return LOOKS_LIKE if shape(head) is not None else 0


def read(path: Path, tally: Tally, context: Context) -> Reading:
    """Yield the accesses as record batches, the rest (logins, care facts) as events.

    Raises:
        BadInputError: no mapping was given and the columns cannot be guessed, or the mapping does not fit.
    """
    found = mapping.load(context.map) if context.map else _guessed(path, tally)
    for part in _parts(path, found, tally):
        if found.table == "care":
            yield from care(path, part, found, tally)
        else:
            yield from _accesses(path, part, found, tally)


def fits(path: Path, found: Mapping, head: bytes) -> bool:
    """Tell whether ``path`` has all columns that ``found`` names."""
    if head.startswith(PARQUET):
        return set(found.wanted) <= set(pq.ParquetFile(path).schema_arrow.names)
    first = next(table.utf8_blocks(path, found.encoding), b"")
    return set(found.wanted) <= set(table.header(first, found)[0])


def _guessed(path: Path, tally: Tally) -> Mapping:
    proposal = guess.propose(path)
    if proposal.unsure:
        raise BadInputError(
            f"{path}: which columns hold {' and '.join(proposal.unsure)} is not clear.",
            f"Run `ecluse sources guess {path} > map.toml`, complete it, and add --map map.toml.",
        )
    columns = ", ".join(f"{ours} = {' + '.join(proposal.mapping.named(ours))}" for ours in proposal.mapping.columns)
    tally.say(f"{path.name}: the columns were guessed ({columns}); `ecluse sources guess` writes them down to correct.")
    return proposal.mapping


def _parts(path: Path, found: Mapping, tally: Tally) -> Iterator[Part]:
    with path.open("rb") as file:
        parquet = file.read(4) == PARQUET
    if not parquet:
        yield from table.parts(path, found, tally)
        return
    row = 1
    try:
        for batch in pq.ParquetFile(path).iter_batches(columns=list(found.wanted), batch_size=1 << 17):
            tally.lines += batch.num_rows
            rows = pa.table([_text(column) for column in batch.columns], names=batch.schema.names)
            yield Part(rows, np.arange(row, row + batch.num_rows, dtype=np.int64))
            row += batch.num_rows
    except (KeyError, pa.ArrowInvalid) as error:
        raise BadInputError(f"{path}: {error}.", "Correct the mapping to the columns of the file.") from error


def _text(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.tz:
        column = pc.strftime(column.cast(pa.timestamp("us", "UTC")), "%Y-%m-%dT%H:%M:%SZ")
    elif pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
    return column.cast(pa.string())


def _accesses(path: Path, part: Part, found: Mapping, tally: Tally) -> Reading:
    """Split rows whose time carries a zone from those on the local clock: a batch is of one kind."""
    if part.rows.num_rows and found.time == times.ISO:
        zoned = pc.fill_null(times.zoned(joined(part.rows, found, "at")), False)  # noqa: FBT003 - a value
        for mask in (zoned, pc.invert(zoned)):
            yield from _uniform(path, kept(part, mask), found, tally)
    else:
        yield from _uniform(path, part, found, tally)


def _uniform(path: Path, part: Part, found: Mapping, tally: Tally) -> Reading:
    words = deeds(part.rows, found)
    if (skipped := count(pc.equal(words, SKIP))) > 0:
        tally.skipped["rows the mapping skips"] += skipped
        part, words = kept(part, pc.not_equal(words, SKIP)), words.filter(pc.not_equal(words, SKIP))
    at = times.parse(joined(part.rows, found, "at"), found.time)
    account = pc.utf8_trim_whitespace(joined(part.rows, found, "account"))
    named = pc.not_equal(account, "")
    _reject(path, kept(part, pc.is_null(at)), found, tally)
    if (nameless := count(pc.and_(pc.is_valid(at), pc.invert(named)))) > 0:
        tally.skipped["rows that name no account"] += nameless
    good = pc.and_(pc.is_valid(at), named)
    part, words = kept(part, good), words.filter(good)
    if part.rows.num_rows:
        yield from _events(path, part, pa.table({"at": at.filter(good), "deed": words}), found)


def _reject(path: Path, part: Part, found: Mapping, tally: Tally) -> None:
    for line, text in zip(part.lines, joined(part.rows, found, "at").to_pylist(), strict=True):
        tally.reject(path, int(line), f"Its time is not of the form {found.time!r}.", text)


def _events(path: Path, part: Part, made: pa.Table, found: Mapping) -> Reading:
    columns = {
        "at": made["at"].combine_chunks(),
        "deed": made["deed"].combine_chunks(),
        **{ours: pc.utf8_trim_whitespace(joined(part.rows, found, ours)) for ours in TEXTS if found.named(ours)},
        **_numbers(path, part, found),
    }
    if found.named("route"):
        columns["route"] = _each(joined(part.rows, found, "route"), redact)
    if found.named("duty"):
        columns["duty"] = _each(joined(part.rows, found, "duty"), _stated)
    batch = pa.RecordBatch.from_pydict(columns)
    act = pc.is_in(batch.column("deed"), pa.array(sorted(ACTS)))
    yield from (_act(row) for row in batch.filter(act).to_pylist())
    if (accesses := batch.filter(pc.invert(act))).num_rows:
        yield accesses


def _numbers(path: Path, part: Part, found: Mapping) -> dict[str, pa.Array]:
    """Return shown, source and row: the row's own key where the mapping names one, else minus its line."""
    size = part.rows.num_rows
    row = pc.negate(pa.array(part.lines))
    source = pa.repeat(path.name, size)
    if found.named("row"):
        key = whole(joined(part.rows, found, "row"))
        row = pc.coalesce(key, row)
        source = pc.if_else(pc.is_valid(key), found.source or path.name, source)
    shown = whole(joined(part.rows, found, "shown")) if found.named("shown") else pa.repeat(1, size)
    return {"source": source, "row": row, "shown": pc.fill_null(pc.min_element_wise(shown, MOST), 1).cast(pa.int32())}


def _stated(text: str) -> str:
    """Return a reason as given if it is a code or a short word; a free text may hold what is nobody's business."""
    text = text.strip()
    return text if len(text) <= LONGEST_DUTY and text.count(" ") <= FEW_SPACES else STATED


def _each(texts: pa.Array, change: Callable[[str], str]) -> pa.Array:
    """Change each distinct text once."""
    coded = texts.dictionary_encode()
    changed = pa.array([change(text or "") for text in coded.dictionary.to_pylist()], pa.string())
    return changed.take(coded.indices)


def _act(row: dict[str, Any]) -> AccountEvent:
    return AccountEvent(
        at=row["at"],
        account=row["account"],
        act=AccountAct(row["deed"]),
        session=row.get("session", ""),
        device=row.get("device", ""),
        address=row.get("address", ""),
        source=row["source"],
        row=row["row"],
    )
