"""mysqldump's SQL and its relatives (mariadb-dump, phpMyAdmin), as rows; a stream, in constant memory.

A dump may hold latin1 text, UTF-8 and raw binary side by side: its bytes are read as ISO-8859-1, one character a byte,
and a value is decoded when it is wanted (``sql_values``). A statement is found by its own quotes and comments, never by
line ends, so that text inside a value cannot pass for a statement. What nobody wants is skipped without being taken
apart.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import IO, NamedTuple

from ecluse.sources.opening import BLOCK, LONGEST_LINE
from ecluse.sources.sql_values import decoded

FLAGS = re.ASCII | re.DOTALL  # what is white, and what a word, as SQL has it
SINGLE = r"'[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*+'"
DOUBLE = r'"[^"\\]*+(?:(?:\\.|"")[^"\\]*+)*+"'
STRING = r"(?:_\w+\s*|[xXbBnN])?(?:" + SINGLE + r"|" + DOUBLE + r")"
VALUE = r"(?:" + STRING + r"|[^'\"(),;\s]++)"
NAME = r"(?:`((?:[^`]|``)+)`|\"([^\"]+)\"|([\w$]+))"
DATABASE = r"(?:(?:`(?:[^`]|``)+`|\"[^\"]+\"|[\w$]+)\s*\.\s*)?"
BLANK = re.compile(r"[\s;]++|--[^\n]*+\n|\#[^\n]*+\n|/\*.*?\*/|(?i:DELIMITER)\s[^\n]*+\n", FLAGS)
OPENERS = ("--", "#", "/*", "DELIMITER", "delimiter")
INSERT = re.compile(
    r"(?:INSERT|REPLACE)\s+(?:(?:LOW_PRIORITY|DELAYED|HIGH_PRIORITY|IGNORE)\s+)*(?:INTO\s+)?"
    + DATABASE
    + NAME
    + r"\s*(?:\(([^)]*)\)\s*)?VALUES?\s*(?=\()",
    FLAGS | re.IGNORECASE,
)
CREATE = re.compile(
    r"CREATE\s+(?:TEMPORARY\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?" + DATABASE + NAME + r"\s*\(", FLAGS | re.IGNORECASE
)
COLUMN = re.compile(r"(?:\A|,|\()\s*" + NAME + r"\s+(\w+)", FLAGS)
NO_COLUMN = {"primary", "key", "unique", "index", "constraint", "fulltext", "spatial", "check", "foreign"}
NO_TYPE = {"asc", "desc", "using"}
BINARY = {"binary", "varbinary"}
PIECES = re.compile(
    r"(?:[^'\"`;]++|" + SINGLE + r"|" + DOUBLE + r"|`[^`]*+`)*+", re.DOTALL
)  # up to the end of a statement, or to a quote that is still open
ANY_ROW = re.compile(r"\((?:[^'\"()]++|" + SINGLE + r"|" + DOUBLE + r"|\([^'\"()]*+\))*+\)", FLAGS)
BETWEEN = re.compile(r"\s*+(,?)\s*+", FLAGS)
STRINGS = re.compile(SINGLE, FLAGS)
NAMES = re.compile(NAME, FLAGS)
HEADER_ROOM = 1 << 16
CUT = "The file ends in the middle of a row."

Tokens = tuple[str, ...]
Wanted = Callable[[str, tuple[str, ...]], bool]


class Bad(NamedTuple):
    """A row that cannot be read, and why."""

    reason: str


class Feed:
    """The bytes ahead, fetched as they are needed; ``at`` is the place of the reading in ``data``."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.data = ""
        self.at = 0
        self.ended = False

    def more(self) -> bool:
        """Fetch as much again as is held, at least a block; False at the end of the file."""
        rest = self.data[self.at :]
        piece = "" if self.ended else self._file.read(max(BLOCK, len(rest))).decode("latin-1")
        self.ended = self.ended or not piece
        self.data, self.at = rest + piece, 0
        return bool(piece)

    def match(self, pattern: re.Pattern[str], room: int) -> re.Match[str] | None:
        """Match ``pattern`` here, fetching up to ``room`` bytes for it."""
        while (found := pattern.match(self.data, self.at)) is None:
            if len(self.data) - self.at > room or not self.more():
                return None
        return found


class Insert:
    """The rows of one INSERT, to be taken before the next statement is asked for; those not taken are skipped."""

    def __init__(self, feed: Feed, table: str, columns: tuple[str, ...], binary: frozenset[str]) -> None:
        self.table = table
        self.columns = columns
        self.binary = binary
        self.taken = False
        self._feed = feed

    def rows(self, places: tuple[int, ...]) -> Iterator[Tokens | Bad]:
        """Yield the tokens at ``places`` of each row, or ``Bad``."""
        feed, row = self._feed, row_pattern(len(self.columns), places)
        between = BETWEEN.match
        while True:
            found = row.match(feed.data, feed.at)
            if found is None:
                if (bad := self._no_row()) is None:
                    continue
                if bad.reason:
                    yield bad
            else:
                feed.at = found.end()
                yield found.groups()
            after = between(feed.data, feed.at)
            while after and after.end() == len(feed.data) and feed.more():
                after = between(feed.data, feed.at)
            if after is None or not after[1]:
                break
            feed.at = after.end()
        skip(feed)
        self.taken = True

    def _no_row(self) -> Bad | None:
        """Say what stands here instead of a row; None after more was fetched. An empty reason: nothing more."""
        feed = self._feed
        if (whole := ANY_ROW.match(feed.data, feed.at)) is not None:
            feed.at = whole.end()
            return Bad(f"It has not the {len(self.columns)} values of the columns.")
        if feed.data[feed.at : feed.at + 1] not in {"(", ""}:
            return Bad("Something stands where a row is meant to be; the rest of the statement is left out.")
        if len(feed.data) - feed.at > LONGEST_LINE:
            return Bad("A row is longer than any row should be; the rest of the statement is left out.")
        if feed.more():
            return None
        cut = feed.data[feed.at :].strip()
        feed.at = len(feed.data)
        return Bad(CUT if cut else "")


@lru_cache(maxsize=256)
def row_pattern(width: int, places: tuple[int, ...]) -> re.Pattern[str]:
    """Return a pattern of a row of ``width`` values that captures those at ``places``, in the order of the row."""
    values = (r"\s*+(" + VALUE + r")\s*+" if place in places else r"\s*+" + VALUE + r"\s*+" for place in range(width))
    return re.compile(r"\(" + r",".join(values) + r"\)", FLAGS)


def statements(file: IO[bytes], wanted: Wanted) -> Iterator[Insert]:
    """Yield the INSERTs into tables of which ``wanted(table, columns)`` is true, in the order of the file.

    ``columns`` are those of the INSERT, else of the CREATE TABLE before it, else none at all.
    """
    feed = Feed(file)
    known: dict[str, tuple[tuple[str, ...], frozenset[str]]] = {}
    while _to_statement(feed):
        start = feed.data[feed.at : feed.at + 7].upper()
        if start.startswith(("INSERT", "REPLACE")) and (found := feed.match(INSERT, HEADER_ROOM)):
            feed.at = found.end()
            table = _name(found, 1)
            columns, binary = known.get(table, ((), frozenset()))
            if found[4]:
                columns = tuple(_names(found[4]))
            if wanted(table, columns):
                insert = Insert(feed, table, columns, binary)
                yield insert
                if insert.taken:
                    continue
            skip(feed)
        elif start.startswith("CREATE") and (found := feed.match(CREATE, 1 << 10)):
            table = _name(found, 1)
            known[table] = _columns(feed, found.end() - found.start())
        else:
            skip(feed)


def _to_statement(feed: Feed) -> bool:
    """Go to the next statement; False at the end."""
    while True:
        if (found := BLANK.match(feed.data, feed.at)) is not None:
            feed.at = found.end()
        elif feed.at >= len(feed.data) or feed.data.startswith(OPENERS, feed.at):
            if not feed.more():
                return False
        elif len(feed.data) - feed.at > HEADER_ROOM or not feed.more():
            return True


def skip(feed: Feed) -> None:
    """Go behind the end of this statement."""
    while True:
        found = PIECES.match(feed.data, feed.at)
        feed.at = found.end() if found else feed.at
        if feed.data[feed.at : feed.at + 1] == ";":
            feed.at += 1
            return
        if not feed.more():
            feed.at = len(feed.data)
            return


def _columns(feed: Feed, head: int) -> tuple[tuple[str, ...], frozenset[str]]:
    """Read a CREATE TABLE to its end; return its columns, and which of them are binary."""
    collected = [""]
    feed.at += head
    while True:
        found = PIECES.match(feed.data, feed.at)
        end = found.end() if found else feed.at
        collected.append(feed.data[feed.at : end])
        feed.at = end
        if feed.data[end : end + 1] == ";" or not feed.more():
            feed.at += 1
            break
    body = STRINGS.sub("''", "".join(collected))
    names: list[str] = []
    binary: set[str] = set()
    for one in COLUMN.finditer(body):
        if (one[3] or "").lower() in NO_COLUMN or one[4].lower() in NO_TYPE:
            continue
        name = _name(one, 1)
        if name not in names:
            names.append(name)
            binary |= {name} if one[4].lower() in BINARY else set()
    return tuple(names), frozenset(binary)


def _name(found: re.Match[str], group: int) -> str:
    quoted = found[group]
    return decoded(quoted.replace("``", "`") if quoted is not None else found[group + 1] or found[group + 2])


def _names(listed: str) -> Iterator[str]:
    for found in NAMES.finditer(listed):
        yield _name(found, 1)
