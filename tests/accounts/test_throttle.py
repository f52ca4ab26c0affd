"""How many wrong proofs are looked at, on both databases: never one more because two came at once."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connections
from django.http import HttpRequest
from django.test import Client, RequestFactory

from ecluse.accounts import throttle, workstation
from ecluse.accounts.models import Account, Tries
from ecluse.accounts.testing import PASSWORD, code, person
from ecluse.core.errors import RefusedError
from ecluse.core.words import Action
from ecluse.safe.entry import Entry

LOGIN = "/accounts/login/"
FACTOR = "/accounts/factors/authenticate/"
FRESH = "/accounts/factors/reauthenticate/"
OTHER = "another-database"
REAL_TIME = time.time
SQLITE = {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL;"}
Trace = Callable[[], list[Entry]]


def request(address: str = "192.0.2.1", device: str = "") -> HttpRequest:
    made = RequestFactory().post(LOGIN, REMOTE_ADDR=address)
    made.ecluse_device = device  # type: ignore[attr-defined]
    return made


def tries(username: str, times: int, **where: str) -> int:
    """Try ``times``; return how many were evaluated."""
    evaluated = 0
    for _ in range(times):
        try:
            throttle.reserve(request(**where), username)
        except RefusedError:
            continue
        evaluated += 1
    return evaluated


def later(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    now = REAL_TIME() + seconds
    monkeypatch.setattr("ecluse.accounts.throttle.time.time", lambda: now)


def test_a30_ten_wrong_proofs_are_looked_at_and_no_more(nurse: Account) -> None:
    assert tries("n.martin", 40) == 10


def test_a30_then_one_at_a_time_after_waits_that_grow(nurse: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tries("n.martin", 10) == 10
    passed = 0.0
    for wait in (60, 120, 300, 900, 1800, 3600, 3600):
        later(passed + wait - 5, monkeypatch)
        assert tries("n.martin", 3) == 0, f"before {wait} s"
        passed += wait + 1
        later(passed, monkeypatch)
        assert tries("n.martin", 3) == 1, f"after {wait} s"


def test_a30_after_a_hundred_none_however_long_one_waits(nurse: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    tries("n.martin", 1)
    Tries.objects.filter(key__startswith="a:").update(count=throttle.NEVER_AFTER)
    later(30 * 24 * 3600, monkeypatch)
    assert tries("n.martin", 3) == 0


def test_a30_a_right_proof_gives_its_try_back(nurse: Account) -> None:
    for _ in range(50):
        throttle.give_back(throttle.reserve(request(), "n.martin"))
    assert tries("n.martin", 20) == 10


def test_a30_a_name_that_is_nobodys_is_counted_alike_so_that_it_tells_nothing() -> None:
    assert tries("no.such.person", 40) == 10
    assert not Tries.objects.filter(key__contains="no.such").exists()


def test_a30_the_letters_case_of_a_name_is_no_new_start(nurse: Account) -> None:
    assert tries("n.martin", 8) + tries("N.MARTIN", 8) == 10


def test_a35_strangers_do_not_shut_out_the_person_at_their_own_desk(nurse: Account) -> None:
    throttle.proved(request(device="desk"), "n.martin")
    assert tries("n.martin", 200, address="203.0.113.9") == 10
    assert tries("n.martin", 1, device="desk") == 1


def test_a35_a_stolen_desk_is_held_to_ten_too(nurse: Account) -> None:
    throttle.proved(request(device="desk"), "n.martin")
    assert tries("n.martin", 40, device="desk") == 10


def test_a35_a_desk_of_one_person_is_no_desk_of_another(nurse: Account) -> None:
    throttle.proved(request(device="desk"), "n.martin")
    person("other", "nurse")
    assert tries("other", 10) == 10
    assert tries("other", 5, device="desk") == 0


def test_a_browser_whose_cookie_was_not_signed_here_is_a_strangers(nurse: Account, client: Client) -> None:
    throttle.proved(request(device="desk"), "n.martin")
    client.cookies[workstation.cookie_name()] = "desk:forged"
    tries("n.martin", 10)
    client.post(LOGIN, {"login": "n.martin", "password": PASSWORD})
    assert "account_authentication_methods" not in client.session


def test_a35_one_address_tries_a_hundred_wrong_ones_in_ten_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sum(tries(f"person.{number}", 1) for number in range(130)) == 100
    assert tries("person.200", 1, address="192.0.2.2") == 1
    later(throttle.ADDRESS_WINDOW_S + 1, monkeypatch)
    assert tries("person.200", 1) == 1


def test_a35_right_sign_ins_of_a_whole_hospital_behind_one_address_do_not_count() -> None:
    for number in range(400):
        throttle.give_back(throttle.reserve(request(), f"person.{number}"))
    assert tries("person.401", 1) == 1


def test_an_ipv6_neighbour_is_the_same_network_and_another_household_is_not() -> None:
    near, far = request("2001:db8:1:2::a"), request("2001:db8:1:3::a")
    assert throttle.network(near) == throttle.network(request("2001:db8:1:2:ffff::b"))
    assert throttle.network(near) != throttle.network(far)


def test_a30_a_try_that_is_not_looked_at_is_traced(nurse: Account, trace: Trace) -> None:
    tries("n.martin", 11)
    [entry] = [entry for entry in trace() if entry.rule == "too-many-attempts"]
    assert (entry.account, entry.action, entry.detail) == ("n.martin", Action.LOGIN_FAILURE, "account")


def test_a30_codes_are_counted_with_passwords(nurse: Account, client: Client) -> None:
    client.post(LOGIN, {"login": "n.martin", "password": PASSWORD})
    for _ in range(10):
        client.post(FACTOR, {"code": "000000"})
    client.post(FACTOR, {"code": code()})
    assert "_auth_user_id" not in client.session
    again = Client().post(LOGIN, {"login": "n.martin", "password": PASSWORD})
    assert again.status_code == 200


def test_a30_a_thief_with_the_password_gets_no_new_start_from_it(nurse: Account) -> None:
    evaluated = 0
    for _ in range(15):
        thief = Client()
        if thief.post(LOGIN, {"login": "n.martin", "password": PASSWORD}).status_code == 302:
            evaluated += 1
            thief.post(FACTOR, {"code": "000000"})
    assert evaluated == 10


def test_a30_a_stolen_session_guesses_neither_code_nor_password(
    nurse: Account, session_of: Callable[..., Client]
) -> None:
    thief = session_of(nurse, age=4000)
    for _ in range(10):
        thief.post(FRESH, {"code": "000000"})
    new = {"password1": "tuba ocre", "password2": "tuba ocre"}
    answer = thief.post("/accounts/password/", {"oldpassword": PASSWORD, **new})
    nurse.refresh_from_db()
    assert answer.status_code == 200
    assert nurse.check_password(PASSWORD)


def test_a_whole_sign_in_starts_again_at_nought(nurse: Account, client: Client) -> None:
    tries("n.martin", 9)
    client.post(LOGIN, {"login": "n.martin", "password": PASSWORD})
    client.post(FACTOR, {"code": code()})
    assert "_auth_user_id" in client.session
    assert tries("n.martin", 20) == 10


def test_counters_nobody_touched_for_a_season_are_forgotten(nurse: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    tries("n.martin", 3)
    later(throttle.FORGOTTEN_AFTER_S + 1, monkeypatch)
    tries("somebody.else", 1)
    assert Tries.objects.filter(key__startswith="a:").count() == 1


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def many(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Name the database that threads count in, each on a connection of its own: a file, or PostgreSQL."""
    usual = connections.settings["default"]
    found: dict[str, object] = {"NAME": str(tmp_path / "db.sqlite3"), "OPTIONS": SQLITE}
    if request.param == "postgresql":
        url = urlsplit(request.getfixturevalue("postgres_url"))
        engine = "django.db.backends.postgresql"
        host = parse_qs(url.query)["host"][0]
        found = {"ENGINE": engine, "NAME": url.path.lstrip("/"), "USER": url.username, "HOST": host, "OPTIONS": {}}
    connections.settings[OTHER] = {**usual, **found}
    with request.getfixturevalue("django_db_blocker").unblock():
        with connections[OTHER].schema_editor() as editor:
            editor.create_model(Tries)
        monkeypatch.setattr(Tries, "objects", Tries.objects.db_manager(OTHER))
        yield OTHER
        with connections[OTHER].schema_editor() as editor:
            editor.delete_model(Tries)
        connections[OTHER].close()
    del connections[OTHER]
    del connections.settings[OTHER]


def test_a30_of_tries_that_come_at_once_ten_are_counted(many: str) -> None:
    passed: list[bool] = []
    start = threading.Barrier(16)

    def hammer() -> None:
        start.wait()
        passed.extend(throttle.counted("a:somebody", time.time()) for _ in range(5))
        connections[many].close()

    threads = [threading.Thread(target=hammer) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(passed), sum(passed)) == (80, 10)
