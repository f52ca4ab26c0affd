"""The thief presses what can be pressed, gives up when nothing comes, and a server that leaks is caught leaking."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import httpx
import msgspec
import pytest

from ecluse.core.words import Compartment, Profession
from ecluse.drill import registry, theft
from ecluse.drill.attacks import stolen_account
from ecluse.drill.attacks.stolen_account import LOUD, steal
from ecluse.drill.browser import Browser, page
from ecluse.drill.hospital import Hospital
from ecluse.drill.measure import Haul
from ecluse.drill.moves import quiet, reading, searching
from ecluse.drill.signin import totp
from ecluse.drill.staff import Work
from ecluse.drill.theft import Knobs, Result, Scene, Theft, exposures, tip, victim
from ecluse.drill.thief import Known, LockedOutError, OutOfTimeError, Thief
from ecluse.safe.policy import DEFAULT_FILE, load

NOW = dt.datetime(2026, 3, 10, 9, tzinfo=dt.UTC)
HOSPITAL = Hospital(patients=400, seed=5, now=NOW)
REFS = {f"{number:032x}": number for number in range(400)}
Answer = Callable[[httpx.Request], httpx.Response]
HTML = {"content-type": "text/html"}


def thief_before(answer: Answer, requests: int = 500, seconds: float = 20) -> Thief:
    """Return a thief whose requests are answered by ``answer``."""
    known = Known(
        victim=victim(HOSPITAL, Profession.NURSE),
        policy=load(DEFAULT_FILE),
        tips=[tip(HOSPITAL, ref, number) for ref, number in REFS.items()],
        doors=["/patient/<ref>/print/", "/export/", "/fhir/<kind>/<id_>"],
        helpers=["a.moreau"],
        own=[tip(HOSPITAL, ref, number) for ref, number in list(REFS.items())[:5]],
    )
    browser = Browser("http://site.test")
    browser.http = httpx.Client(base_url="http://site.test", transport=httpx.MockTransport(answer))
    return Thief(browser, known, Haul(HOSPITAL.markers), requests=requests, seconds=seconds, seed=1)


def refusing(_: httpx.Request) -> httpx.Response:
    return httpx.Response(403, text="no", headers=HTML)


def leaking(request: httpx.Request) -> httpx.Response:
    """Give any patient whose reference stands in the address."""
    for ref, number in REFS.items():
        if ref in request.url.path:
            return httpx.Response(200, json=HOSPITAL.bundle(number)[0])
    return httpx.Response(404, text="nothing", headers=HTML)


@pytest.fixture(autouse=True)
def short_last_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stolen_account, "LAST_ROUND_S", 2.0)


def test_a_server_that_refuses_everything_exposes_nobody_and_contains() -> None:
    thief = thief_before(refusing)
    report = steal(thief)
    assert thief.haul.patients == set()
    assert report.contained
    assert report.contained_after_s == 0


def test_a_server_without_a_gate_is_emptied_and_said_not_to_contain() -> None:
    thief = thief_before(leaking, requests=300)
    report = steal(thief)
    assert len(thief.haul.patients) > 100
    assert not report.contained
    assert thief.haul.compartments().keys() == {"identity", "contact", "care"}


@pytest.mark.parametrize("move", [reading.in_order, reading.at_random, reading.everything, reading.every_door])
def test_each_way_of_reading_finds_the_hole(move: Callable[[Thief], None]) -> None:
    thief = thief_before(leaking)
    move(thief)
    assert thief.haul.patients


def test_a_list_that_scrolls_for_ever_is_scraped() -> None:
    def listing(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params.get("page", "0"))
        names = "".join(f"<td>{HOSPITAL.markers.birth_name(n)}</td>" for n in range(number * 4, number * 4 + 4))
        return httpx.Response(200, text=f"{names}<a href='?page={number + 1}'>+</a>", headers=HTML)

    thief = thief_before(listing)
    searching.lists(thief)
    assert len(thief.haul.patients) > 200


def test_a_quiet_thief_stops_below_the_caps_it_knows() -> None:
    thief = thief_before(leaking, seconds=5)
    quiet.grab(thief)
    caps = thief.known.policy.professions[Profession.NURSE].caps
    assert len(thief.haul.patients) <= sum(cap.minute for cap in caps.values())


def test_a_thief_ends_when_its_requests_or_its_time_are_used_up() -> None:
    with pytest.raises(OutOfTimeError):
        reading.pieces(thief_before(leaking, requests=5))
    with pytest.raises(OutOfTimeError):
        reading.pieces(thief_before(leaking, seconds=0))


def test_a_thief_gives_up_a_road_after_nothing_but_refusals() -> None:
    with pytest.raises(LockedOutError):
        reading.pieces(thief_before(refusing))


def test_a_server_that_does_not_answer_is_a_failure_of_the_thief_not_of_the_drill() -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("down", request=request)

    assert thief_before(broken).get("/", "x").status_code == 599


def test_names_in_headers_count_too() -> None:
    name = HOSPITAL.markers.birth_name(9)
    thief = thief_before(lambda _: httpx.Response(302, headers={"location": f"/?q={name.encode().hex()}"}))
    thief.get("/", "x")
    assert thief.haul.patients == set()
    thief = thief_before(lambda _: httpx.Response(204, headers={"x-who": name.encode("ascii", "ignore").decode()}))
    if name.isascii():
        thief.get("/", "x")
        assert thief.haul.patients == {9}


def test_forms_are_filled_with_what_stands_there_a_choice_and_lies() -> None:
    text = """<a href='/x/'>x</a><form method=post action=/gate/glass/><input type=hidden name=ticket value=T>
    <select name=reason><option value=''>-<option value=vital>v</select><input name=text><input name=days type=number>
    <input type=password name=password><button name=go value=1>go</button></form>
    <form method=post action=/accounts/logout/></form>"""
    sent: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.content)
        return httpx.Response(200, text=text, headers=HTML)

    thief = thief_before(answer)
    here = thief.get("/", "x")
    assert page(here).links == ["/x/"]
    thief.press(here, "x")
    assert len(sent) == 2
    assert b"ticket=T&reason=vital" in sent[1]
    assert b"days=100" in sent[1]
    thief.press(here, "x")
    assert len(sent) == 2


def test_a_thief_never_signs_its_session_out() -> None:
    thief = thief_before(refusing)
    text = "<form method=post action=/accounts/logout/></form><form method=post action=/sessions/end/></form>"
    here = httpx.Response(200, text=text, headers=HTML, request=httpx.Request("GET", "http://site.test/"))
    assert thief.press(here, "x") == []


@pytest.mark.parametrize(
    ("pattern", "address"),
    [
        (r"^patient/(?P<ref>[0-9a-f]{32})/print/$", "patient/<ref>/print/"),
        (r"^(?P<kind>[A-Z]{1,63})/(?P<id_>[a-z.-]{1,64})/_h/(?P<version>[0-9]{1,9})\Z", "<kind>/<id_>/_h/<version>"),
        (r"^Patient/(?P<id_>[a-z]{1,64})/\$everything\Z", "Patient/<id_>/$everything"),
        (r"^(?P<rest>(?s:.*))\Z", "<rest>"),
        ("approvals/<int:sequence>/", "approvals/<int:sequence>/"),
    ],
)  # fmt: skip
def test_addresses_are_read_from_the_sites_own_table(pattern: str, address: str) -> None:
    assert registry.simple(pattern) == address


def test_the_code_is_that_of_rfc_6238() -> None:
    assert totp("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 59) == "287082"
    assert totp("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 1111111109) == "081804"


def test_the_fixed_cast_is_spared_where_there_is_somebody_else() -> None:
    for profession in (
        Profession.NURSE,
        Profession.DIM_PHYSICIAN,
        Profession.IT_ADMINISTRATOR,
        Profession.INTERFACE_SERVICE,
    ):
        assert victim(HOSPITAL, profession) != HOSPITAL.first(profession)


def test_every_move_says_what_it_does() -> None:
    assert len({move.__name__ for move in LOUD}) == len(LOUD) > 15
    assert all(move.__doc__ for move in LOUD)
    for word in ("Story", "What it does", "What is counted"):
        assert word in (stolen_account.__doc__ or "")


def judged(monkeypatch: pytest.MonkeyPatch, traced: object, status: int = 0) -> Result:
    monkeypatch.setattr(theft, "command", lambda *_: msgspec.json.encode(traced).decode())
    monkeypatch.setattr(theft, "command_status", lambda *_: status)
    one = Theft(Scene(HOSPITAL, Path("/nowhere"), ""), Profession.NURSE)
    one.haul.found = {(7, Compartment.IDENTITY), (7, Compartment.CARE)}
    one.judge(registry.Known(REFS, {}, []))
    return one.result(Work())


def row(number: int, *words: str) -> dict[str, object]:
    return {"patient": f"{number:032x}", "compartments": words, "times": 1}


def test_the_trace_is_exact_when_it_says_what_was_received(monkeypatch: pytest.MonkeyPatch) -> None:
    assert judged(monkeypatch, [row(7, "identity", "care")]).trace_ok


@pytest.mark.parametrize(
    "traced",
    [
        [],
        [row(7, "identity")],
        [row(7, "identity", "care", "clinical")],
        [row(7, "identity", "care"), row(8, "identity")],
        [row(7, "identity", "care"), {"patient": "f" * 32, "compartments": ["care"], "times": 1}],
    ],
)
def test_the_trace_is_not_exact_when_it_says_less_or_more(monkeypatch: pytest.MonkeyPatch, traced: object) -> None:
    assert not judged(monkeypatch, traced).trace_ok


def test_a_trace_that_does_not_verify_is_not_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not judged(monkeypatch, [row(7, "identity", "care")], status=6).trace_ok


def test_the_result_has_exactly_the_keys_that_were_agreed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = msgspec.to_builtins(judged(monkeypatch, []))
    assert list(found) == [
        "attack", "as", "population", "seed", "requests", "exposed", "exposed_by_route", "exposed_compartments",
        "contained", "contained_after_s", "legitimate_refused", "trace_ok",
    ]  # fmt: skip
    assert found["as"] == "nurse"
    assert exposures("[]", {}) == set()
    assert Knobs().seconds == 90
