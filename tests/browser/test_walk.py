"""People walk through the site: sign in, search, open, prescribe, break the glass, are locked out in mid-session."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.keys import Reader, add_key, type_password
from tests.browser.locking import CodeOf, lock

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
SignIn = Callable[[Page, str], Page]
Shot = Callable[[Page, str], None]
PHONE = {"width": 390, "height": 844}
MINE = "Bernard"
NOT_MINE = "Mercier Théo 18/12/2004"


def find(page: Page, words: str) -> None:
    """Search with the keyboard alone."""
    page.keyboard.press("/")
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    page.wait_for_selector("#results")


@pytest.mark.parametrize(("language", "username"), [("fr-FR", "a.leroy"), ("en-GB", "b.simon")])
def test_a_physician_signs_in_with_a_code_searches_opens_and_prescribes(
    enter: Enter, sign_in: SignIn, shot: Shot, language: str, username: str
) -> None:
    page, short = enter(language), language[:2]
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", short)
    shot(page, f"sign-in.{short}")
    sign_in(page, username)
    expect(page.locator("table.list tbody tr")).to_have_count(5)
    shot(page, f"my-patients.{short}")
    find(page, MINE)
    assert "Bernard" not in page.url
    page.locator("table.list a").first.click()
    expect(page.locator(".banner h1")).to_contain_text("DUVAL Jeanne")
    shot(page, f"record.{short}")
    page.locator(".toolbar .primary").click()
    shot(page, f"prescribe.{short}")
    page.fill("[name=drug]", f"Ramipril 5 mg ({short})")
    page.fill("[name=dose]", "1 comprimé le soir")
    page.fill("[name=days]", "30")
    page.locator("form.card .primary").click()
    expect(page.locator(".notice.success")).to_be_visible()
    expect(page.locator("[aria-labelledby=h-MedicationRequest]")).to_contain_text(f"Ramipril 5 mg ({short})")


def test_contact_and_coverage_stay_closed_until_somebody_opens_them(enter: Enter, sign_in: SignIn) -> None:
    page = sign_in(enter(), "a.leroy")
    page.get_by_role("link", name="MOREAU Karim").click()
    expect(page.locator("main")).not_to_contain_text("06 39 98")
    expect(page.locator("main")).not_to_contain_text("Mutuelle du Halage")
    page.locator("#part-contact a").click()
    expect(page.locator("#part-contact")).to_contain_text("06 39 98")
    page.locator("#part-coverage a").click()
    expect(page.locator("#part-coverage")).to_contain_text("Prévoyance des Biefs")
    expect(page.locator("#part-coverage")).to_contain_text("31 Dec 2022")


def test_two_people_change_the_same_contacts_and_neither_overwrites_the_other(enter: Enter, sign_in: SignIn) -> None:
    first, second = sign_in(enter(), "a.leroy"), sign_in(enter(), "n.martin")
    for page in (first, second):
        page.get_by_role("link", name="GIRARD Paul").click()
        page.goto(f"{page.url}contacts/")
    first.fill("[name=mobile]", "06 39 98 11 11")
    first.locator("form.card .primary").click()
    expect(first.locator(".notice.success")).to_be_visible()
    second.fill("[name=mobile]", "06 39 98 22 22")
    second.locator("form.card .primary").click()
    expect(second.locator(".notice.warning")).to_be_visible()
    expect(second.locator("[name=mobile]")).to_have_value("06 39 98 11 11")


def test_breaking_the_glass_opens_one_record_and_says_so(enter: Enter, sign_in: SignIn, shot: Shot) -> None:
    page = sign_in(enter(), "n.martin")
    find(page, NOT_MINE)
    expect(page.locator("table.list tbody tr")).to_have_count(1)
    page.locator("table.list a").first.click()
    expect(page.locator("main")).not_to_contain_text("MERCIER")
    page.locator("#glass summary").click()
    form = page.locator("#glass form")
    form.locator("select").select_option(index=1)
    form.locator("[name=text]").fill("Cardiac arrest in the corridor")
    form.locator("button").scroll_into_view_if_needed()
    shot(page, "break-the-glass.en")
    form.locator("button").click()
    expect(page.locator(".banner h1")).to_contain_text("MERCIER")
    expect(page.locator(".banner .badge.warning")).to_be_visible()
    shot(page, "glass-broken.en")
    assert page.request.get(f"{page.url}print/").status == 403


def test_who_opened_this_record_tells_the_glass(enter: Enter, sign_in: SignIn, shot: Shot) -> None:
    page = sign_in(enter(), "m.noel")
    page.get_by_role("link", name="MERCIER Théo").click()
    page.get_by_role("link", name="Who opened this record").click()
    expect(page.locator("table.list")).to_contain_text("Nurse")
    shot(page, "who-opened.en")


def test_a_lock_in_mid_session_stops_the_very_next_click(
    enter: Enter, sign_in: SignIn, shot: Shot, code_of: CodeOf
) -> None:
    nurse, officer = sign_in(enter("fr-FR"), "l.adam"), sign_in(enter(), "r.garde")
    nurse.get_by_role("link", name="MOREAU Karim").click()
    expect(nurse.locator(".banner h1")).to_contain_text("MOREAU")
    officer.goto("/accounts/locks/")
    officer.locator("[name=kind]").select_option("account")
    officer.locator("[name=target]").fill("l.adam")
    officer.locator("[name=reason]").fill("Compte sans doute volé")
    lock(officer, "main button.danger", "r.garde", code_of)
    expect(officer.locator("main")).to_contain_text("l.adam")
    nurse.locator("#part-contact a").click()
    expect(nurse.locator("main")).to_contain_text("Compte sans doute volé")
    expect(nurse.locator("body")).not_to_contain_text("06 39 98")
    nurse.goto("/")
    expect(nurse.locator("body")).not_to_contain_text("BERNARD")
    shot(nurse, "locked.fr")


@pytest.mark.parametrize(("language", "username"), [("fr-FR", "c.royer"), ("en-GB", "k.morel")])
def test_a_passkey_is_the_first_factor_and_then_the_only_thing_to_touch(
    enter: Enter, shot: Shot, language: str, username: str
) -> None:
    page, short = enter(language), language[:2]
    Reader(page).put()
    type_password(page, username)
    page.wait_for_url("**/factors/first/")
    page.goto("/")
    assert page.url.endswith("/factors/first/"), "without a second factor nothing else is reached"
    expect(page.locator("html")).to_have_attribute("lang", short)
    shot(page, f"first-factor.{short}")
    add_key(page, "Ward computer")
    page.goto("/")
    expect(page.locator("table.list tbody tr")).to_have_count(5)
    page.locator("details.menu summary").click()
    page.locator("details.menu form[action*=logout] button").click()
    page.goto("/accounts/login/")
    page.locator("#passkey_login").click()
    expect(page.locator("table.list tbody tr")).to_have_count(5)


@pytest.mark.parametrize("username", ["i.tran", "r.garde", "d.rossi"])
def test_those_who_run_and_control_the_place_are_shown_no_patient(
    enter: Enter, sign_in: SignIn, shot: Shot, username: str
) -> None:
    page = sign_in(enter(), username)
    for href in page.locator("main a, nav.main a").evaluate_all("links => links.map(one => one.pathname)"):
        page.goto(href)
        expect(page.locator("body")).not_to_contain_text(re.compile("BERNARD|MOREAU|MERCIER"))
    assert page.request.post("/search/", form={"words": "Moreau"}).status == 403
    if username == "r.garde":
        page.goto("/")
        shot(page, "security-officer.en")


def test_no_page_of_a_clinician_scrolls_sideways_on_a_phone(enter: Enter, sign_in: SignIn, shot: Shot) -> None:
    page = sign_in(enter("fr-FR", PHONE), "a.leroy")
    page.get_by_role("link", name="MOREAU Karim").click()
    record = page.url
    for path in (
        "/",
        "/search/",
        record,
        f"{record}prescribe/",
        f"{record}contacts/",
        f"{record}opened/",
        f"{record}print/",
    ):
        page.goto(path)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], path
        if path == record:
            shot(page, "phone.fr")


def test_the_keyboard_reaches_the_work_first(enter: Enter, sign_in: SignIn) -> None:
    page = sign_in(enter(), "a.leroy")
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    inside = page.evaluate("document.getElementById('main').contains(document.activeElement)")
    assert inside, "after the skip link comes the content"
    page.keyboard.press("/")
    expect(page.locator("#quick-words")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_on_its_ground(enter: Enter, sign_in: SignIn, shot: Shot, scheme: str) -> None:
    page = sign_in(enter(color_scheme=scheme), "a.leroy")
    page.get_by_role("link", name="BERNARD Jeanne").click()
    page.wait_for_selector(".banner")
    assert page.evaluate(FAINT) == []
    if scheme == "dark":
        shot(page, "dark.en")


FAINT = """() => {
  const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
  const part = (value) => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const ground = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const found = numbers(getComputedStyle(one).backgroundColor);
      if (found.length < 4 || found[3] > 0.99) return found;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility()) continue;
    const pair = [light(numbers(getComputedStyle(element).color)), light(ground(element))].sort((a, b) => b - a);
    const contrast = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (contrast < 4.5) faint.push(`${element.className || element.tagName} ${contrast.toFixed(2)}`);
  }
  return faint;
}"""
