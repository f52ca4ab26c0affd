"""The hot statement on SQLite and on PostgreSQL, through the real server: the same answers, the same refusals."""

import json
import secrets
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from ecluse.cli import child
from ecluse.cli.bench_read import WAYS, bench_home, fill, serving

PATIENTS = 40
pytestmark = pytest.mark.slow


class Site:
    """A server of the bench, whose every patient is explained to the services of one unit of eight."""

    def __init__(self, port: int, visits: dict[str, list[tuple[str, str]]]) -> None:
        self.port = port
        self.visits = visits

    def get(self, path: str, token: str) -> tuple[int, dict[str, object]]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", headers={"Authorization": f"Bearer {token}"}
        )
        try:
            with urllib.request.urlopen(request) as answer:  # noqa: S310
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    with bench_home(url) as home, child.safe_running(home):
        visits = fill(home, PATIENTS)
        with serving(home) as port:
            yield Site(port, visits)


@pytest.mark.parametrize("kind", ["Patient", "MedicationRequest"])
def test_a_guarded_read_says_what_the_unguarded_twin_says(site: Site, kind: str) -> None:
    for token, ref in site.visits[kind][:10]:
        guarded = site.get(WAYS["guarded"].format(kind=kind, ref=ref), token)
        assert guarded[0] == 200
        assert guarded == site.get(WAYS["plain"].format(kind=kind, ref=ref), token)


def test_a_service_of_another_unit_is_refused(site: Site) -> None:
    first, ref = site.visits["Patient"][0]
    refused = [site.get(f"/fhir/Patient/{ref}", token)[0] for token, _ in site.visits["Patient"] if token != first]
    assert refused.count(403) > len(refused) // 2
    assert set(refused) <= {200, 403}


def test_who_does_not_exist_is_refused_like_who_is_not_explained(site: Site) -> None:
    token, _ = site.visits["Patient"][0]
    assert site.get(f"/fhir/Patient/{secrets.token_hex(16)}", token)[0] == 403


def test_a_resource_of_another_type_is_absent(site: Site) -> None:
    token, ref = site.visits["MedicationRequest"][0]
    assert site.get(f"/fhir/Condition/{ref}", token)[0] == 404


def test_an_unknown_token_is_401(site: Site) -> None:
    _, ref = site.visits["Patient"][0]
    assert site.get(f"/fhir/Patient/{ref}", "ecl_guess")[0] == 401
