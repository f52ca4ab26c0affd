"""On a ward: a key that stays in its browser, badges on a shared workstation, a colleague for one night."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PASSWORD, wait_for_proof
from tests.browser.keys import Reader, enrol

from ecluse.core.home import Home

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
SignIn = Callable[[Page, str], Page]
Shot = Callable[[Page, str], None]
PIN = "471093"
MINUTE_S = 60


def ecluse(home: Home, *words: str) -> str:
    """Run the command of the establishment."""
    command = [sys.executable, "-m", "ecluse.cli.main", *words, "--home", str(home.path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60, env=os.environ)
    return done.stdout


def register(page: Page, home: Home, label: str) -> None:
    """Make this browser a shared workstation, with the code of the command line."""
    found = re.search(
        r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", ecluse(home, "workstations", "add", label, "--unit", "CARD")
    )
    assert found
    page.goto("/accounts/ward/")
    wait_for_proof(page)
    page.fill("#code", found[0])
    page.press("#code", "Enter")
    page.wait_for_selector("#ward_button")


def with_pin(page: Page, username: str) -> dict[str, object]:
    """Add a badge as first factor and choose a PIN; return the badge."""
    reader = enrol(page, username)
    page.goto("/accounts/pin/")
    page.fill("#pin", PIN)
    page.fill("#again", PIN)
    page.press("#again", "Enter")
    page.wait_for_selector(".notice.success")
    return reader.take()


def tap(page: Page, reader: Reader, badge: dict[str, object]) -> None:
    """Hold a badge against the reader of a shared workstation whose page waits for one."""
    reader.put(badge)
    page.goto("/accounts/ward/")


def test_a_temporary_colleague_is_issued_and_confirmed_in_under_a_minute(
    enter: Enter, sign_in: SignIn, shot: Shot
) -> None:
    night, doctor = sign_in(enter("fr-FR"), "y.cadre"), sign_in(enter(), "v.blin")
    began = time.monotonic()
    night.goto("/accounts/people/temporary/")
    night.fill("[name=name]", "Léa Morand")
    night.select_option("[name=profession]", "nurse")
    night.select_option("[name=unit]", index=1)
    shot(night, "temporary.fr")
    night.locator("form .primary").last.click()
    expect(night.locator("main strong.mono")).to_contain_text("t.lea-morand.")
    doctor.goto("/accounts/approvals/")
    doctor.locator("button[value=approve]").first.click()
    account, first = doctor.locator("#account").inner_text(), doctor.locator("#first").inner_text()
    took = time.monotonic() - began
    shot(doctor, "temporary-done.en")
    assert took < MINUTE_S, f"{took:.1f} s"
    newcomer = enter()
    newcomer.goto("/accounts/login/")
    newcomer.fill("[name=login]", account)
    newcomer.fill("[name=password]", first)
    newcomer.press("[name=password]", "Enter")
    newcomer.wait_for_url("**/factors/first/")
    newcomer.goto("/search/")
    assert newcomer.url.endswith("/factors/first/"), "the first password opens the page of the first factor, no other"


@pytest.mark.parametrize("agent", ["Mozilla/5.0 (another browser)", ""], ids=["elsewhere", "same-browser-later"])
def test_every_cookie_of_a_session_carried_to_another_browser_opens_nothing(
    enter: Enter, sign_in: SignIn, agent: str
) -> None:
    owner = sign_in(enter(), "v.blin")
    expect(owner.locator("table.list")).to_be_visible()
    taken = owner.context.cookies()
    assert {"session", "device", "proof"} <= {one["name"] for one in taken}
    thief = enter(**({"user_agent": agent} if agent else {}))
    if not agent:
        owner.wait_for_timeout(21_000)
    thief.context.add_cookies(
        [{"name": one["name"], "value": one["value"], "domain": one["domain"], "path": "/"} for one in taken]
    )
    for page in ("/", "/search/", "/accounts/sessions/"):
        thief.goto(page)
        thief.wait_for_url(re.compile("/reauthenticate/"))
        expect(thief.locator("body")).not_to_contain_text(re.compile("BERNARD|MOREAU|LEFEBVRE"))
    owner.goto("/")
    expect(owner.locator("table.list")).to_be_visible()


def test_a_session_left_in_the_background_proves_itself_and_goes_on(enter: Enter, sign_in: SignIn) -> None:
    page = sign_in(enter(), "v.blin")
    page.context.clear_cookies(name="proof")
    page.evaluate("Object.defineProperty(document, 'visibilityState', { value: 'hidden' })")
    page.context.clear_cookies(name="proof")
    page.goto("/search/")
    expect(page.locator("main form")).to_be_visible()
    assert page.url.endswith("/search/")


def test_without_javascript_one_signs_in_and_works(enter: Enter, code_of: Callable[[str], str]) -> None:
    page = enter(java_script_enabled=False)
    page.goto("/accounts/login/")
    page.fill("[name=login]", "m.noel")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.fill("[name=code]", code_of("m.noel"))
    page.press("[name=code]", "Enter")
    expect(page.locator("table.list")).to_be_visible()
    page.goto("/accounts/sessions/")
    expect(page.locator("table.list")).to_be_visible()


def test_people_switch_on_ward_workstations_by_a_tap_and_their_session_follows_them(
    enter: Enter, establishment: Home, shot: Shot
) -> None:
    fanny, oscar = with_pin(enter(), "f.faure"), with_pin(enter(), "o.perrin")
    one, two = enter("fr-FR"), enter()
    register(one, establishment, "CARD couloir 1")
    register(two, establishment, "CARD room 2")
    shot(one, "ward.fr")
    first, second = Reader(one), Reader(two)
    tap(one, first, fanny)
    one.wait_for_url("**/ward/pin/")
    shot(one, "ward-pin.fr")
    one.fill("#pin", PIN)
    one.press("#pin", "Enter")
    expect(one.locator("table.list tbody tr")).to_have_count(5)
    one.locator("table.list a").first.click()
    one.wait_for_selector(".banner h1")
    left = one.url
    shot(one, "ward-open.fr")

    fanny = first.take()
    began = time.monotonic()
    tap(two, second, fanny)
    two.wait_for_selector(".banner h1")
    took = time.monotonic() - began
    assert two.url.partition("/patient")[2] == left.partition("/patient")[2], "she goes on where she was"
    assert took < MINUTE_S, f"{took:.1f} s"
    one.goto("/")
    expect(one.locator("#ward_button")).to_be_visible()
    expect(one.locator("body")).not_to_contain_text(re.compile("BERNARD|MOREAU|LEFEBVRE"))

    two.locator(".lock-now").click()
    expect(two.locator("#ward_button")).to_be_visible()
    two.wait_for_timeout(1000)
    expect(two.locator("#ward_button")).to_be_visible()
    tap(two, second, oscar)
    two.wait_for_url("**/ward/pin/")
    two.fill("#pin", "582914")
    two.press("#pin", "Enter")
    expect(two.locator(".notice.danger")).to_be_visible()
    two.fill("#pin", PIN)
    two.press("#pin", "Enter")
    expect(two.locator("summary .who")).to_contain_text("Oscar Perrin")


def test_rights_are_reviewed_on_a_page(
    enter: Enter, sign_in: SignIn, code_of: Callable[[str], str], shot: Shot
) -> None:
    page = sign_in(enter("fr-FR"), "d.rossi")
    page.goto("/accounts/people/review/")
    row = page.locator("tr", has_text="b.simon")
    expect(row).to_be_visible()
    shot(page, "review.fr")
    row.locator("button[name=keep]").click()
    if "reauthenticate" in page.url:
        page.fill("[name=code]", code_of("d.rossi"))
        page.press("[name=code]", "Enter")
        page.goto("/accounts/people/review/")
        row.locator("button[name=keep]").click()
    expect(page.locator(".notice.success")).to_be_visible()
    expect(page.locator("tr", has_text="b.simon")).to_have_count(0)
