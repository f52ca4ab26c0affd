"""L1, L2, L3: what the log must not say."""

import logging
from collections.abc import Callable

import pytest
from django.test import Client

from ecluse.web.logs import STRUCK, without_requests, without_secrets, without_words

REF = "01a2045f017a78f2aee1b63cae7c1ae2"


@pytest.mark.parametrize("name", ["password", "Cookie", "authorization", "token", "sessionid", "code", "secret"])
def test_secrets_are_struck_out_by_name(name: str) -> None:
    assert without_secrets(None, "", {name: "une-peniche-par-bief"}) == {name: STRUCK}


def test_a_patient_s_reference_is_struck_out_of_any_text() -> None:
    assert without_secrets(None, "", {"event": f"GET /patient/{REF}/", "other": f"{REF}-12"}) == {
        "event": "GET /patient/…/",
        "other": "…",
    }


def test_an_exception_leaves_its_class_and_frames_and_none_of_its_words() -> None:
    with pytest.raises(ValueError, match="LEFEBVRE") as raised:
        int("LEFEBVRE Odile")
    event = without_words(None, "", {"event": "oops", "exc_info": raised.value})
    assert event["error"] == "ValueError"
    assert "LEFEBVRE" not in str(event)
    assert __file__ in event["frames"][-1]


def test_a_line_of_django_that_quotes_a_path_loses_it() -> None:
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Not Found: %s", (f"/patient/{REF}/",), None)
    event = without_requests(None, "", {"event": record.getMessage(), "_record": record})
    assert event["event"] == "Not Found"


def test_a_request_is_told_by_its_route(caplog: pytest.LogCaptureFixture, someone: Callable[..., Client]) -> None:
    client = someone("nurse")
    with caplog.at_level(logging.INFO):
        client.get(f"/patient/{REF}/?words=LEFEBVRE")
    said = " ".join(str(record.msg) for record in caplog.records)
    assert "patient/(?P<ref>" in said
    assert REF not in said
    assert "LEFEBVRE" not in said
