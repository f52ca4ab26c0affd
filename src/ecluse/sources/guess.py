"""Proposing a mapping for a table nobody described: by the words of its header and by what stands in its columns."""

import re
from collections import Counter
from itertools import islice
from pathlib import Path

import msgspec
import pyarrow.parquet as pq

from ecluse.core.errors import BadInputError
from ecluse.core.events import Deed
from ecluse.sources import forms, table, words
from ecluse.sources.base import Tally
from ecluse.sources.columns import joined
from ecluse.sources.mapping import ACCESS_COLUMNS, Mapping
from ecluse.sources.opening import HEAD, head
from ecluse.sources.shape import Shape, shape
from ecluse.sources.table import Part

PARQUET = b"PAR1"
MOST_DEEDS = 80
SAMPLE = 300
MORE = 5000
BLOCKS = 3
NEEDED = ("at", "account", "patient")
AMBIGUOUS = "Day and month could be the other way round: check the time."
LAST = 9
FEW = 50
UNLIKELY = re.compile(r"naiss|birth|dob|sortie|fin\b|end|until|deces|death|expir")
IP = re.compile(r"[0-9a-fA-F.:%\[\]]+|[\w-]+(\.[\w-]+)+")


class Proposal(msgspec.Struct, frozen=True):
    """A proposed mapping. ``unsure`` names our columns that are needed and were not found.

    ``deeds`` says how often each word of the deed column was seen; ``unknown`` which of them mean nothing to us.
    """

    mapping: Mapping
    names: tuple[str, ...]
    unsure: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    deeds: dict[str, int] = {}
    unknown: tuple[str, ...] = ()


def propose(path: Path) -> Proposal:
    """Return the mapping that ``path`` seems to need.

    Raises:
        BadInputError: it is no table.
    """
    start = head(path, 4 * HEAD)
    found = _parquet(path) if start.startswith(PARQUET) else shape(start)
    if found is None:
        raise BadInputError(
            f"{path} is no table of rows and columns.",
            "Give a CSV, TSV or Parquet file; `ecluse sources list` names the formats that need no mapping.",
        )
    columns, time, notes = choose(found)
    proposal = Mapping(
        columns=columns,
        delimiter=found.delimiter,
        encoding=found.encoding,
        skip=found.skip,
        header=found.header,
        time=time,
    )
    if found.delimiter and AMBIGUOUS in notes:
        proposal, notes = _settled(path, proposal, notes)
    seen = _deeds_seen(path, proposal, found) if "deed" in columns else Counter[str]()
    if len(seen) > MOST_DEEDS:
        columns.pop("deed")
        notes.append("The column that looked like the action holds too many different words to be one.")
        seen = Counter()
    return Proposal(
        mapping=msgspec.structs.replace(proposal, columns=columns, deeds=_deeds(seen)),
        names=tuple(found.names),
        unsure=tuple(ours for ours in NEEDED if ours not in columns),
        notes=tuple(notes),
        deeds=dict(sorted(seen.items(), key=lambda pair: (-pair[1], pair[0]))),
        unknown=tuple(sorted(word for word in seen if not words.meant(word))),
    )


def choose(found: Shape) -> tuple[dict[str, str | list[str]], str, list[str]]:
    """Return (our column → the file's, form of the times, notes) for a table."""
    samples = {name: _sample(found.rows, place) for place, name in enumerate(found.names)}
    at, time, notes = _time(samples)
    columns: dict[str, str | list[str]] = {"at": at} if at else {}
    taken = set([at] if isinstance(at, str) else at)
    taken |= {name for name, values in samples.items() if forms.form(values) or forms.is_clock(values)}
    for _, ours, name in _scores(samples):
        if ours not in columns and name not in taken:
            columns[ours] = name
            taken.add(name)
    return {ours: columns[ours] for ours in ACCESS_COLUMNS if ours in columns}, time, notes


def _sample(rows: list[list[str]], place: int) -> list[str]:
    return list(islice((row[place].strip() for row in rows if row[place].strip()), SAMPLE))


def _scores(samples: dict[str, list[str]]) -> list[tuple[int, str, str]]:
    """Return (rank of the words, our column, the file's), the surest first; ties by the order of both."""
    found = [
        (sure + _doubt(ours, values), order, place, ours, name)
        for order, ours in enumerate(words.HEADERS)
        for place, (name, values) in enumerate(samples.items())
        if ours != "at" and (sure := words.rank(ours, name)) is not None and _sensible(ours, values)
    ]
    return [(sure, ours, name) for sure, _, _, ours, name in sorted(found)]


def _doubt(ours: str, values: list[str]) -> int:
    """Return what is to be added to a rank: a column that always says the same is hardly the account or the patient."""
    return LAST if ours in NEEDED and len(values) >= FEW and len(set(values)) == 1 else 0


def _sensible(ours: str, values: list[str]) -> bool:
    """Tell whether the content of a column can be what its header says."""
    match ours:
        case "shown":
            return bool(values) and all(value.isdigit() for value in values)
        case "address":
            return bool(values) and all(
                re.fullmatch(r"[0-9a-fA-F.:%\[\]]+|[\w-]+(\.[\w-]+)+", value) for value in values
            )
        case "deed":
            return len(set(values)) <= MOST_DEEDS
        case "account" | "patient":
            return bool(values)
        case _:
            return True


def _time(samples: dict[str, list[str]]) -> tuple[str | list[str], str, list[str]]:
    ranked = []
    for place, (name, values) in enumerate(samples.items()):
        if chosen := forms.form(values):
            sure = words.rank("at", name)
            unlikely = bool(UNLIKELY.search(words.fold(name)))
            unsure = LAST if sure is None else sure
            ranked.append((unlikely, forms.dated(chosen, values), unsure, place, name, chosen))
    if not ranked:
        return "", "iso", []
    _, day_only, _, _, name, chosen = min(ranked)
    notes = []
    if forms.ambiguous(samples[name], chosen):
        notes.append(AMBIGUOUS)
    clock = next((one for one, values in samples.items() if forms.is_clock(values)), "")
    if not day_only or not clock:
        return name, chosen, notes
    both = [f"{day} {hour}" for day, hour in zip(samples[name], samples[clock], strict=False)]
    return [name, clock], forms.form(both) or chosen, notes


def _settled(path: Path, proposal: Mapping, notes: list[str]) -> tuple[Mapping, list[str]]:
    """Look at more of the file for a day above 12, which tells day and month apart."""
    for part in islice(table.parts(path, proposal, Tally()), BLOCKS):
        texts = joined(part.rows, proposal, "at").to_pylist()
        values = [text for text in texts[:: len(texts) // MORE + 1] if text.strip()]
        if (chosen := forms.form(values)) and not forms.ambiguous(values, chosen):
            rest = [note for note in notes if note != AMBIGUOUS]
            return msgspec.structs.replace(proposal, time=chosen), rest
    return proposal, notes


def _deeds_seen(path: Path, proposal: Mapping, found: Shape) -> Counter[str]:
    seen: Counter[str] = Counter()
    if found.delimiter:
        for part in islice(table.parts(path, proposal, Tally()), BLOCKS):
            seen.update(value for value in _column(part, proposal) if value)
    else:
        place = found.names.index(proposal.named("deed")[0])
        seen.update(row[place] for row in found.rows if row[place])
    return seen


def _column(part: Part, proposal: Mapping) -> list[str]:
    return [value.strip() for value in joined(part.rows, proposal, "deed").to_pylist()]


def _deeds(seen: Counter[str]) -> dict[str, str]:
    ours = {word: words.meant(word) or str(Deed.READ) for word, _ in seen.most_common()}
    return {**ours, "*": str(Deed.READ)} if ours else {}


def _parquet(path: Path) -> Shape:
    file = pq.ParquetFile(path)
    batch = next(file.iter_batches(batch_size=SAMPLE * 10), None)
    found = [] if batch is None else batch.to_pylist()
    rows = [["" if value is None else str(value) for value in row.values()] for row in found]
    return Shape("utf-8", "", 0, header=True, names=list(file.schema_arrow.names), rows=rows)
