"""A real server, two worker processes, real HTTP: two hundred clients guess one password at the same moment."""

import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ecluse.accounts.testing import PASSWORD, SECRET
from ecluse.accounts.testing_key import Passkey
from ecluse.drill import establishment
from ecluse.drill.browser import page
from ecluse.safe.trace_reader import entries

CLIENTS, PEOPLE = 200, 40
PATIENT_S = 240
LOGIN = "/accounts/login/"
ADD = "/accounts/factors/webauthn/add/"
PASSKEY = "/accounts/factors/webauthn/login/"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an establishment of one nurse, served by two processes of four threads."""
    folder = tmp_path_factory.mktemp("a") / "h"
    establishment.make(folder)
    staff = [
        {"username": name, "professions": ["nurse"], "password": PASSWORD, "totp_secret": SECRET}
        for name in ("n.martin", *(f"n.{number}" for number in range(PEOPLE)))
    ]
    staff.append({"username": "k.key", "professions": ["nurse"], "password": PASSWORD})
    (folder / "staff.json").write_text(json.dumps(staff))
    establishment.command(folder, "accounts", "load", str(folder / "staff.json"), "--demo-credentials")
    return folder


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    with establishment.serving(home) as address:
        yield address.replace("127.0.0.1", "localhost")


def ready(url: str) -> tuple[httpx.Client, dict[str, str]]:
    """Open the sign-in page as a client of its own; return it with the fields of the form."""
    client = httpx.Client(base_url=url, timeout=PATIENT_S)
    here = client.get(LOGIN)
    form = next(form for form in page(here).forms if "password" in form.fields)
    return client, {**form.fields}


def at_once(url: str, names: list[str], password: str) -> list[int]:
    """Send one sign-in for each name, all at the same moment; return the statuses."""
    waiting = [ready(url) for _ in names]
    start, statuses = threading.Barrier(len(names)), [0] * len(names)

    def send(at: int) -> None:
        client, fields = waiting[at]
        start.wait()
        data = {**fields, "login": names[at], "password": password}
        statuses[at] = client.post(LOGIN, data=data, headers={"Referer": f"{url}{LOGIN}"}).status_code
        client.close()

    threads = [threading.Thread(target=send, args=(at,)) for at in range(len(names))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def rules(home: Path) -> Counter[str]:
    return Counter(entry.rule for entry in entries(home / "safe"))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a30_of_two_hundred_wrong_passwords_at_once_ten_are_evaluated(home: Path, url: str) -> None:
    before = rules(home)
    statuses = at_once(url, ["n.martin"] * CLIENTS, "wrong wrong wrong")
    after = rules(home) - before
    assert set(statuses) == {200}, "nobody was let in, and no one met an error"
    assert after["wrong-password"] == 10
    assert after["too-many-attempts"] == CLIENTS - 10


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a35_forty_people_behind_that_very_address_then_sign_in_at_once(home: Path, url: str) -> None:
    statuses = at_once(url, [f"n.{number}" for number in range(PEOPLE)], PASSWORD)
    assert set(statuses) == {302}


def post(client: httpx.Client, path: str, data: dict[str, str]) -> httpx.Response:
    """Send a form as a browser does, with the token of the last page."""
    token = client.cookies.get("csrftoken") or ""
    origin = str(client.base_url).rstrip("/")
    headers = {"Referer": f"{origin}{path}", "Origin": origin, "X-CSRFToken": token}
    return client.post(path, data=data, headers=headers)


def enrol(url: str, key: Passkey) -> None:
    """Add ``key`` as the first factor of k.key, through the pages."""
    with httpx.Client(base_url=url, timeout=PATIENT_S) as client:
        client.get(LOGIN)
        post(client, LOGIN, {"login": "k.key", "password": PASSWORD})
        shown = re.search(r'<script id="js_data" type="application/json">(.*?)</script>', client.get(ADD).text)
        assert shown
        credential = key.register(json.loads(shown[1])["creation_options"], url)
        added = post(client, ADD, {"name": "badge", "passwordless": "on", "credential": credential})
        assert added.status_code == 302


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a35_the_rightful_person_comes_in_with_a_passkey_during_the_attack(home: Path, url: str) -> None:
    key = Passkey()
    enrol(url, key)
    guessing = threading.Thread(target=at_once, args=(url, ["k.key"] * PEOPLE, "wrong wrong wrong"))
    guessing.start()
    with httpx.Client(base_url=url, timeout=PATIENT_S) as client:
        client.get(LOGIN)
        asked = client.get(PASSKEY, headers={"Accept": "application/json"}).json()["request_options"]
        answer = post(client, PASSKEY, {"credential": key.prove(asked, url)})
        opened = client.get("/accounts/sessions/").status_code
    guessing.join()
    assert (answer.status_code, opened) == (302, 200)
    assert at_once(url, ["k.key"], PASSWORD) == [200], "while the password alone is not looked at"
