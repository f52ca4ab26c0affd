"""What a refusal looks like from outside: status, headers, and nothing of the patient."""

import json
from collections.abc import Callable

import pytest
from django.test import Client, RequestFactory

from ecluse.core.words import Decision
from ecluse.gate import tickets
from ecluse.gate.access import Refusal, Wanted
from ecluse.gate.http import outcome, refuse, retry_after
from ecluse.gate.reasons import RULES, THROTTLED, words
from ecluse.gate.testing import request_of

Session = Callable[..., Client]
Patient = Callable[..., Wanted]
CASES = [
    (Decision.STEP_UP, "new-device", 401, "login"),
    (Decision.STEP_UP, "half-cap", 401, "login"),
    (Decision.JUSTIFY, "say-why", 403, "security"),
    (Decision.SECOND_PERSON, "approval", 403, "security"),
    (Decision.SECOND_PERSON, "cap-hour", 429, "throttled"),
    (Decision.REFUSE, "cap-hour", 429, "throttled"),
    (Decision.REFUSE, "establishment-cap-day", 429, "throttled"),
    (Decision.REFUSE, "search-rate", 429, "throttled"),
    (Decision.REFUSE, "no-duty", 403, "forbidden"),
    (Decision.REFUSE, "locked", 403, "forbidden"),
    (Decision.REFUSE, "decoy", 403, "forbidden"),
    (Decision.REFUSE, "compartment-not-granted", 403, "forbidden"),
    (Decision.REFUSE, "a-rule-nobody-wrote", 403, "forbidden"),
]
TOLD = {"decoy": "locked"}


@pytest.mark.parametrize(("decision", "rule", "status", "issue"), CASES)
def test_a_fhir_refusal_is_an_outcome_with_its_rule(
    patient: Patient, decision: Decision, rule: str, status: int, issue: str
) -> None:
    refusal = Refusal(patient(), decision, rule, 12, 300)
    response = refuse(RequestFactory().get("/fhir/Patient/1"), refusal)
    body = json.loads(response.content)
    assert response.status_code == status
    assert response["Content-Type"] == "application/fhir+json"
    assert response["Cache-Control"] == "no-store"
    assert body["resourceType"] == "OperationOutcome"
    assert body["issue"][0]["code"] == issue
    assert body["issue"][0]["details"]["coding"][0]["code"] == TOLD.get(rule, rule)
    assert ("Retry-After" in response) is (status == 429)
    assert ("WWW-Authenticate" in response) is (status == 401)


def test_the_step_up_header_is_that_of_rfc_9470() -> None:
    header = outcome(Refusal(None, Decision.STEP_UP, "half-cap", 1, 300))["WWW-Authenticate"]
    assert header.startswith('Bearer error="insufficient_user_authentication"')
    assert 'max_age="300"' in header


@pytest.mark.parametrize(("decision", "rule", "status", "issue"), CASES)
def test_g13_a_page_says_the_rule_and_nothing_of_the_patient(
    open_session: Session, patient: Patient, decision: Decision, rule: str, status: int, issue: str
) -> None:
    nurse, one = open_session("nurse"), patient()
    response = refuse(request_of(nurse), Refusal(one, decision, rule, 12, 300))
    page = response.content.decode()
    assert response.status_code == status
    assert f'data-rule="{TOLD.get(rule, rule)}"' in page
    assert one.ref not in page
    assert response["Cache-Control"] == "no-store"


def test_a_step_up_page_leads_to_the_proof_and_back(open_session: Session, patient: Patient) -> None:
    nurse = open_session("nurse")
    page = refuse(request_of(nurse, "/patient/1/?part=x"), Refusal(patient(), Decision.STEP_UP, "half-cap", 1, 300))
    assert "reauthenticate" in page.content.decode()
    assert "next=%2Fpatient%2F1%2F%3Fpart%3Dx" in page.content.decode()


def test_a_fragment_is_sent_to_the_page(open_session: Session, patient: Patient) -> None:
    nurse = open_session("nurse")
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/patient/1/"}
    request = request_of(nurse, "/patient/1/part/", **headers)
    response = refuse(request, Refusal(patient(), Decision.JUSTIFY, "say-why", 1))
    assert response.status_code == 403
    assert response.content == b""
    target = nurse.get(response["HX-Redirect"])
    assert target.status_code == 403
    assert 'data-rule="say-why"' in target.content.decode()
    signed = response["HX-Redirect"].rstrip("/").rpartition("/")[2]
    assert tickets.read(request, signed).next == "/patient/1/"


@pytest.mark.parametrize(
    "url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example", "http:evil", ""]
)
def test_g12_the_way_back_never_leaves_the_site(open_session: Session, patient: Patient, url: str) -> None:
    request = request_of(open_session("nurse"), "/here/", "POST")
    ticket = tickets.read(request, tickets.about(request, 1, "0" * 32, url))
    assert ticket.next == "/"


def test_every_rule_that_time_lifts_is_said_in_words_and_within_the_hour() -> None:
    for rule in THROTTLED:
        assert rule in RULES
        assert 0 < retry_after(rule) <= 3600
    assert retry_after("locked") == 0
    assert words("never heard") == words("nor this")


def test_no_rule_speaks_of_a_patient_by_name() -> None:
    for rule in RULES:
        assert "%" not in str(words(rule))
        assert "{" not in str(words(rule))
