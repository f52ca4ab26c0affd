"""A thief at work → case → lock → exposure → notice, as the security officer sees it; and what shuts people out."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.locking import CodeOf, lock, prove
from tests.browser.looking import PHONE, foreign, shut_out

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
SignIn = Callable[[Page, str], Page]
Shot = Callable[[Page, str], None]
CASE_WITHIN_S = 60
CONTAIN = "form[action$='contain/'] button"
PLACE = "main button.danger"
DESK = {"width": 1280, "height": 800}
PASSWORD = "une-peniche-par-bief"
NO_FILE = re.compile(r"\W+")
LIVE_MS = 2000
LIVE_BYTES = 40_000
Look = Callable[[Page, str], None]
NAMES = re.compile("BERNARD|DUVAL|MOREAU|LEFEBVRE|GIRARD|ROUSSEL|MERCIER")
SAID = {
    "fr-FR": "Un compte soignant est tombé en d’autres mains ; les dossiers listés ont été ouverts.",
    "en-GB": "A nurse’s account fell into other hands; the records listed were opened.",
}


def steal(page: Page) -> int:
    """Read every record of the unit, then try a patient of another one, again and again; return how many opened."""
    links = page.locator("table.list tbody a").evaluate_all("links => links.map(one => one.pathname)")
    opened = sum(page.request.get(link).ok for link in links)
    page.request.post("/search/", form={"words": "x"})
    for number in range(12):
        page.request.get(f"/patient/{number:032x}/")
    return opened


def case_of(page: Page, account: str) -> None:
    """Wait on the first page, which renews itself, until the case is there; open it."""
    page.goto("/console/")
    link = page.locator("ul.entries a", has_text=account).first
    link.wait_for(timeout=CASE_WITHIN_S * 1000)
    link.click()
    expect(page.locator("h1")).to_contain_text(account)


def test_who_locks_with_an_old_proof_proves_it_is_them_and_finds_what_they_wrote(
    enter: Enter, sign_in: SignIn, shot: Shot, code_of: CodeOf, meanwhile: Callable[..., None]
) -> None:
    officer = sign_in(enter(), "g.vanne")
    meanwhile("age", "g.vanne", "90")
    officer.goto("/accounts/locks/")
    officer.locator("[name=kind]").select_option("workstation")
    officer.locator("[name=target]").fill("TEST-PC-1")
    officer.locator("[name=reason]").fill("Found unattended")
    officer.locator(PLACE).click()
    officer.wait_for_url("**/reauthenticate/**")
    shot(officer, "lock-proof.en")
    prove(officer, code_of("g.vanne"))
    officer.wait_for_url("**/accounts/locks/")
    expect(officer.locator("[name=target]")).to_have_value("TEST-PC-1")
    expect(officer.locator("[name=reason]")).to_have_value("Found unattended")
    officer.locator(PLACE).click()
    expect(officer.locator(".notice.success")).to_be_visible()
    expect(officer.locator("main")).to_contain_text("TEST-PC-1")


@pytest.mark.parametrize(("language", "thief"), [("fr-FR", "t.vasseur"), ("en-GB", "t.vidal")])
def test_from_the_thief_at_work_to_the_notice(
    enter: Enter, sign_in: SignIn, shot: Shot, code_of: CodeOf, tmp_path: Path, language: str, thief: str
) -> None:
    short = language[:2]
    stolen, officer = sign_in(enter(language), thief), sign_in(enter(language), "r.garde")
    opened = steal(stolen)
    assert opened == 5
    case_of(officer, thief)
    officer.go_back()
    shot(officer, f"console-now.{short}")
    officer.go_forward()
    shot(officer, f"console-case.{short}")
    officer.locator("[name=message]").fill("Appelez le 4455." if short == "fr" else "Call 4455.")
    lock(officer, CONTAIN, "r.garde", code_of)
    shot(officer, f"console-locked.{short}")
    stolen.goto("/")
    expect(stolen.locator("body")).to_contain_text("4455")
    expect(stolen.locator("body")).not_to_contain_text(NAMES)
    officer.locator("a[href$='exposure/']").click()
    expect(officer.locator(".figure").first).to_have_text(str(opened))
    expect(officer.locator("body")).not_to_contain_text(NAMES)
    shot(officer, f"console-exposure.{short}")
    with officer.expect_download() as proofs:
        officer.locator("a[href*='exposure/zip/']").click()
    assert proofs.value.path().stat().st_size > 0
    officer.go_back()
    officer.locator("form[action$='breach/'] button").click()
    officer.wait_for_url("**/breaches/*/")
    shot(officer, f"console-breach.{short}")
    officer.locator("a[href$='cnil-initial/']").click()
    officer.locator("button[name=finish]").click()
    expect(officer.locator("[role=alert]")).to_be_visible()
    shot(officer, f"console-notice-empty.{short}")
    for box in officer.locator("main textarea").all():
        box.fill(SAID[language])
    officer.locator("button[name=finish]").click()
    officer.wait_for_url("**/breaches/*/")
    with officer.expect_download() as paper:
        officer.locator("a[href$='.pdf']").first.click()
    assert paper.value.path().read_bytes().startswith(b"%PDF")
    shot(officer, f"console-finished.{short}")


def test_wards_go_on_while_an_account_is_locked(enter: Enter, sign_in: SignIn) -> None:
    page = sign_in(enter(), "a.leroy")
    page.get_by_role("link", name="GIRARD Paul").click()
    expect(page.locator(".banner h1")).to_contain_text("GIRARD")


MACHINERY = ("/console/drills/", "/console/health/", "/console/policy/")
CONSOLE = (
    "/console/",
    "/console/cases/",
    "/console/accounts/",
    "/console/accounts/t.vidal/",
    "/console/breaches/",
    "/console/trace/",
    "/console/trace/?by=account&value=t.vidal&days=7",
    "/console/trace/3/",
    *MACHINERY,
    "/console/units/",
)
PAGES = {
    "a.leroy": ("/", "/search/", "/export/"),
    "r.garde": (*CONSOLE, "/"),
    "d.rossi": ("/", "/console/asks/", "/console/retention/", "/gate/reviews/"),
    "i.tran": ("/", *MACHINERY, "/console/units/"),
    "j.dimitri": ("/", "/console/coders/"),
    "u.aubert": (
        "/",
        "/console/trace/",
        "/console/trace/?by=all&days=1&act=login",
        "/console/trace/3/",
        "/console/retention/",
        *MACHINERY,
    ),
    "h.cardon": ("/", "/console/team/"),
}


DAY = ("en-GB", DESK, "light")
NIGHT = ("fr-FR", PHONE, "dark")


@pytest.mark.parametrize(("language", "screen", "scheme"), [DAY, NIGHT], ids=["desk-by-day", "phone-at-night"])
@pytest.mark.parametrize("username", list(PAGES))
def test_axe_finds_no_serious_problem(
    enter: Enter, sign_in: SignIn, look: Look, username: str, language: str, screen: dict[str, int], scheme: str
) -> None:
    page = sign_in(enter(language, screen, color_scheme=scheme), username)
    found: list[str] = []
    for path in pages_of(page, username):
        page.goto(path)
        assert page.locator("main h1").count() >= 1, path
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{path} is {wide} wide"] if wide > screen["width"] else []
        found += shut_out(page)
        found += [f"{path} says {one}" for one in foreign(page, language[:2])]
        look(page, f"{username}.{language[:2]}.{NO_FILE.sub('_', path)}")
    assert found == []


def pages_of(page: Page, username: str) -> list[str]:
    """Return the pages to look at, with one of each kind that an officer has opened, or a record."""
    paths = list(PAGES[username])
    if username == "a.leroy":
        record = page.locator("table.list tbody a").first.evaluate("link => link.pathname")
        paths += [record, f"{record}prescribe/", f"{record}contacts/", f"{record}opened/", f"{record}print/"]
    if username == "r.garde":
        paths += [one for listing in ("/console/cases/", "/console/breaches/") for one in first_of(page, listing)]
    return paths


def first_of(page: Page, listing: str) -> list[str]:
    """Return the first page that a list leads to, and what stands below it."""
    page.goto(listing)
    links = page.locator("main a").evaluate_all("links => links.map(one => one.pathname)")
    [first, *_] = [one for one in links if one.startswith(listing) and one != listing]
    return [first, f"{first}exposure/" if "cases" in listing else f"{first}cnil-initial/"]


def test_axe_finds_no_serious_problem_before_signing_in(enter: Enter) -> None:
    page = enter()
    page.goto("/accounts/login/")
    assert shut_out(page) == []


def test_the_auditor_takes_a_proof_away(enter: Enter, sign_in: SignIn, shot: Shot) -> None:
    page = sign_in(enter(), "u.aubert")
    page.goto("/console/trace/?by=all&act=read&days=1")
    page.locator("table.list tbody a").first.click()
    expect(page.locator("ol.path")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text(NAMES)
    shot(page, "console-entry.en")
    with page.expect_download() as proof:
        page.locator("main a.primary").click()
    assert proof.value.path().read_text().startswith("c2sp.org/tlog-proof@v1")


def test_the_console_on_a_phone_at_night(enter: Enter, sign_in: SignIn, shot: Shot) -> None:
    page = sign_in(enter("fr-FR", PHONE, color_scheme="dark"), "r.garde")
    page.goto(first_of(page, "/console/cases/")[0])
    shot(page, "console-phone.fr")


def plainly(page: Page, username: str, code: str) -> Page:
    """Sign in where no script runs."""
    page.goto("/accounts/login/")
    page.fill("[name=login]", username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.fill("[name=code]", code)
    page.press("[name=code]", "Enter")
    page.wait_for_selector("details.menu")
    return page


@pytest.mark.parametrize("username", ["r.garde", "d.rossi", "i.tran", "j.dimitri", "u.aubert", "h.cardon"])
def test_v11_every_page_of_the_console_works_without_a_script(
    enter: Enter, code_of: Callable[[str], str], username: str
) -> None:
    page = plainly(enter(java_script_enabled=False), username, code_of(username))
    for path in pages_of(page, username):
        answer = page.goto(path)
        assert answer is not None
        assert answer.ok, path
        expect(page.locator("main h1").first).to_be_visible()
    if username == "r.garde":
        page.goto("/console/")
        expect(page.locator("noscript a")).to_be_visible()
        page.goto(first_of(page, "/console/cases/")[0])
        page.locator("#text").fill("Written without a script.")
        page.locator("form[action$='note/'] button").click()
        expect(page.locator("ol.timeline")).to_contain_text("Written without a script.")


def test_the_first_page_renews_itself_and_asks_for_nothing_heavy(enter: Enter, sign_in: SignIn) -> None:
    page = sign_in(enter(), "r.garde")
    page.goto("/console/")
    before = page.locator("main").inner_text()
    with page.expect_response("**/console/live/", timeout=12_000) as renewed:
        pass
    assert renewed.value.ok
    timing = renewed.value.request.timing
    assert timing["responseEnd"] - timing["requestStart"] < LIVE_MS
    assert len(renewed.value.body()) < LIVE_BYTES
    page.wait_for_function("text => document.querySelector('main').innerText !== text", arg=before, timeout=8_000)
