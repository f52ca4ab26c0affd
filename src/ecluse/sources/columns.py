"""Columns of text, joined, mapped and filtered as a mapping says: the vectorised half of ``csv_map``."""

import pyarrow as pa
import pyarrow.compute as pc

from ecluse.sources.mapping import OTHERS, Mapping
from ecluse.sources.table import Part
from ecluse.sources.words import fold

KEY = r"^\d{1,18}$"


def joined(rows: pa.Table, found: Mapping, ours: str) -> pa.Array:
    """Return our column ``ours`` as text, never null: the file's columns joined by a space."""
    columns = [pc.fill_null(rows[name], "").combine_chunks() for name in found.named(ours)]
    return columns[0] if len(columns) == 1 else pc.binary_join_element_wise(*columns, " ")


def deeds(rows: pa.Table, found: Mapping) -> pa.Array:
    """Return the deed, act or "skip" of each row, by the mapping's [deeds]; words are compared without case or accents.

    A word the mapping does not name is what "*" says, else what ``deed`` says.
    """
    others = found.deeds.get(OTHERS, found.deed)
    if not found.named("deed"):
        return pa.repeat(found.deed, rows.num_rows)
    known = {fold(word): ours for word, ours in found.deeds.items() if word != OTHERS}
    coded = joined(rows, found, "deed").dictionary_encode()
    meant = pa.array([known.get(fold(word), others) for word in coded.dictionary.to_pylist()], pa.string())
    return meant.take(coded.indices)


def whole(texts: pa.Array) -> pa.Array:
    """Return ``texts`` as whole numbers; null where one is none."""
    texts = pc.utf8_trim_whitespace(texts)
    return pc.if_else(pc.match_substring_regex(texts, KEY), texts, pa.scalar(None, pa.string())).cast(pa.int64())


def kept(part: Part, mask: pa.Array) -> Part:
    """Return the rows of ``part`` where ``mask`` is true."""
    return Part(part.rows.filter(mask), part.lines[mask.to_numpy(zero_copy_only=False)])


def count(mask: pa.Array) -> int:
    """Return how many are true."""
    return int(pc.sum(mask).as_py() or 0)
