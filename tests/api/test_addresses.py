"""Every address below /fhir/, walked as nobody; the statement of what is offered; the bench's own addresses."""

import secrets
import subprocess
import sys

import pytest
from django.urls import Resolver404, resolve
from tests.api.conftest import FHIR_JSON, Api, World, rule

from ecluse.record.api import urls
from ecluse.record.api.capability import statement
from ecluse.record.api.table import INTERACTIONS

REF = secrets.token_hex(16)
WALK = {
    "metadata": "metadata",
    "smart": ".well-known/smart-configuration",
    "instance": f"Patient/{REF}",
    "type": "Patient",
    "search": "Patient/_search",
    "history": f"Patient/{REF}/_history",
    "version": f"Patient/{REF}/_history/1",
    "everything": f"Patient/{REF}/$everything",
    "root": "",
    "nowhere": "no/such/thing%0Aat all",
}
PUBLIC = {"metadata", "smart"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


def test_the_walk_knows_every_address() -> None:
    assert {pattern.name for pattern in urls.urlpatterns} == set(WALK)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", [name for name in WALK if name not in PUBLIC])
def test_nobody_gets_401_and_an_outcome_everywhere(db: None, nobody: Api, name: str, method: str) -> None:
    answer = nobody.send(method, WALK[name], {})
    assert answer.status_code == 401
    assert answer["Content-Type"] == FHIR_JSON
    assert method == "HEAD" or rule(answer) == "nobody"


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", [name for name in WALK if name not in PUBLIC])
def test_a_guessed_token_gets_401_and_an_outcome_everywhere(db: None, nobody: Api, name: str, method: str) -> None:
    for scheme, expected in (("Bearer", "unbound-token"), ("DPoP", "not-a-token")):
        answer = nobody.send(method, WALK[name], {}, authorization=f"{scheme} ecl_guess")
        assert answer.status_code == 401
        assert method == "HEAD" or rule(answer) == expected


@pytest.mark.parametrize("kind", sorted(INTERACTIONS))
def test_nobody_learns_which_types_exist(db: None, nobody: Api, kind: str) -> None:
    assert {nobody.get(f"{one}/{REF}").status_code for one in (kind, "Nonsense")} == {401}


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("DELETE", "instance"),
        ("PATCH", "instance"),
        ("POST", "instance"),
        ("PUT", "type"),
        ("DELETE", "type"),
        ("GET", "search"),
        ("POST", "history"),
        ("DELETE", "version"),
        ("POST", "everything"),
        ("POST", "root"),
    ],
)
def test_what_is_not_offered_is_405_with_an_outcome(world: World, service: Api, method: str, name: str) -> None:
    answer = service.send(method, WALK[name], {})
    assert answer.status_code == 405
    assert rule(answer) in {"method", "no-batch"}


def test_an_address_that_leads_nowhere_is_404_with_an_outcome(world: World, service: Api) -> None:
    for path in (WALK["nowhere"], "Patient/a/b/c", "patient/x", f"Patient/{REF}/$export", "$export", "Group/1/$export"):
        answer = service.get(path)
        assert (answer.status_code, rule(answer)) == (404, "no-address"), path


def test_metadata_is_public_and_tells_the_table(nobody: Api) -> None:
    answer = nobody.get("metadata")
    said = answer.json()
    assert (answer.status_code, said["resourceType"], said["fhirVersion"]) == (200, "CapabilityStatement", "4.0.1")
    told = {one["type"]: {done["code"] for done in one["interaction"]} for one in said["rest"][0]["resource"]}
    assert told == {**INTERACTIONS, "AuditEvent": {"search-type"}}


def test_the_statement_never_offers_what_would_empty_the_base() -> None:
    text = str(statement())
    for word in (
        "delete",
        "patch",
        "search-system",
        "history-type",
        "history-system",
        "batch",
        "transaction",
        "$export",
    ):
        assert f"'{word}'" not in text


def test_the_unguarded_views_of_the_bench_have_no_address_in_a_real_site() -> None:
    for path in ("/fhir/-plain/Patient/x", "/fhir/-ordinary/Patient/x"):
        try:
            found = resolve(path)
        except Resolver404:
            continue
        assert found.view_name == "fhir:nowhere"


def test_the_server_of_the_bench_does_not_start_in_a_home_that_is_not_its_own() -> None:
    command = [sys.executable, "-c", "import ecluse.cli.bench_read_site"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "belongs to the home folder of a bench" in done.stderr
