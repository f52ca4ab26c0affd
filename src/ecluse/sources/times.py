"""Times as text, a column at a time: ISO 8601, any ``strptime`` form, seconds or milliseconds since 1970.

What is no time becomes null; nothing is guessed here (``guess`` proposes the form, the mapping states it).
"""

import re
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

ISO = "iso"
UNIX = {"unix": 1_000_000, "unix-ms": 1_000, "unix-us": 1}
ZONED = r"(?:[Zz]|[+-]\d\d(?::?\d\d)?)$"
FIRST_YEAR, LAST_YEAR = 1990, 2099
LAST_ROLLED = 3  # 31 February rolls over to the 3rd of March at most
CLOCK = pa.timestamp("us")
INSTANT = pa.timestamp("us", "UTC")
DIRECTIVE = re.compile(r"%(.)")
PARTS = {"d": r"(?P<d>\d{1,2})", "Y": r"\d{4}", **dict.fromkeys("bBp", r"\w+"), "%": "%"}


def parse(texts: pa.Array, form: str) -> pa.Array:
    """Return ``texts`` as timestamp[us], naive, or with zone UTC where every text that is a time carries its zone."""
    texts = pc.utf8_trim_whitespace(texts)
    if form in UNIX:
        found = _unix(texts, UNIX[form])
    elif form == ISO:
        found = _iso(texts)
    else:
        found = _formed(texts, form)
    year = pc.year(found)
    sane = pc.and_(pc.greater_equal(year, FIRST_YEAR), pc.less_equal(year, LAST_YEAR))
    return pc.if_else(sane, found, pa.scalar(None, found.type))


def zoned(texts: pa.Array) -> pa.Array:
    """Return which of ``texts``, ISO 8601, carry their zone."""
    return pc.match_substring_regex(pc.utf8_trim_whitespace(texts), r":\d\d\S*" + ZONED)


def _unix(texts: pa.Array, factor: int) -> pa.Array:
    number = pc.if_else(pc.match_substring_regex(texts, r"^\d{1,16}(\.\d{1,6})?$"), texts, pa.scalar(None, pa.string()))
    micros = pc.multiply(pc.cast(number, pa.float64()), float(factor))
    return pc.cast(pc.cast(pc.round(micros), pa.int64()), INSTANT)


def _iso(texts: pa.Array) -> pa.Array:
    texts = pc.replace_substring_regex(texts, r"(:\d\d),(\d)", r"\1.\2")
    texts = pc.replace_substring_regex(texts, r"(\.\d{6})\d+", r"\1")
    texts = pc.replace_substring_regex(texts, r"\s+([+-]\d\d:?\d\d|[Zz])$", r"\1")
    kind = INSTANT if pc.any(zoned(texts)).as_py() else CLOCK
    shaped = pc.match_substring_regex(texts, r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?)?$")
    candidates = pc.if_else(shaped, texts, pa.scalar(None, pa.string()))
    try:
        return pc.cast(candidates, kind)
    except pa.ArrowInvalid:  # one has no such day, or lacks the zone of the others
        return pa.array([_one(text.as_py(), kind) for text in texts], kind)


def _one(text: str | None, kind: pa.DataType) -> datetime | None:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    if (found.tzinfo is None) != (kind.tz is None):
        return None
    return found.astimezone(UTC) if found.tzinfo else found


def _formed(texts: pa.Array, form: str) -> pa.Array:
    micros = None
    if form.endswith("%f"):
        form = form[:-3]
        split = pc.extract_regex(texts, r"^(?P<whole>.*)[.,](?P<part>\d{1,6})\d*$")
        digits = pc.utf8_rpad(pc.struct_field(split, "part"), 6, "0")
        micros = pc.cast(pc.cast(digits, pa.int64()), pa.duration("us"))
        texts = pc.struct_field(split, "whole")
    found = pc.strptime(texts, format=form, unit="us", error_is_null=True)
    found = pc.if_else(_rolled(texts, found, form), pa.scalar(None, CLOCK), found)
    return found if micros is None else pc.add(found, micros)


def _rolled(texts: pa.Array, found: pa.Array, form: str) -> pa.Array:
    """Return which ``found`` stand for a day that its month does not have (strptime rolls 31 February over)."""
    early = pc.fill_null(pc.less_equal(pc.day(found), LAST_ROLLED), False)  # noqa: FBT003 - a value, not a switch
    if "%d" not in form or not pc.any(early).as_py():
        return pa.array([False] * len(texts), pa.bool_()) if len(texts) else pa.array([], pa.bool_())
    few = pc.if_else(early, texts, pa.scalar(None, pa.string()))
    day = pc.struct_field(pc.extract_regex(few, _shape(form)), "d")
    return pc.fill_null(pc.not_equal(pc.cast(day, pa.int64()), pc.day(found)), False)  # noqa: FBT003


def _shape(form: str) -> str:
    """Return a pattern of ``form`` that captures the day."""
    pieces = DIRECTIVE.split(form)
    shape = "".join(
        PARTS.get(piece, r"\d{1,2}") if place % 2 else re.escape(piece) for place, piece in enumerate(pieces)
    )
    return "^" + shape.replace(r"\ ", r"\s+")
