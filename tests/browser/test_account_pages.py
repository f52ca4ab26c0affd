"""Every page about accounts, in both languages, wide and narrow: axe finds nothing, nothing is cut or untranslated."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page
from tests.browser.keys import type_password
from tests.browser.looking import foreign, shut_out, sideways

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
SignIn = Callable[[Page, str], Page]
Look = Callable[[Page, str], None]
DESK = {"width": 1280, "height": 800}
PAGES = {
    "": ("login", "reset", "ward"),
    "u.avril": (
        "sessions",
        "profession",
        "password",
        "pin",
        "notices",
        "approvals",
        "people/temporary",
        "factors",
        "factors/totp/deactivate",
        "factors/recovery-codes/generate",
        "factors/webauthn",
        "factors/webauthn/add",
        "reauthenticate",
        "factors/reauthenticate",
        "stronger",
    ),
    "u.brunet": ("people", "locks", "slips", "people/review", "approvals"),
    "u.charron": ("people", "slips", "approvals/grant", "approvals/cap", "approvals/unlock"),
    "newcomer": ("factors/first", "factors/webauthn/add", "factors/totp/activate"),
}
"""Each is somebody whom no other test signs in: here proofs are made older and younger."""
NEWCOMERS = {"fr-FR": "z.nouvel", "en-GB": "z.newman"}
ASKS = "reauthenticate"


@pytest.fixture
def person(
    enter: Enter, sign_in: SignIn, meanwhile: Callable[..., None]
) -> Callable[[str, str], tuple[Page, Callable[[str], str]]]:
    """Open a browser as somebody; give it, and what goes to a page and returns where it came out."""

    def opened(username: str, language: str) -> tuple[Page, Callable[[str], str]]:
        page = enter(language)
        if username == "newcomer":
            type_password(page, NEWCOMERS[language])
            page.wait_for_url("**/factors/first/")
        elif username:
            sign_in(page, username)

        def go(name: str) -> str:
            page.goto(f"/accounts/{name}/")
            if ASKS in page.url and ASKS not in name:
                meanwhile("age", username, "0")
                page.goto(f"/accounts/{name}/")
            return page.url

        return page, go

    return opened


def wrongs(page: Page, look: Look, name: str, language: str) -> Iterator[str]:
    """Look at one page, wide and narrow."""
    picture = f"{name.replace('/', '-')}.{language}"
    if not page.locator("main h1").count():
        yield f"{name}: no heading"
    yield from shut_out(page)
    yield from (f"{name}: {one}" for one in foreign(page, language))
    look(page, picture)
    if sideways(page):
        yield f"{name}: scrolls sideways on a phone"
    look(page, f"{picture}.phone")
    page.set_viewport_size({"width": DESK["width"], "height": DESK["height"]})


@pytest.mark.parametrize("language", ["fr-FR", "en-GB"])
@pytest.mark.parametrize("username", list(PAGES))
def test_pages_of_accounts_shut_nobody_out(
    person: Callable[[str, str], tuple[Page, Callable[[str], str]]], look: Look, username: str, language: str
) -> None:
    page, go = person(username, language)
    found: list[str] = []
    for name in PAGES[username]:
        where = go(name)
        assert name in where, f"{name} led to {where}"
        found += wrongs(page, look, name if username != "newcomer" else f"new-{name}", language[:2])
    assert found == []
