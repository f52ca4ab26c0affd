"""Searching and ``$everything``: what is refused, what is counted, and that nothing pages."""

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.api.conftest import PRESCRIPTION, Api, World, rule

from ecluse.core.words import Action, Decision
from ecluse.safe.entry import Entry
from ecluse.safe.trace_reader import exposure

Trace = Callable[[], list[Entry]]


@pytest.mark.parametrize(
    "query", ["name=Rivi", "family=Rivière", "given=Camille", "identifier=8123", "birthdate=1984-05-01", ""]
)
def test_patients_are_not_searched_by_address(service: Api, world: World, query: str, trace: Trace) -> None:
    answer = service.get(f"Patient?{query}")
    assert (answer.status_code, rule(answer)) == (400, "post-search")
    assert trace() == []


def test_patients_are_searched_by_post_with_the_duty_first(service: Api, world: World) -> None:
    bundle = service.post("Patient/_search", {"family": "Rivière"}).json()
    assert (bundle["type"], bundle["total"]) == ("searchset", 1)
    assert bundle["entry"][0]["resource"]["name"][0]["family"] == "Rivière"
    assert bundle["entry"][0]["fullUrl"].endswith(f"/fhir/Patient/{world.known.ref}")


def test_a_name_alone_does_not_show_a_patient_without_a_duty(service: Api, world: World) -> None:
    assert service.post("Patient/_search", {"family": "Montagne"}).json()["total"] == 0


def test_an_administrator_finds_nobody(administrator: Api, world: World) -> None:
    answer = administrator.post("Patient/_search", {"family": "Rivière"})
    assert answer.status_code != 200 or answer.json()["total"] == 0


def test_a_search_shows_twenty_patients_at_most_and_has_no_next_page(service: Api, world: World, trace: Trace) -> None:
    for _ in range(23):
        world.patient("Foule", "cardiology")
    bundle = service.post("Patient/_search", {"family": "Foule", "_count": "500"}).json()
    assert bundle["total"] == 20
    assert "link" not in bundle
    assert bundle["entry"][-1]["search"]["mode"] == "outcome"
    shown = [
        entry
        for entry in trace()
        if entry.action is Action.SEARCH and entry.patient and entry.decision is Decision.ALLOW
    ]
    assert len(shown) == 20


@pytest.mark.parametrize(
    "offset", ["_offset", "_getpages", "page", "_page", "_sort", "_include", "_revinclude", "_has", "_lastUpdated"]
)
def test_nothing_pages(service: Api, world: World, offset: str) -> None:
    answer = service.post("Patient/_search", {"family": "Rivière", offset: "1"})
    assert (answer.status_code, rule(answer)) == (400, "unknown-parameter")


def test_a_search_of_nothing_is_refused(service: Api, world: World) -> None:
    assert rule(service.post("Patient/_search", {"family": " "})) == "nothing-to-search"
    assert service.post("Patient/_search", {"name": "a"}).status_code == 422


def test_parameters_stand_in_the_body_alone(service: Api, world: World) -> None:
    answer = service.post("Patient/_search?family=Rivi", {"given": "Camille"})
    assert (answer.status_code, rule(answer)) == (400, "post-search")


def test_a_search_body_is_a_form(service: Api, world: World) -> None:
    assert service.send("POST", "Patient/_search", {"family": "Rivière"}).status_code == 415


def test_the_resources_of_one_patient_are_found_and_filtered_once_open(service: Api, world: World) -> None:
    base = f"MedicationRequest?patient=Patient/{world.known.ref}"
    for query, total in {
        "": 1,
        "&status=active": 1,
        "&status=stopped,active": 1,
        "&status=stopped": 0,
        "&code=http://www.whocc.no/atc|A10BA02": 1,
        "&code=|A10BA02": 0,
        "&code=A10BA03": 0,
        "&authoredon=2026-05": 1,
        "&authoredon=ge2026-05-01": 1,
        "&authoredon=gt2026-05-01": 0,
        "&authoredon=lt2026-05-01": 0,
    }.items():
        assert service.get(base + query).json()["total"] == total, query


@pytest.mark.parametrize("query", ["code:text=x", "_sort=date", "subject=x", "medication=x", "patient.name=Rivi"])
def test_a_parameter_that_is_not_known_is_refused_by_name_not_ignored(service: Api, world: World, query: str) -> None:
    answer = service.get(f"MedicationRequest?patient={world.known.ref}&{query}")
    assert (answer.status_code, rule(answer)) == (400, "unknown-parameter")
    assert query.split("=", maxsplit=1)[0] in answer.json()["issue"][0]["details"]["text"]


@pytest.mark.parametrize("query", ["", "status=active", "patient=a,b", "patient=x&patient=y"])
def test_resources_are_searched_one_patient_at_a_time(service: Api, world: World, query: str) -> None:
    answer = service.get(f"MedicationRequest?{query}")
    assert (answer.status_code, rule(answer)) == (400, "one-patient")


def test_a_date_that_is_none_is_refused(service: Api, world: World) -> None:
    assert rule(service.get(f"MedicationRequest?patient={world.known.ref}&authoredon=yesterday")) == "bad-date"


def test_the_resources_of_an_unexplained_patient_are_refused(service: Api, nurse: Api, world: World) -> None:
    assert rule(service.get(f"MedicationRequest?patient={world.stranger.ref}")) == "no-duty"
    assert rule(nurse.get(f"MedicationRequest?patient={world.stranger.ref}")) == "say-why"


def test_a_type_the_patient_has_nothing_of_shows_nothing_and_counts_nothing(
    service: Api, world: World, trace: Trace
) -> None:
    assert service.get(f"AllergyIntolerance?patient={world.known.ref}").json()["total"] == 0
    assert [entry.compartments for entry in trace()] == [()]


def test_everything_is_one_entry_of_its_own_action_with_the_number_of_resources(
    physician: Api, world: World, trace: Trace
) -> None:
    world.add(world.known, PRESCRIPTION)
    trace_before = len(trace())
    bundle = physician.get(f"Patient/{world.known.ref}/$everything").json()
    assert sorted(entry["resource"]["resourceType"] for entry in bundle["entry"]) == ["MedicationRequest"] * 2 + [
        "Patient"
    ]
    [entry] = trace()[trace_before:]
    assert (entry.action, entry.count, entry.patient) == (Action.EVERYTHING, 3, world.known.ref)


def test_everything_is_refused_to_a_service_and_to_who_has_no_duty(service: Api, physician: Api, world: World) -> None:
    assert rule(service.get(f"Patient/{world.known.ref}/$everything")) == "action-not-granted"
    assert physician.get(f"Patient/{world.stranger.ref}/$everything").status_code == 403
    assert physician.get(f"Patient/{secrets.token_hex(16)}/$everything").status_code == 403


def test_everything_takes_no_parameter(physician: Api, world: World) -> None:
    assert rule(physician.get(f"Patient/{world.known.ref}/$everything?_count=1")) == "unknown-parameter"


def test_what_was_received_is_what_the_trace_says(physician: Api, service: Api, world: World, home: Path) -> None:
    """Patient by patient, compartment by compartment: exposure equals the bytes that were answered."""
    marks = {"identity": "Rivière", "contact": "0199000001", "clinical": "Exemplamine"}
    received: set[tuple[str, str]] = set()
    others = [world.patient("Rivière", "cardiology") for _ in range(3)]
    paths = [
        "Patient/{}",
        "MedicationRequest/{}-1",
        "MedicationRequest?patient={}",
        "Patient/{}/_history",
        "Patient/{}/$everything",
    ]
    for n, patient in enumerate([*others, world.known, world.stranger]):
        for path in paths[: n + 1]:
            text = service.get(path.format(patient.ref)).content.decode()
            received |= {(patient.ref, where) for where, mark in marks.items() if mark in text}
    exposed = trace_reader_exposure(home, world.service.username)
    assert exposed == received


def trace_reader_exposure(home: Path, account: str) -> set[tuple[str, str]]:
    return {
        (one.patient, where.value) for one in exposure(home / "safe", account=account) for where in one.compartments
    }
