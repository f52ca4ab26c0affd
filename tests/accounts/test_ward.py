"""Shared workstations: a tap and a PIN, one person at a time, the session follows the person."""

import datetime as dt
import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable

import pytest
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.test import Client, RequestFactory
from django.utils import timezone
from typer.testing import CliRunner

from ecluse.accounts import device_key, pins, workstations
from ecluse.accounts.models import Account, Pin, Shift, Unit, Workstation
from ecluse.accounts.testing import person
from ecluse.accounts.testing_key import COPIED, PRESENT, Passkey
from ecluse.cli.workstations import app
from ecluse.core.errors import BadInputError
from ecluse.core.words import Action
from ecluse.drill.device import DeviceKey
from ecluse.safe.entry import Entry

WARD, PIN_PAGE, LOCK = "/accounts/ward/", "/accounts/ward/pin/", "/accounts/ward/lock/"
PAGE, PIN = "/accounts/sessions/", "471093"
Trace = Callable[[], list[Entry]]
Place = Callable[..., "Ward"]


class Ward:
    """A ward PC: one browser with its key."""

    def __init__(self) -> None:
        self.client, self.key = Client(SERVER_NAME="localhost"), DeviceKey()

    def ready(self) -> Client:
        self.client.cookies["proof"] = self.key.proof(device_key.challenge(RequestFactory().get("/")))
        return self.client

    def tap(self, badge: Passkey) -> str:
        page = self.ready().get(WARD).content.decode()
        found = re.search(r'<script id="js_data" type="application/json">(.*?)</script>', page)
        assert found, page
        answer = self.client.post(WARD, {"credential": badge.prove(json.loads(found[1])["request_options"])})
        return answer.headers.get("Location", str(answer.status_code))

    def pin(self, pin: str = PIN) -> str:
        answer = self.ready().post(PIN_PAGE, {"pin": pin})
        return answer.headers.get("Location", str(answer.status_code))

    def get(self, page: str = PAGE) -> int:
        return int(self.ready().get(page).status_code)

    def user(self) -> str:
        key = self.client.session.get("_auth_user_id")
        return Account.objects.get(pk=key).username if key else ""


@pytest.fixture
def unit() -> Unit:
    return Unit.objects.create(code="CARD", name="Cardiologie")


@pytest.fixture
def place(unit: Unit) -> Place:
    """Register a ward PC: ``place()``, ``place("URG")`` in another unit."""

    def registered(code: str = "CARD") -> Ward:
        Unit.objects.get_or_create(code=code, defaults={"name": code})
        typed, _row = workstations.add(f"{code} {Workstation.objects.count()}", code)
        ward = Ward()
        assert ward.ready().post("/accounts/ward/register/", {"code": typed.lower()}).headers["Location"] == WARD
        return ward

    return registered


def badge_of(account: Account, flags: int = PRESENT) -> Passkey:
    """Enrol a badge: a key that asks for no finger and no PIN of its own."""
    badge = Passkey(flags=flags)
    owner = urlsafe_b64encode(user_pk_to_url_str(account).encode()).rstrip(b"=").decode()
    credential = badge.register({"publicKey": {"user": {"id": owner}, "challenge": "AAAA"}})
    data = {"name": "badge", "credential": json.loads(credential)}
    Authenticator.objects.create(user=account, type=Authenticator.Type.WEBAUTHN, data=data)
    return badge


@pytest.fixture
def nadia() -> tuple[Account, Passkey]:
    account = person("n.ward", "nurse")
    pins.keep(account, PIN)
    return account, badge_of(account)


@pytest.fixture
def lou() -> tuple[Account, Passkey]:
    account = person("l.ward", "nurse")
    pins.keep(account, PIN)
    return account, badge_of(account)


def test_a_badge_and_a_pin_open_a_shift_and_then_a_tap_is_enough(
    place: Place, nadia: tuple[Account, Passkey], trace: Trace
) -> None:
    pc = place()
    assert pc.tap(nadia[1]) == PIN_PAGE
    assert pc.user() == ""
    assert pc.pin() == "/"
    assert pc.user() == "n.ward"
    assert pc.get() == 200
    pc.ready().post(LOCK)
    assert pc.user() == ""
    assert pc.tap(nadia[1]) == PAGE
    assert pc.user() == "n.ward"
    said = [entry.detail for entry in trace() if entry.action is Action.LOGIN and entry.account == "n.ward"]
    assert said[-2:] == ["hwk+pin+mfa", "hwk"]


def test_a12_the_session_follows_the_person_and_ends_where_it_was(place: Place, nadia: tuple[Account, Passkey]) -> None:
    first, second = place(), place()
    first.tap(nadia[1])
    first.pin()
    assert first.get("/accounts/approvals/") == 200
    assert second.tap(nadia[1]) == "/accounts/approvals/"
    assert second.get() == 200
    assert first.ready().get(PAGE).headers["Location"] == WARD


def test_a12_the_next_badge_takes_the_place_never_two_at_once(
    place: Place, nadia: tuple[Account, Passkey], lou: tuple[Account, Passkey]
) -> None:
    pc = place()
    pc.tap(nadia[1])
    pc.pin()
    kept = Client(SERVER_NAME="localhost")
    for name in pc.client.cookies:
        kept.cookies[name] = pc.client.cookies[name].value
    pc.tap(lou[1])
    pc.pin()
    assert pc.user() == "l.ward"
    kept.cookies["proof"] = pc.key.proof(device_key.challenge(RequestFactory().get("/")))
    assert kept.get(PAGE).headers["Location"] == WARD


def test_a12_a_tap_alone_opens_nothing_before_the_pin(place: Place, nadia: tuple[Account, Passkey]) -> None:
    pc = place()
    pc.tap(nadia[1])
    assert pc.ready().get(PAGE).headers["Location"] == WARD
    assert pc.pin("471094") == "403"
    assert pc.user() == ""


def test_a12_a_shift_of_one_unit_asks_for_the_pin_in_another(place: Place, nadia: tuple[Account, Passkey]) -> None:
    here, there = place("CARD"), place("URG")
    here.tap(nadia[1])
    here.pin()
    assert there.tap(nadia[1]) == PIN_PAGE


def test_a12_a_shift_ends_after_twelve_hours(place: Place, nadia: tuple[Account, Passkey]) -> None:
    pc = place()
    pc.tap(nadia[1])
    pc.pin()
    pc.ready().post(LOCK)
    Shift.objects.update(until=timezone.now() - dt.timedelta(seconds=1))
    assert pc.tap(nadia[1]) == PIN_PAGE


def test_a12_a_badge_opens_nothing_on_a_browser_that_is_no_ward_workstation(nadia: tuple[Account, Passkey]) -> None:
    pc = Ward()
    assert "js_data" not in pc.ready().get(WARD).content.decode()
    assert pc.client.post(WARD, {"credential": "{}"}).status_code == 403
    assert pc.ready().post(PIN_PAGE, {"pin": PIN}).headers["Location"] == WARD


def test_a12_the_cookie_of_a_ward_workstation_is_worth_nothing_without_its_key(
    place: Place, nadia: tuple[Account, Passkey]
) -> None:
    pc, thief = place(), Ward()
    thief.client.cookies["device"] = pc.client.cookies["device"].value
    assert thief.client.get(WARD).status_code == 401
    assert "js_data" not in thief.ready().get(WARD).content.decode()


def test_a12_a_passkey_that_can_be_copied_is_no_badge(place: Place) -> None:
    account = person("s.synced", "nurse")
    pins.keep(account, PIN)
    badge = badge_of(account, PRESENT | COPIED)
    pc = place()
    assert pc.tap(badge) == "403"
    assert pc.user() == ""


def test_a12_privileged_people_do_not_tap(place: Place) -> None:
    account = person("o.ward", "security-officer")
    pins.keep(account, PIN)
    assert place().tap(badge_of(account)) == "403"


def test_a12_a_badge_without_a_pin_of_its_owner_opens_nothing(place: Place) -> None:
    assert place().tap(badge_of(person("p.without", "nurse"))) == "403"


def test_a12_a_badge_that_nobody_enrolled_opens_nothing(place: Place) -> None:
    assert place().tap(Passkey()) == "422"


def test_a12_a_removed_workstation_stops_the_very_next_request(place: Place, nadia: tuple[Account, Passkey]) -> None:
    pc = place()
    pc.tap(nadia[1])
    pc.pin()
    [row] = workstations.listed()
    workstations.remove(row.label)
    assert pc.ready().get(PAGE).status_code == 302
    assert "js_data" not in pc.ready().get(WARD).content.decode()


def test_a12_more_than_a_tap_is_asked_before_a_sensitive_act(place: Place, nadia: tuple[Account, Passkey]) -> None:
    pc = place()
    pc.tap(nadia[1])
    pc.pin()
    pc.ready().post(LOCK)
    pc.tap(nadia[1])
    assert "/accounts/reauthenticate/" in pc.ready().get("/accounts/pin/").headers["Location"]


def test_a_person_outside_their_dates_does_not_tap_in(place: Place, nadia: tuple[Account, Passkey]) -> None:
    pc = place()
    Account.objects.filter(pk=nadia[0].pk).update(ends=timezone.localdate() - dt.timedelta(days=1))
    pc.tap(nadia[1])
    assert pc.pin() == "403"
    assert pc.user() == ""


@pytest.mark.parametrize("code", ["", "AAAA-BBBB-CCCC", "0"])
def test_a_wrong_code_registers_nothing(unit: Unit, code: str) -> None:
    workstations.add("CARD 1", "CARD")
    assert Ward().ready().post("/accounts/ward/register/", {"code": code}).status_code == 403
    assert not Workstation.objects.filter(ward=True).exists()


def test_a_code_is_good_once_for_half_an_hour_and_with_a_key(unit: Unit) -> None:
    typed, row = workstations.add("CARD 1", "CARD")
    keyless = Client(SERVER_NAME="localhost")
    assert keyless.post("/accounts/ward/register/", {"code": typed}).status_code == 403
    Workstation.objects.filter(pk=row.pk).update(code_until=timezone.now() - dt.timedelta(seconds=1))
    assert Ward().ready().post("/accounts/ward/register/", {"code": typed}).status_code == 403
    Workstation.objects.filter(pk=row.pk).update(code_until=timezone.now() + dt.timedelta(minutes=1))
    assert Ward().ready().post("/accounts/ward/register/", {"code": typed}).status_code == 302
    assert Ward().ready().post("/accounts/ward/register/", {"code": typed}).status_code == 403


@pytest.mark.parametrize(("label", "unit_code"), [("", "CARD"), ("x", "NOWHERE")])
def test_a_workstation_has_a_label_and_a_unit(unit: Unit, label: str, unit_code: str) -> None:
    with pytest.raises(BadInputError):
        workstations.add(label, unit_code)


def test_the_commands_announce_list_and_remove_a_workstation(unit: Unit) -> None:
    def run(*words: str) -> str:
        return CliRunner().invoke(app, [*words, "--json"], catch_exceptions=False).stdout

    told = json.loads(run("add", "CARD 1", "--unit", "CARD"))
    assert Ward().ready().post("/accounts/ward/register/", {"code": told["code"]}).status_code == 302
    assert [(row["label"], row["unit"], row["registered"]) for row in json.loads(run("list"))] == [
        ("CARD 1", "CARD", True)
    ]
    run("remove", "CARD 1")
    assert json.loads(run("list")) == []


@pytest.mark.parametrize("pin", ["12345", "123456", "654321", "111111", "121212", "123123", "abcdef", "1" * 13, ""])
def test_a_pin_that_anybody_would_try_is_not_taken(pin: str) -> None:
    assert not pins.fit(pin)


def test_a_good_pin_is_taken_and_is_not_in_the_database() -> None:
    assert pins.fit(PIN)
    account = person("p.pin", "nurse")
    pins.keep(account, PIN)
    kept = Pin.objects.get(account=account).sealed
    assert PIN not in kept
    assert "argon2" not in kept


def test_a12_of_many_wrong_pins_five_are_judged_even_when_all_come_while_the_first_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account, judged = person("p.many", "nurse"), list[str]()
    pins.keep(account, PIN)

    def slow(pin: str, _kept: str) -> bool:
        judged.append(pin)
        return pins.right(account, f"{len(judged):06d}")

    monkeypatch.setattr(pins, "check_password", slow)
    assert not pins.right(account, "000000")
    assert len(judged) == pins.MOST_TRIES
    assert pins.spent(account)
    monkeypatch.undo()
    assert not pins.right(account, PIN), "a spent PIN stays spent, even the right one"
