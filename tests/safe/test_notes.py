"""Signed notes and checkpoints: one way to write each, and only the log's own key signs them."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ecluse.core.errors import NotProvenError
from ecluse.safe.notes import Head, Signer, Verifier, b64, open_head, unb64

SIGNER = Signer("log.example", Ed25519PrivateKey.from_private_bytes(b"k" * 32))
OTHER = Signer("log.example", Ed25519PrivateKey.from_private_bytes(b"o" * 32))
HEAD = Head("log.example", 42, b"r" * 32)
NOTE = SIGNER.sign(HEAD.text())

# The example of the C2SP signed-note specification: note, and the key that signed it.
SPEC_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SPEC_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_the_example_of_the_specification_is_opened() -> None:
    assert Verifier.of(SPEC_KEY).open(SPEC_NOTE).startswith("If you think cryptography")


def test_a_verifier_key_is_written_as_it_was_read() -> None:
    assert Verifier.of(SPEC_KEY).text() == SPEC_KEY


def test_a_signed_head_is_read_back() -> None:
    assert open_head(NOTE, SIGNER.verifier) == HEAD


def test_a_head_signed_by_another_key_of_the_same_name_is_refused() -> None:
    with pytest.raises(NotProvenError, match="not signed once"):
        open_head(OTHER.sign(HEAD.text()), SIGNER.verifier)


def test_a_head_of_another_log_is_refused() -> None:
    note = SIGNER.sign(Head("other.example", 1, b"r" * 32).text())
    with pytest.raises(NotProvenError, match="another log"):
        open_head(note, SIGNER.verifier)


def test_an_unknown_second_signature_is_ignored() -> None:
    line = OTHER.sign(HEAD.text()).split("\n\n")[1]
    assert open_head(NOTE + line, SIGNER.verifier) == HEAD


@given(st.integers(0, len(NOTE.encode()) - 1), st.integers(0, 7))
def test_a_note_with_one_bit_flipped_is_refused(place: int, bit: int) -> None:
    data = bytearray(NOTE.encode())
    data[place] ^= 1 << bit
    with pytest.raises(NotProvenError):
        open_head(data.decode("utf-8", "surrogateescape"), SIGNER.verifier)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log.example\n42\n",
        "log.example\n042\n" + b64(b"r" * 32) + "\n",
        "log.example\n-1\n" + b64(b"r" * 32) + "\n",
        "log.example\n42\n" + b64(b"r" * 31) + "\n",
        "log.example\n42\n" + b64(b"r" * 32) + "\nmore\n",
        "log.example\n42\n" + b64(b"r" * 32),
        "log.example\n42\nnot base64!\n",
    ],
)
def test_what_is_not_exactly_a_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NotProvenError):
        Head.of(text)


@pytest.mark.parametrize("text", ["QQ", "QQ=", "QR==", "QQ==\n", "Q Q==", "Qé=="])
def test_base64_has_one_way_to_be_written(text: str) -> None:
    with pytest.raises(NotProvenError):
        unb64(text)


@pytest.mark.parametrize(
    "vkey",
    ["", "name", "name+00000000+AQ==", SPEC_KEY.replace("c74f20a3", "c74f20a4"), SPEC_KEY.replace("Peter", "Mary")],
)
def test_a_verifier_key_that_is_not_one_is_refused(vkey: str) -> None:
    with pytest.raises(NotProvenError):
        Verifier.of(vkey)


@pytest.mark.parametrize(
    "note", ["", "text", "text\n\n", "text\n\nno dash\n", "text\n\n— \n", "te\x00xt\n\n— a QUJDREVG\n"]
)
def test_what_is_not_a_signed_note_is_refused(note: str) -> None:
    with pytest.raises(NotProvenError):
        SIGNER.verifier.open(note)


def test_a_note_with_too_many_signatures_is_refused() -> None:
    with pytest.raises(NotProvenError):
        SIGNER.verifier.open(NOTE + "— other.example QUJDREVGRw==\n" * 16)


def test_a_note_signed_twice_by_the_same_key_is_refused() -> None:
    with pytest.raises(NotProvenError):
        SIGNER.verifier.open(NOTE + NOTE.split("\n\n")[1])
