"""Whatever a file holds, asking who can read it never ends in an error."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.sources.readers import NAMES, every

STARTS = st.sampled_from(
    [b"", b"{", b"[{", b"<?xml", b"\xff\xfe", b"Classe;Id;IP\r", b"<13>", b"INSERT INTO `log` VALUES ("]
)


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.sql", "a"])
@settings(deadline=None)
@given(start=STARTS, rest=st.binary(max_size=400))
def test_no_reader_chokes_on_any_bytes(name: str, start: bytes, rest: bytes) -> None:
    for reader in every(tuple(NAMES)):
        assert 0 <= reader.sniff(Path(name), start + rest) <= 100
