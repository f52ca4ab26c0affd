"""Files are known by their content; what nobody reads is said, never dropped."""

import gzip
from pathlib import Path

import pytest

from ecluse.core.errors import BadInputError
from ecluse.sources import detect, readers

LOG = '192.0.2.7 - a [03/Mar/2025:07:00:01 +0100] "GET /fhir/Patient/1 HTTP/1.1" 200 1 "-" "-"\n'
TABLE = "date;user;patient\n2025-03-03;a;1\n"


def name(file: Path) -> str:
    found = detect.detect(file, readers.every())
    return found.reader.STORY.name if found.reader else ""


@pytest.mark.parametrize(
    ("text", "reader"), [(LOG, "web_server"), (TABLE, "csv_map"), ("words\nonly\n", ""), ('{"a": 1}\n', "")]
)
def test_l4_a_file_is_known_by_its_content_whatever_its_name_or_packing(tmp_path: Path, text: str, reader: str) -> None:
    plain, packed = tmp_path / "patients.xml", tmp_path / "notes.txt"
    plain.write_text(text)
    packed.write_bytes(gzip.compress(text.encode()))
    assert (name(plain), name(packed)) == (reader, reader)


def test_every_reader_of_the_list_is_there_and_tells_its_story() -> None:
    assert readers.present() == readers.NAMES
    for reader_name, reader in zip(readers.NAMES, readers.every(), strict=True):
        story = reader.STORY
        assert story.name == reader_name
        assert story.title
        assert story.reads
        assert story.shows
        assert story.blind


def test_no_reader_fails_on_any_beginning(tmp_path: Path) -> None:
    heads = [
        b"",
        b"\0" * 100,
        b"{",
        b"<",
        b"[{",
        b"PAR1",
        bytes(range(256)),
        b'"',
        b",",
        b"a,b\n",
        "é".encode("utf-16"),
    ]
    for reader in readers.every():
        for start in heads:
            assert 0 <= reader.sniff(tmp_path / "x", start) <= 100


def test_an_unknown_reader_is_refused() -> None:
    with pytest.raises(BadInputError, match="no reader"):
        readers.load("os")


def test_folders_are_walked_in_order_hidden_files_links_and_lakes_left_alone(tmp_path: Path) -> None:
    for part in ("b/2.log", "a/1.log", "a/.hidden", ".git/config"):
        (tmp_path / part).parent.mkdir(exist_ok=True)
        (tmp_path / part).write_text(LOG)
    (tmp_path / "ecluse-lake").mkdir()
    (tmp_path / "ecluse-lake" / "lake.json").write_text("{}")
    (tmp_path / "ecluse-lake" / "old.log").write_text(LOG)
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "loop").symlink_to(tmp_path)
    found = detect.find([tmp_path, tmp_path / "a" / "1.log"])
    assert [one.path.name for one in found] == ["1.log", "2.log"]


def test_an_empty_or_broken_file_is_said_not_raised(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"\n\n")
    (tmp_path / "fake.gz").write_bytes(b"\x1f\x8bnothing")
    whys = {one.path.name: one.why for one in detect.find([tmp_path])}
    assert whys["empty"] == "It is empty."
    assert "cannot be read" in whys["fake.gz"]


@pytest.mark.parametrize("make", [False, True])
def test_no_file_at_all_is_an_error(tmp_path: Path, make: bool) -> None:
    place = tmp_path / "x"
    if make:
        place.mkdir()
    with pytest.raises(BadInputError, match="There is no"):
        detect.find([place])
