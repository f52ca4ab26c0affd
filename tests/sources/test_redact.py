"""Secrets and search words leave no trace in what is kept."""

from pathlib import Path

import pytest

from ecluse.sources.base import Reject, Tally
from ecluse.sources.redact import redact

SECRET = "Zq9secretZq9"


@pytest.mark.parametrize(
    "text",
    [
        "GET /index.php?m=dPpatients&login=dr.x:Zq9secretZq9&a=1 HTTP/1.1",
        "/x?token=Zq9secretZq9&y=1",
        "/x?access_token=Zq9secretZq9",
        "/x?y=1&password=Zq9secretZq9#top",
        "/x?PASSWORD=Zq9secretZq9",
        "/x?mot_de_passe=Zq9secretZq9",
        "/login?redirect=%3Ftoken%3DZq9secretZq9%26a",
        "https://user:Zq9secretZq9@host.example/x",
        "Authorization: Basic Zq9secretZq9",
        "authorization=Bearer Zq9secretZq9",
        "Cookie: a=b; PHPSESSID=Zq9secretZq9",
        '{"password": "Zq9secretZq9", "m": 1}',
        '{"client_secret":"a\\"Zq9secretZq9"}',
        "{'token': 'Zq9secretZq9'}",
        "x eyJhbGciOiJIUzI1NiJ9.Zq9secretZq9.c2ln",
        "/search?q=Zq9secretZq9",
        "/fhir/Patient?family=Zq9secretZq9&given=x",
        "/fhir/Patient?name:exact=1&birthdate=Zq9secretZq9",
        "/index.php?m=dPpatients&nom=Zq9secretZq9&prenom=x",
    ],
)
def test_l3_no_secret_and_no_search_word_stays(text: str) -> None:
    assert SECRET not in redact(text)


def test_l3_a_reject_is_redacted_on_its_way() -> None:
    kept: list[Reject] = []
    Tally(kept.append).reject(Path("a"), 1, "why", f"GET /x?login=a:{SECRET}")
    assert SECRET not in kept[0].text
    assert "login=" in kept[0].text


@pytest.mark.parametrize("text", ["m=dPpatients&a=vw_full_patients&patient_id=12", "31/02/2025", "CPatient-12", ""])
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


def test_a_long_hostile_line_is_redacted_in_no_time() -> None:
    assert len(redact("a" * 200_000 + "=" + "_" * 100_000)) > 0
