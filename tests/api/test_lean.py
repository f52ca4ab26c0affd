"""The short way finds the same view as the table of addresses."""

import io
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.urls import resolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.record.api.lean import LeanHandler, whole

KINDS = st.sampled_from(["Patient", "MedicationRequest", "patient", "P", "Metadata", "metadata", "Patient/", ""])
IDS = st.sampled_from(["0123abcd", "0123abcd-7", "", "_search", "a/b", "a\n", "é", "$everything", "_history", "x" * 65])
TAILS = st.sampled_from(["", "/", "/_history", "/_history/1", "\n"])


@cache
def handler() -> LeanHandler:
    return LeanHandler()


def asked(path: str) -> WSGIRequest:
    return WSGIRequest({"REQUEST_METHOD": "GET", "PATH_INFO": path, "wsgi.input": io.BytesIO()})


@settings(deadline=None)  # the first example loads every view
@given(KINDS, IDS, TAILS)
def test_the_short_way_finds_what_the_table_of_addresses_finds(kind: str, id_: str, tail: str) -> None:
    path = f"/fhir/{kind}/{id_}{tail}"
    view, positional, named = handler().resolve_request(asked(path))
    expected = resolve(asked(path).path_info)
    assert (view, positional, named) == (expected.func, expected.args, expected.kwargs)


class Body:
    """An answer whose second chunk may fail."""

    def __init__(self, *, broken: bool) -> None:
        self.broken, self.closed = broken, False

    def __iter__(self) -> Iterator[bytes]:
        yield b"one"
        if self.broken:
            raise OSError("gone")
        yield b"two"

    def close(self) -> None:
        self.closed = True


def test_an_answer_goes_out_in_one_piece_and_is_closed() -> None:
    body: Any = Body(broken=False)
    assert (whole(body), body.closed) == ([b"one", b"two"], True)


def test_an_answer_that_breaks_is_closed_too() -> None:
    body: Any = Body(broken=True)
    with pytest.raises(OSError, match="gone"):
        whole(body)
    assert body.closed
