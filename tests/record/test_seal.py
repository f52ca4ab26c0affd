"""R2: a part opens only at its place."""

import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from ecluse.record import seal

KEY = AESGCM(bytes(range(32)))
REF, OTHER = "01" * 16, "02" * 16
HERE = seal.place(REF, "Patient", 0, 1, "identity")


def test_a_part_opens_where_it_was_sealed() -> None:
    assert seal.open_(KEY, seal.close(KEY, b'{"a":1}', HERE), HERE) == b'{"a":1}'


@pytest.mark.parametrize(
    "elsewhere",
    [
        seal.place(OTHER, "Patient", 0, 1, "identity"),
        seal.place(REF, "Condition", 0, 1, "identity"),
        seal.place(REF, "Patient", 1, 1, "identity"),
        seal.place(REF, "Patient", 0, 2, "identity"),
        seal.place(REF, "Patient", 0, 1, "contact"),
        seal.place(REF, "Patient", 0, 11, "identity"),
        seal.place(REF, "Patient", 1, 0, "identity"),
    ],
)
def test_r2_a_part_moved_to_another_place_is_refused(elsewhere: bytes) -> None:
    with pytest.raises(seal.SealError):
        seal.open_(KEY, seal.close(KEY, b"{}", HERE), elsewhere)


def test_r2_another_key_opens_nothing() -> None:
    with pytest.raises(seal.SealError):
        seal.open_(AESGCM(os.urandom(32)), seal.close(KEY, b"{}", HERE), HERE)


@given(st.binary(min_size=1, max_size=60), st.data())
def test_r2_one_flipped_bit_is_refused(clear: bytes, data: st.DataObject) -> None:
    sealed = bytearray(seal.close(KEY, clear, HERE))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(seal.SealError):
        seal.open_(KEY, bytes(sealed), HERE)


@pytest.mark.parametrize("kept", [0, 1, 11, 12, 28])
def test_r2_a_part_cut_short_is_refused(kept: int) -> None:
    with pytest.raises(seal.SealError):
        seal.open_(KEY, seal.close(KEY, b"{}", HERE)[:kept], HERE)


def test_the_same_text_is_never_sealed_twice_alike() -> None:
    assert len({seal.close(KEY, b"{}", HERE) for _ in range(100)}) == 100


def test_long_texts_are_deflated_and_come_back_whole() -> None:
    clear = b'{"name":"value"},' * 1000
    sealed = seal.close(KEY, clear, HERE)
    assert len(sealed) < len(clear) / 4
    assert seal.open_(KEY, sealed, HERE) == clear


def test_what_does_not_inflate_is_a_seal_error_not_a_crash() -> None:
    with pytest.raises(seal.SealError):
        seal.unpack(seal.DEFLATED + b"not deflated")
