"""Files are opened by what their bytes say, and a broken one is an error that names it."""

import bz2
import gzip
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from ecluse.core.errors import BadInputError
from ecluse.sources import opening

TEXT = b"first line\nsecond line\n"


def zstd(data: bytes) -> bytes:
    packed: bytes = pa.Codec("zstd").compress(data, asbytes=True)
    return packed


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress, zstd])
def test_a_packed_file_reads_like_a_plain_one_whatever_its_name(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    file = tmp_path / "access.log"
    file.write_bytes(pack(TEXT))
    assert opening.head(file) == TEXT
    assert list(opening.lines(file)) == [(1, b"first line"), (2, b"second line")]
    assert b"".join(opening.blocks(file, 5)) == TEXT


def test_blocks_end_at_the_end_of_a_line(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_bytes(b"aaaa\nbbbb\ncc")
    assert list(opening.blocks(file, 3)) == [b"aaaa\n", b"bbbb\n", b"cc"]


def test_a_zip_of_one_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "log.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("access.log", TEXT)
    assert opening.head(file) == TEXT


def test_a_zip_of_several_files_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "logs.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a", TEXT)
        archive.writestr("b", TEXT)
    with pytest.raises(BadInputError, match="Unzip it"):
        opening.head(file)


def test_a_spreadsheet_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "export.xlsx"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(BadInputError, match="Save it as CSV"):
        opening.head(file)


def test_a_gzip_that_breaks_off_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "cut.gz"
    file.write_bytes(gzip.compress(b"".join(b"line %d\n" % number for number in range(90_000)))[:-2000])
    assert opening.head(file)
    with pytest.raises(BadInputError, match=r"cut\.gz cannot be read"):
        list(opening.lines(file))
    with pytest.raises(BadInputError, match=r"cut\.gz cannot be read"):
        list(opening.blocks(file))


def test_a_file_that_only_pretends_to_be_packed_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "fake.gz"
    file.write_bytes(b"\x1f\x8bnot gzip at all")
    with pytest.raises(BadInputError, match="cannot be read"):
        opening.head(file)


@pytest.mark.parametrize(
    ("data", "coded"),
    [
        (b"abc", "utf-8"),
        ("é".encode(), "utf-8"),
        ("é".encode()[:1], "utf-8"),
        ("\ufeffé".encode(), "utf-8-sig"),
        ("accès".encode("latin-1"), "cp1252"),
        ("accès".encode("utf-16"), "utf-16"),
    ],
)
def test_the_encoding_is_told_by_the_bytes(data: bytes, coded: str) -> None:
    assert opening.encoding(data) == coded


def test_no_byte_is_without_a_letter() -> None:
    assert len(opening.text(bytes(range(128, 256)))) == 128
