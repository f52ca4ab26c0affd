"""Coming back after a loss: a recovery code, a sealed slip for a factor, a sealed slip for a password."""

import base64
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PASSWORD, code, totp
from tests.browser.keys import Reader, add_key, type_password

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
SignIn = Callable[[Page, str], Page]
Shot = Callable[[Page, str], None]
NAMES = re.compile("BERNARD|DUVAL|MOREAU|LEFEBVRE|GIRARD|ROUSSEL")
NEW_PASSWORD = "trois-biefs-en-aval"
ENROL, SLIP = "**/factors/first/", "**/accounts/slip/"
BEFORE_WORK = re.compile("/accounts/(login|factors/authenticate)/")
SHUT = ("/", "/search/", "/accounts/sessions/", "/accounts/password/", "/fhir/Patient?name=Bernard")


def type_code(page: Page, typed: str) -> None:
    """Type a code of an app, or a recovery code."""
    page.fill("[name=code]", typed)
    page.press("[name=code]", "Enter")


def at_work(page: Page) -> None:
    """See the patients of the unit."""
    page.goto("/")
    expect(page.locator("table.list tbody tr")).to_have_count(5)


def codes_of(page: Page, username: str) -> list[str]:
    """Make recovery codes; they are shown once."""
    page.goto("/accounts/factors/recovery-codes/generate/")
    page.wait_for_url("**/reauthenticate/**")
    type_code(page, code(username))
    page.wait_for_url("**/recovery-codes/generate/")
    page.locator("main form button").click()
    return page.locator("textarea").input_value().split()


def still_at(page: Page, where: str) -> None:
    """See that no other page is reached."""
    for path in SHUT:
        page.goto(path)
        expect(page.locator("body")).not_to_contain_text(NAMES)
    page.goto("/search/")
    page.wait_for_url(where)


@pytest.mark.parametrize(("language", "username"), [("fr-FR", "e.roche"), ("en-GB", "e.royan")])
def test_a37_a_recovery_code_opens_the_page_of_a_new_factor_alone_and_the_lost_one_goes(
    enter: Enter, sign_in: SignIn, shot: Shot, language: str, username: str
) -> None:
    short = language[:2]
    [paper, *_] = codes_of(sign_in(enter(language), username), username)
    page = enter(language)
    type_password(page, username)
    type_code(page, paper)
    page.wait_for_url(ENROL)
    still_at(page, ENROL)
    expect(page.locator("html")).to_have_attribute("lang", short)
    shot(page, f"recovery.{short}")
    page.locator("a[href*='totp/activate']").click()
    secret = page.locator("#authenticator_secret").input_value()
    shot(page, f"recovery-app.{short}")
    type_code(page, totp(base64.b32decode(secret)))
    page.wait_for_url(lambda url: "totp/activate" not in url)
    at_work(page)

    finder = enter(language)
    type_password(finder, username)
    for gone in (code(username), paper):
        type_code(finder, gone)
        expect(finder.locator(".error, .errorlist").first).to_be_visible()
        finder.goto("/search/")
        finder.wait_for_url(BEFORE_WORK)
        finder.goto("/accounts/factors/authenticate/")
    type_code(finder, totp(base64.b32decode(secret)))
    finder.wait_for_url("**/accounts/notices/**")
    expect(finder.locator("main li")).not_to_have_count(0)
    shot(finder, f"notices.{short}")
    finder.locator("main .primary").click()
    at_work(finder)


def ask(page: Page, officer: str, username: str, kind: str) -> None:
    """Start a reset for somebody, proving oneself again when the page asks."""
    for _ in range(2):
        page.goto("/accounts/slips/")
        page.fill("[name=account]", username)
        page.select_option("[name=kind]", kind)
        page.locator("main form .primary").click()
        if "reauthenticate" not in page.url:
            break
        type_code(page, code(officer))
    expect(page.locator(".notice.success")).to_be_visible()


def give(page: Page, officer: str, username: str) -> str:
    """Be the second person, and return the code that is printed."""
    for _ in range(2):
        page.goto("/accounts/slips/")
        page.locator("tr", has_text=username).locator("button").click()
        if "reauthenticate" not in page.url:
            break
        type_code(page, code(officer))
    return page.locator("main .slip-code").inner_text()


@pytest.mark.parametrize(("language", "username"), [("fr-FR", "p.sorel"), ("en-GB", "p.seguin")])
def test_a38_a_lost_factor_is_replaced_with_a_slip_that_two_people_hand_over(
    enter: Enter, sign_in: SignIn, shot: Shot, language: str, username: str
) -> None:
    short = language[:2]
    stolen = sign_in(enter(language), username)
    it, officer = sign_in(enter(language), "i.tran"), sign_in(enter(language), "r.garde")
    ask(it, "i.tran", username, "factor")
    expect(it.locator("tr", has_text=username).locator("button")).to_have_count(0)
    shot(it, f"slips.{short}")
    stolen.goto("/search/")
    stolen.wait_for_url("**/accounts/login/**")

    page = enter(language)
    Reader(page).put()
    type_password(page, username)
    page.wait_for_url(SLIP)
    slip = give(officer, "r.garde", username)
    shot(officer, f"printed-slip.{short}")
    officer.goto("/accounts/slips/")
    expect(officer.locator("tr", has_text=username)).to_have_count(0)
    page.fill("[name=slip]", "aaaa-bbbb-cccc-dddd")
    page.press("[name=slip]", "Enter")
    expect(page.locator(".error, .errorlist").first).to_be_visible()
    still_at(page, SLIP)
    shot(page, f"slip.{short}")
    page.fill("[name=slip]", slip)
    page.press("[name=slip]", "Enter")
    page.wait_for_url(ENROL)
    still_at(page, ENROL)
    add_key(page, "Badge")
    at_work(page)


@pytest.mark.parametrize(("language", "username"), [("fr-FR", "w.sabot"), ("en-GB", "w.sarre")])
def test_a38_a_lost_password_takes_a_slip_and_the_second_factor(
    enter: Enter, sign_in: SignIn, shot: Shot, language: str, username: str
) -> None:
    short = language[:2]
    ask(sign_in(enter(language), "i.tran"), "i.tran", username, "password")
    slip = give(sign_in(enter(language), "r.garde"), "r.garde", username)
    page = enter(language)
    for typed, right in (("000000", False), ("", False), (code(username), True)):
        page.goto("/accounts/reset/")
        page.fill("[name=login]", username)
        page.fill("[name=slip]", slip)
        page.fill("[name=code]", typed)
        page.fill("[name=password1]", NEW_PASSWORD)
        page.fill("[name=password2]", NEW_PASSWORD)
        page.press("[name=password2]", "Enter")
        if right:
            page.wait_for_url("**/accounts/login/")
        else:
            expect(page.locator(".error").first).to_be_visible()
            shot(page, f"reset.{short}")
    type_password(page, username, PASSWORD)
    expect(page.locator("[name=code]")).to_have_count(0)
    type_password(page, username, NEW_PASSWORD)
    type_code(page, code(username))
    page.wait_for_url("**/accounts/notices/**")
