"""One stolen credential at a time, against a real server: nothing is exposed, everything is traced."""

import base64
import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from typer.testing import CliRunner

from ecluse.cli import drill_credentials
from ecluse.cli.drill import app
from ecluse.core.errors import BadInputError, BrokenWorldError, Exit
from ecluse.core.words import Action, Decision
from ecluse.drill import establishment
from ecluse.drill.browser import Browser
from ecluse.drill.credentials.attempt import Attempt
from ecluse.drill.credentials.beyond import BEYOND
from ecluse.drill.credentials.catalogue import CASES
from ecluse.drill.credentials.ground import Ground
from ecluse.drill.credentials.provider import CLIENT, SUBJECT, OpenProvider, running
from ecluse.drill.credentials.running import Judged, Report, TwoFactors, judge
from ecluse.drill.establishment import environment
from ecluse.drill.hospital import Hospital
from ecluse.drill.registry import Known
from ecluse.safe.entry import Entry

KEYS = ["case", "requests", "exposed", "traced", "refused_by", "rightful"]
REFUSED_BY = {
    "session-cookie": {"new-device"},
    "totp-seed": {"wrong-password", "wrong-slip"},
    "recovery-code": {"wrong-password", "wrong-slip"},
    "phished-password": {"wrong-second-factor", "too-many-attempts"},
    "help-desk-reset": {"wrong-slip"},
    "foreign-token": {"id-token-aud"},
    "replayed-proof": {"replayed-proof", "bad-proof", "bad-token"},
    "after-active-false": {"not-employed"},
}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_each_stolen_credential_gets_nothing_and_leaves_a_trace_that_names_its_owner() -> None:
    command = [sys.executable, "-m", "ecluse.cli.main", "drill", "stolen-credential", "--patients", "300", "--json"]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False, timeout=590)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = msgspec.json.decode(done.stdout)
    assert list(told) == ["cases", "exposed", "population", "seed", "beyond"]
    assert (told["exposed"], told["population"]) == (0, 300)
    assert [one["case"] for one in told["cases"]] == [case.name for case in CASES]
    for one in told["cases"]:
        assert list(one) == KEYS
        assert (one["exposed"], one["traced"]) == (0, True), one
        assert one["rightful"] > 0
        assert REFUSED_BY[one["case"]] <= set(one["refused_by"]), one
    two_factors_are_told_truthfully(told["beyond"])


def two_factors_are_told_truthfully(beyond: list[dict[str, Any]]) -> None:
    """A nurse's two factors show something, or the drill shows nothing; a privileged person's do not."""
    nurse, privileged, code = beyond
    assert (nurse["as"], nurse["told"]) == ("nurse", True)
    assert nurse["exposed"] > 0
    assert (privileged["as"], privileged["exposed"]) == ("dim-physician", 0)
    assert (code["case"], code["told"]) == ("password-and-recovery-code", True)


def report(*cases: Judged, exposed: int = 0) -> Report:
    return Report(list(cases), exposed, 300, 1, [TwoFactors("x", "nurse", 1, 15, told=True)])


def test_a_drill_that_exposed_or_left_no_trace_did_not_hold() -> None:
    good = Judged("a", 3, 0, traced=True, refused_by=["new-device"], rightful=4)
    assert report(good).held
    assert not report(good, exposed=1).held
    assert not report(good, Judged("b", 3, 0, traced=False, refused_by=[], rightful=4)).held


@pytest.fixture
def attempt() -> Iterator[Attempt]:
    """One theft on an establishment that is not there: nothing is sent."""
    hospital = Hospital(patients=300)
    with running() as provider:
        ground = Ground(hospital, Path("/nowhere"), "http://127.0.0.1:1", Known({}, {}, []), provider, [])
        made = Attempt(ground, hospital.members[0], 0)
        yield made
        made.close()


def answers(browser: Browser, body: str) -> None:
    """Let ``browser`` receive ``body``."""
    request = httpx.Request("GET", "http://127.0.0.1:1/patient/x/")
    for hook in browser.http.event_hooks["response"]:
        hook(httpx.Response(200, text=body, request=request))


def test_d5_what_the_thief_receives_is_counted_in_bytes_and_what_the_owner_receives_apart(attempt: Attempt) -> None:
    ipp = attempt.ground.hospital.markers.ipp
    answers(attempt.owners(), f"{ipp(7)} {ipp(8)}")
    assert (attempt.haul.patients, attempt.shown.patients, attempt.requests) == (set(), {7, 8}, 0)
    answers(attempt.thiefs(), f"<p>{ipp(9)}</p>")
    assert (attempt.haul.patients, attempt.shown.patients, attempt.requests) == ({9}, {7, 8}, 1)


def test_d6_a_theft_whose_owner_was_shown_nothing_proves_nothing(attempt: Attempt) -> None:
    answers(attempt.thiefs(), "nothing")
    with pytest.raises(BrokenWorldError, match="proves nothing"):
        judge(CASES[0], attempt)


def test_d6_a_thief_who_sent_nothing_proves_nothing(attempt: Attempt) -> None:
    answers(attempt.owners(), attempt.ground.hospital.markers.ipp(7))
    with pytest.raises(BrokenWorldError, match="proves nothing"):
        judge(CASES[0], attempt)


def test_d7_only_refusals_that_name_the_owner_since_the_theft_began_are_the_thiefs(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    names = {"account": attempt.owner.username}
    told = [
        said(1, Decision.REFUSE, "wrong-slip", **names),
        said(2, Decision.ALLOW, "login", **names),
        said(3, Decision.REFUSE, "wrong-password", account="somebody.else"),
        said(4, Decision.STEP_UP, "new-device", target=attempt.owner.username),
    ]

    def entries(_folder: Path, since: dt.datetime) -> list[Entry]:
        asked.append(since)
        return told

    monkeypatch.setattr("ecluse.drill.credentials.attempt.entries", entries)
    attempt.begin()
    assert [entry.rule for entry in attempt.refusals()] == ["wrong-slip", "new-device"]
    assert asked == [attempt.since]


def said(seq: int, decision: Decision, rule: str, **more: str) -> Entry:
    now = dt.datetime.now(dt.UTC)
    return Entry(seq=seq, at=now, salt="s", action=Action.LOGIN_FAILURE, decision=decision, rule=rule, **more)  # type: ignore[arg-type]


def test_d8_two_stolen_factors_are_in_no_sum_of_one() -> None:
    good = report(Judged("a", 3, 0, traced=True, refused_by=["new-device"], rightful=4))
    assert (good.exposed, [two.exposed for two in good.beyond]) == (0, [15])
    assert not {case.steal for case in CASES} & {case.steal for case in BEYOND}


def test_every_theft_has_a_story_and_an_owner() -> None:
    for case in CASES:
        assert case.stolen.endswith(".")
        assert case.stops.endswith(".")
    assert len({case.name for case in CASES}) == len(CASES) == len(REFUSED_BY)


def redeemed(provider: OpenProvider) -> httpx.Response:
    asked = {"redirect_uri": "http://127.0.0.1:1/back", "state": "s", "nonce": "n"}
    went = httpx.get(f"{provider.issuer}/authorization", params=asked)
    code = httpx.URL(went.headers["Location"]).params["code"]
    first = httpx.post(f"{provider.issuer}/token", data={"code": code})
    assert httpx.post(f"{provider.issuer}/token", data={"code": code}).status_code == 404
    return first


def test_the_provider_of_the_drill_is_honest_but_for_the_audience() -> None:
    with running() as provider:
        about = httpx.get(f"{provider.issuer}/.well-known/openid-configuration").json()
        assert httpx.get(about["jwks_uri"]).json()["keys"][0]["kid"] == "drill"
        provider.audience = "another"
        token = redeemed(provider).json()["id_token"]
    payload = token.split(".")[1]
    claims = msgspec.json.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert (claims["sub"], claims["aud"], claims["nonce"]) == (SUBJECT, "another", "n")
    assert claims["aud"] != CLIENT


def test_the_command_ends_with_a_code_of_its_own_when_it_did_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = report(Judged("session-cookie", 3, 0, traced=False, refused_by=[], rightful=4))
    monkeypatch.setattr(drill_credentials, "run", lambda *_: bad)
    done = CliRunner().invoke(app, ["stolen-credential"])
    assert done.exit_code == Exit.NOT_PROVEN
    assert "0 of 300 patients exposed" in done.stdout
    assert "15 exposed; the owner is told" in done.stdout


def test_a_drill_never_writes_over_what_is_in_a_folder(tmp_path: Path) -> None:
    settings = tmp_path / "ecluse.toml"
    settings.write_text('[site]\nname = "A real hospital"\n')
    with pytest.raises(BadInputError, match="not empty"):
        establishment.make(tmp_path)
    assert settings.read_text() == '[site]\nname = "A real hospital"\n'
    assert list(tmp_path.iterdir()) == [settings]


def test_a_folder_that_cannot_be_made_is_told_as_such() -> None:
    with pytest.raises(BadInputError, match="cannot be made"):
        establishment.make(Path("/proc/nope"))
