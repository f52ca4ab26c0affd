"""The parser of dumps: what was written comes back, whatever the bytes; nothing inside a value passes for SQL."""

# ruff: noqa: S608 - SQL made up to be read, never run

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.sources import mysqldump
from ecluse.sources.mysqldump import Bad, statements
from ecluse.sources.sql_values import value

Table = tuple[str, tuple[str, ...], list[list[str | None]]]
SEED = "CREATE TABLE `t` (`a` int, `b` text);\n"
TWO = ["1", "x"]


def parsed(sql: str | bytes, wanted: str = "") -> tuple[list[Table], list[str]]:
    data = sql if isinstance(sql, bytes) else sql.encode()
    found: list[Table] = []
    bad: list[str] = []
    for insert in statements(io.BytesIO(data), lambda table, _: not wanted or table == wanted):
        rows: list[list[str | None]] = []
        binary = [column in insert.binary for column in insert.columns]
        for tokens in insert.rows(tuple(range(len(insert.columns)))):
            if isinstance(tokens, Bad):
                bad.append(tokens.reason)
            else:
                rows.append([value(one, binary=raw) for one, raw in zip(tokens, binary, strict=True)])
        found.append((insert.table, insert.columns, rows))
    return found, bad


def rows_of(sql: str | bytes) -> list[list[str | None]]:
    found, bad = parsed(sql)
    assert not bad
    return [row for _, _, rows in found for row in rows]


def quoted(text: str) -> str:
    escapes = {"\\": "\\\\", "'": "\\'", '"': '\\"', "\n": "\\n", "\r": "\\r", "\0": "\\0", "\x1a": "\\Z", "\t": "\\t"}
    return "'" + "".join(escapes.get(letter, letter) for letter in text) + "'"


@pytest.fixture(params=[1 << 20, 7, 1])
def _blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mysqldump, "BLOCK", request.param)
    monkeypatch.setattr(mysqldump, "HEADER_ROOM", 200)


@given(st.lists(st.tuples(st.text(), st.one_of(st.none(), st.text(), st.integers().map(str))), min_size=1))
def test_l5_any_text_comes_back_from_its_escapes(rows: list[tuple[str, str | None]]) -> None:
    values = ",".join(f"({quoted(a)},{'NULL' if b is None else quoted(b)})" for a, b in rows)
    sql = f"CREATE TABLE `t` (`a` text, `b` text);\nINSERT INTO `t` VALUES {values};\n"
    assert rows_of(sql.encode("utf-8", "surrogatepass")) == [list(row) for row in rows]


@given(st.lists(st.binary(), min_size=1))
def test_l5_any_bytes_come_back_from_raw_marked_and_hexadecimal_binary(rows: list[bytes]) -> None:
    table = b"CREATE TABLE `t` (`a` varbinary(16), `b` text);\nINSERT INTO `t` VALUES "
    escapes = {b"\\"[0]: b"\\\\", b"'"[0]: b"\\'", 0: b"\\0", 10: b"\\n", 13: b"\\r", 26: b"\\Z"}
    for form in (b"'%s'", b"_binary '%s'", b"_binary'%s'"):
        values = [form % b"".join(escapes.get(byte, bytes([byte])) for byte in row) for row in rows]
        sql = table + b",".join(b"(" + one + b",'x')" for one in values) + b";\n"
        assert rows_of(sql) == [["0x" + row.hex().upper(), "x"] for row in rows]
    sql = table + b",".join(b"(0x%s,'x')" % row.hex().encode() for row in rows if row) + b";\n"
    if any(rows):
        assert rows_of(sql) == [["0x" + row.hex().upper(), "x"] for row in rows if row]


@given(st.text(alphabet=st.characters(max_codepoint=255, exclude_characters="\x81\x8d\x8f\x90\x9d\\'"), max_size=20))
def test_l5_latin1_text_comes_back_from_a_dump_that_is_no_utf8(text: str) -> None:
    letters = "é" + "".join(letter for letter in text if not 0x80 <= ord(letter) < 0xA0)
    sql = b"CREATE TABLE `t` (`a` int, `b` text);\nINSERT INTO `t` VALUES (1,'" + letters.encode("latin-1") + b"');\n"
    (row,) = rows_of(sql)
    assert row[1] in {letters, letters.encode("latin-1").decode("utf-8", "replace")}


@pytest.mark.usefixtures("_blocks")
def test_l4_a_row_is_whole_wherever_the_blocks_are_cut() -> None:
    sql = SEED + "INSERT INTO `t` VALUES (1,'a''b'),\n(-2.5e3,'c\\'d;)'), (0x0A, \"e\"\"f\");\n/* ' */ -- '\n"
    assert rows_of(sql) == [["1", "a'b"], ["-2.5e3", "c'd;)"], ["0x0A", 'e"f']]


@pytest.mark.usefixtures("_blocks")
@pytest.mark.parametrize(
    "text",
    [
        "\n;\nINSERT INTO `t` VALUES (9,'forged');\n",
        "');\nINSERT INTO `t` VALUES (9,'forged');\n-- ",
        "-- \n",
        "/* ",
        "*/;",
        "),(9,'forged'",
        "\\",
        "';",
        "`",
    ],
)
def test_l6_text_in_a_value_never_passes_for_sql(text: str) -> None:
    kept = text.replace("\\", "\\\\").replace("'", "\\'")  # line ends left raw, as careless tools leave them
    sql = f"{SEED}INSERT INTO `t` VALUES (1,'{kept}'),(2,'y');\nINSERT INTO `t` VALUES (3,'z');\n"
    assert rows_of(sql) == [["1", text], ["2", "y"], ["3", "z"]]
    other = f"INSERT INTO `other` (`a`) VALUES ('{kept}');\n"
    assert parsed(SEED + other + "INSERT INTO `t` VALUES (1,'x');", "t")[0] == [("t", ("a", "b"), [TWO])]


@pytest.mark.usefixtures("_blocks")
def test_l6_sql_in_comments_is_no_sql() -> None:
    sql = (
        f"-- INSERT INTO `t` VALUES (9,'no');\n# INSERT INTO `t` VALUES (9,'no');\n{SEED}"
        "/*!50003 CREATE TRIGGER x BEFORE INSERT ON `t` FOR EACH ROW INSERT INTO `t` VALUES (9,'no') */;\n"
        "INSERT INTO `t` VALUES (1,'x');\n"
    )
    assert rows_of(sql) == [TWO]


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("INSERT INTO `t` (`b`, `a`) VALUES (1,'x');", ("b", "a")),
        ("insert ignore into db.t (b,a) values (1,'x');", ("b", "a")),
        ('REPLACE INTO "t" ("b","a") VALUES (1,\'x\')', ("b", "a")),
        ("INSERT INTO `db`.`t` VALUES (1,'x');", ("a", "b")),
        ("INSERT INTO `t` VALUES\n(1,'x')\n;", ("a", "b")),
        ("INSERT INTO `t` VALUES (1,'x') ON DUPLICATE KEY UPDATE `a`=';';", ("a", "b")),
    ],
)
def test_l7_columns_come_from_the_insert_else_from_the_table(sql: str, columns: tuple[str, ...]) -> None:
    assert parsed(SEED + sql)[0] == [("t", columns, [TWO])]


def test_l7_keys_and_constraints_are_no_columns() -> None:
    sql = (
        "CREATE TABLE IF NOT EXISTS `t` (\n  `a` int(11) unsigned NOT NULL COMMENT 'x, `no` int',\n"
        "  `b` enum('p','q, r int') DEFAULT 'p',\n  key_date datetime,\n  `amount` decimal(10,2),\n"
        "  PRIMARY KEY (`a` DESC),\n  UNIQUE KEY `u` (`a`,`b`),\n  KEY `k` (`b`) USING BTREE,\n"
        "  CONSTRAINT `c` FOREIGN KEY (`a`) REFERENCES `o` (`id`)\n) ENGINE=MyISAM;\n"
        "INSERT INTO `t` VALUES (1,'p',NULL,2.50);\n"
    )
    assert parsed(sql)[0] == [("t", ("a", "b", "key_date", "amount"), [["1", "p", None, "2.50"]])]


@pytest.mark.parametrize(
    ("rows", "kept", "reason"),
    [
        ("(1,'x'),(2),(3,'z')", [["1", "x"], ["3", "z"]], "has not the 2 values"),
        ("(1,'x'),(2,'y','extra'),(3,'z')", [["1", "x"], ["3", "z"]], "has not the 2 values"),
        ("(1,'x'),(NOW(),'y'),(3,'z')", [["1", "x"], ["3", "z"]], "has not the 2 values"),
        ("(1,'x'),oops,(3,'z')", [["1", "x"]], "where a row is meant to be"),
    ],
)
def test_a_row_that_does_not_fit_is_told_and_the_others_are_kept(rows: str, kept: list[list[str]], reason: str) -> None:
    found, bad = parsed(f"{SEED}INSERT INTO `t` VALUES {rows};\nINSERT INTO `t` VALUES (4,'w');\n")
    assert [row for _, _, part in found for row in part] == [*kept, ["4", "w"]]
    assert len(bad) == 1
    assert reason in bad[0]


@pytest.mark.parametrize("cut", ["(2,'never end", "(2,", "("])
def test_a_dump_that_breaks_off_says_so_and_keeps_what_came_before(cut: str) -> None:
    found, bad = parsed(f"{SEED}INSERT INTO `t` VALUES (1,'x'),{cut}")
    assert found == [("t", ("a", "b"), [TWO])]
    assert bad == ["The file ends in the middle of a row."]


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "-- nothing",
        "/* never closed",
        "INSERT INTO `t` SELECT * FROM `u`;",
        "CREATE TABLE `t` (`a` int",
        "INSERT INTO",
        "DELIMITER ;;\nCREATE PROCEDURE x() BEGIN END;;\nDELIMITER ;\n",
        "SET NAMES utf8; COMMIT;",
    ],
)
def test_what_is_no_insert_gives_no_row(sql: str) -> None:
    assert parsed(sql) == ([], [])


def test_a_row_longer_than_any_should_be_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mysqldump, "BLOCK", 64)
    monkeypatch.setattr(mysqldump, "HEADER_ROOM", 64)
    monkeypatch.setattr(mysqldump, "LONGEST_LINE", 1000)
    found, bad = parsed(
        f"{SEED}INSERT INTO `t` VALUES (1,'x'),(2,'{'y' * 5000}'),(3,'z');\nINSERT INTO `t` VALUES (4,'w');"
    )
    assert [row for _, _, part in found for row in part] == [["1", "x"], ["4", "w"]]
    assert "longer than any row" in bad[0]


def test_l4_what_nobody_wants_is_never_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mysqldump, "BLOCK", 1024)
    monkeypatch.setattr(mysqldump, "HEADER_ROOM", 1024)
    held: list[int] = []
    more = mysqldump.Feed.more

    def watched(feed: mysqldump.Feed) -> bool:
        found = more(feed)
        held.append(len(feed.data))
        return found

    monkeypatch.setattr(mysqldump.Feed, "more", watched)
    rows = ",".join(f"({number},'some text')" for number in range(20_000))
    insert = f"VALUES {rows};\n"
    sql = f"{SEED}INSERT INTO `u` (`a`, `b`) {insert}INSERT INTO `t` {insert}INSERT INTO `t` VALUES (1,'x');"
    found, bad = parsed(sql, "t")
    assert not bad
    assert sum(len(part) for _, _, part in found) == 20_001
    assert max(held) < 8192


def test_rows_not_taken_are_passed_over() -> None:
    sql = f"{SEED}INSERT INTO `t` VALUES (1,'x'),(2,'y');INSERT INTO `t` VALUES (3,'z');"
    assert [insert.table for insert in statements(io.BytesIO(sql.encode()), lambda *_: True)] == ["t", "t"]
    first = [next(iter(insert.rows((0,)))) for insert in statements(io.BytesIO(sql.encode()), lambda *_: True)]
    assert first == [("1",), ("3",)]


@pytest.mark.parametrize(
    ("token", "meaning"),
    [
        ("NULL", None),
        ("null", None),
        ("'NULL'", "NULL"),
        ("0xabCD", "0xABCD"),
        ("x'0a0b'", "0x0A0B"),
        ("N'text'", "text"),
        ("_utf8mb4'text'", "text"),
        ("b'101'", "101"),
        ("-1.5", "-1.5"),
        ("'\\%\\_\\q'", "\\%\\_q"),
        ("'caf\xe9'", "café"),
        ("'caf\xc3\xa9'", "café"),
        ("''", ""),
    ],
)
def test_each_way_to_write_a_value_has_its_meaning(token: str, meaning: str | None) -> None:
    assert value(token) == meaning
