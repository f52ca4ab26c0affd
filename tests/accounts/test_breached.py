"""The list of breached passwords: what is in it is found, what is not is left alone, a wrong one changes nothing."""

import gzip
import random
from pathlib import Path

import pytest

from ecluse.accounts import breached, breached_import
from ecluse.accounts.breached import Filter, sha1
from ecluse.accounts.breached_import import build
from ecluse.accounts.md4 import md4, ntlm
from ecluse.core.errors import BadInputError, BrokenWorldError

LEAKED = [f"leaked {number}" for number in range(3000)]


def lines(hashes: list[bytes], end: str = "\n") -> bytes:
    return "".join(f"{one.hex().upper()}:{at + 1}{end}" for at, one in enumerate(sorted(hashes))).encode()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "list.txt"
    file.write_bytes(lines([sha1(one) for one in LEAKED]))
    return file


def test_a33_every_password_of_the_list_is_found(source: Path, tmp_path: Path) -> None:
    taken = build(source, tmp_path / "out")
    known = Filter(tmp_path / "out")
    assert all(one in known for one in LEAKED)
    assert (taken.about.passwords, taken.about.kind, taken.rejects) == (3000, "sha1", {})


def test_a33_a_password_that_is_not_in_the_list_is_left_alone(source: Path, tmp_path: Path) -> None:
    build(source, tmp_path / "out")
    known = Filter(tmp_path / "out")
    assert sum(f"mine alone {number}" in known for number in range(20_000)) <= 3


def test_the_filter_answers_as_a_set_of_what_it_keeps_does(source: Path, tmp_path: Path) -> None:
    about = build(source, tmp_path / "out").about
    known, cut = Filter(tmp_path / "out"), 64 - about.bits - breached.KEPT_BITS
    truth = {int.from_bytes(sha1(one)[:8], "big") >> cut for one in LEAKED}
    chance = random.Random(3)
    near = [(value + step) << cut for value in sorted(truth) for step in (-1, 0, 1)]
    probes = [one for one in near + [chance.getrandbits(64) for _ in range(20_000)] if 0 <= one < 2**64]
    assert [known.holds(one) for one in probes] == [one >> cut in truth for one in probes]


def test_ntlm_hashes_gzip_and_windows_lines_are_read(tmp_path: Path) -> None:
    file = tmp_path / "list.gz"
    file.write_bytes(gzip.compress(lines([ntlm(one) for one in LEAKED], "\r\n")))
    taken = build(file, tmp_path / "out")
    assert taken.about.kind == "ntlm"
    assert all(one in Filter(tmp_path / "out") for one in LEAKED)


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (b"", "31d6cfe0d16ae931b73c59d7e0c089c0"),
        (b"abc", "a448017aaf21d8525fc10ae87aa6729d"),
        (b"1234567890" * 8, "e33b4ddc9c38f2199c3e7b164fcc0536"),
    ],
)
def test_md4_gives_the_digests_of_rfc_1320(message: bytes, digest: str) -> None:
    assert md4(message).hex() == digest


def test_lines_that_are_no_hash_are_counted_and_the_others_taken(source: Path, tmp_path: Path) -> None:
    good = source.read_bytes().splitlines(keepends=True)
    good[5:5] = [b"hello\n", b"\n", b"Z" * 40 + b":1\n", b"A" * 41 + b":1\n"]
    source.write_bytes(b"".join(good)[:-1])
    taken = build(source, tmp_path / "out")
    assert taken.rejects == {"too short": 1, "not a hash": 2}
    assert taken.about.passwords == 3000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "no hash"),
        (b"hello\nworld\n", "neither"),
        (b"B" * 40 + b":1\n" + b"A" * 40 + b":1\n", "not ordered"),
        (b"x" * 9_000_000, "no lines"),
    ],
    ids=["empty", "words", "out of order", "one endless line"],
)
def test_a_wrong_list_is_refused_and_the_old_filter_stays(source: Path, tmp_path: Path, text: bytes, said: str) -> None:
    build(source, tmp_path / "out")
    before = (tmp_path / "out").read_bytes()
    source.write_bytes(text)
    with pytest.raises(BadInputError, match=said):
        build(source, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["list.txt", "out"]


def test_an_order_broken_between_two_pieces_is_seen(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breached_import, "CHUNK", 8192)
    text = source.read_bytes().splitlines(keepends=True)
    source.write_bytes(b"".join(text[1000:] + text[:1000]))
    with pytest.raises(BadInputError, match="not ordered"):
        build(source, tmp_path / "out")


def test_a_list_read_in_small_pieces_gives_the_same_answers(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breached_import, "CHUNK", 4099)
    build(source, tmp_path / "out")
    assert all(one in Filter(tmp_path / "out") for one in LEAKED)


def test_a_gzip_cut_short_changes_nothing(source: Path, tmp_path: Path) -> None:
    source.write_bytes(gzip.compress(source.read_bytes())[:-2000])
    with pytest.raises(BrokenWorldError, match="Nothing has changed"):
        build(source, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("size", [0, 10, 63, 64, 5000])
def test_a33_a_filter_that_is_not_whole_is_never_asked(source: Path, tmp_path: Path, size: int) -> None:
    build(source, tmp_path / "out")
    (tmp_path / "out").write_bytes((tmp_path / "out").read_bytes()[:size])
    with pytest.raises(BrokenWorldError, match="import"):
        breached.current(tmp_path / "out")


def test_a_new_list_is_in_force_without_a_restart(source: Path, tmp_path: Path) -> None:
    build(source, tmp_path / "out")
    old = breached.current(tmp_path / "out")
    assert old is not None
    assert "brand new leak" not in old
    source.write_bytes(lines([sha1("brand new leak")]))
    build(source, tmp_path / "out")
    new = breached.current(tmp_path / "out")
    assert new is not None
    assert "brand new leak" in new
    assert LEAKED[0] not in new


def test_without_a_list_nothing_is_asked(tmp_path: Path) -> None:
    assert breached.current(tmp_path / "none") is None
