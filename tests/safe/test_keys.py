"""Keys: no default, one use each, nothing opens with the wrong word."""

import hashlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from ecluse.core.errors import BadInputError, BrokenWorldError
from ecluse.core.words import Compartment, Term
from ecluse.safe.keys import Keys, hkdf, make_key_file, read_key_file
from ecluse.safe.passphrase import VARIABLE, read_passphrase

KEYS = Keys(b"m" * 32)
SALT = b"s" * 32


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=64), st.binary(max_size=64))
def test_derivation_is_that_of_rfc_5869(master: bytes, salt: bytes, info: bytes) -> None:
    assert hkdf(master, salt, info) == HKDF(SHA256(), 32, salt, info).derive(master)


def test_every_compartment_patient_salt_and_master_has_a_key_of_its_own() -> None:
    found = [
        key
        for master in (b"m" * 32, b"n" * 32)
        for patient in ("p1", "p2", "p1\x00identity")
        for salt in (SALT, b"t" * 32)
        for key in Keys(master).patient(patient, salt, tuple(Compartment)).values()
    ]
    assert len(set(found)) == len(found) == 2 * 3 * 2 * 5
    assert all(len(key) == 32 for key in found)


def test_equal_words_of_two_kinds_have_two_tokens() -> None:
    tokens = {KEYS.token(kind, "1") for kind in Term}
    assert len(tokens) == len(Term)
    assert all(-(2**63) <= token < 2**63 for token in tokens)


def test_tokens_and_session_hashes_need_the_master_key() -> None:
    assert KEYS.token(Term.NAME, "durand") != Keys(b"n" * 32).token(Term.NAME, "durand")
    assert KEYS.session("abc") != Keys(b"n" * 32).session("abc")
    assert KEYS.session("") == ""
    assert "abc" not in KEYS.session("abc")


def test_no_derived_key_is_the_master_key_or_another() -> None:
    found = [KEYS.directory, KEYS.snapshot, KEYS.marks.tag_key, KEYS.marks.decoy_key, b"m" * 32]
    assert len(set(found)) == len(found)


def test_a_key_file_is_drawn_at_random_and_for_its_owner_only(tmp_path: Path) -> None:
    for name in ("a", "b"):
        make_key_file(tmp_path / name)
    assert read_key_file(tmp_path / "a") != read_key_file(tmp_path / "b")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_a_key_file_is_never_written_over(tmp_path: Path) -> None:
    make_key_file(tmp_path / "a")
    with pytest.raises(FileExistsError):
        make_key_file(tmp_path / "a")


def test_a_wrapped_key_opens_with_its_passphrase_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    make_key_file(path, b"correct horse battery")
    first = read_key_file(path, b"correct horse battery")
    assert len(first) == 32
    assert hashlib.sha256(first).digest() not in path.read_bytes()
    for wrong in (None, b"", b"correct horse batterz"):
        with pytest.raises(BadInputError):
            read_key_file(path, wrong)


@pytest.mark.parametrize("content", [b"", b"{}", b'{"key":"AAAA"}', b"\x00" * 32, b'{"key":"AAAA","more":1}'])
def test_what_is_not_a_key_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "master.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(BrokenWorldError):
        read_key_file(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o666])
def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "master.key"
    make_key_file(path)
    path.chmod(mode)
    with pytest.raises(BrokenWorldError, match="read by others"):
        read_key_file(path)


def test_a_passphrase_comes_from_a_file_named_by_option_or_environment(tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    file.write_text("correct horse battery\n")
    assert read_passphrase(file, {}) == b"correct horse battery"
    assert read_passphrase(None, {VARIABLE: str(file)}) == b"correct horse battery"
    assert read_passphrase(None, {}) is None


def test_a_passphrase_that_is_short_or_missing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "short").write_text("abc\n")
    for name in ("short", "none"):
        with pytest.raises(BadInputError):
            read_passphrase(tmp_path / name, {})
