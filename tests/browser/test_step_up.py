"""Proving oneself again with a passkey: before a page that asks for it, and when the interface does (RFC 9470)."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.keys import enrol

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
Shot = Callable[[Page, str], None]
OLD_S = "400"
LOCK_OLDER_THAN_PROOF_MS = 2000  # ages are whole seconds
PIN = "471093"
NAMES = re.compile("BERNARD|DUVAL|MOREAU|LEFEBVRE|GIRARD|ROUSSEL")
TOUCH = "#mfa_webauthn_reauthenticate"
PEOPLE = [("fr-FR", "h.quai"), ("en-GB", "h.quint")]


@pytest.mark.parametrize(("language", "username"), PEOPLE)
def test_a_page_that_asks_for_a_fresh_proof_and_then_the_interface(
    enter: Enter, meanwhile: Callable[..., None], shot: Shot, language: str, username: str
) -> None:
    page, short = enter(language), language[:2]
    reader = enrol(page, username)
    page.goto("/accounts/pin/")
    expect(page.locator("#pin")).to_be_visible()

    meanwhile("age", username, OLD_S)
    page.goto("/accounts/pin/")
    page.wait_for_url("**/reauthenticate/**")
    expect(page.locator("html")).to_have_attribute("lang", short)
    shot(page, f"step-up.{short}")
    badge = reader.take()
    reader.put()
    page.locator(TOUCH).click()
    expect(page.locator("[role=alert]")).to_be_visible()
    shot(page, f"step-up-other-key.{short}")
    page.goto("/accounts/pin/")
    page.wait_for_url("**/reauthenticate/**")
    expect(page.locator("#pin")).to_have_count(0)
    reader.put(badge)
    page.locator(TOUCH).click()
    page.wait_for_url("**/accounts/pin/")
    page.fill("#pin", PIN)
    page.fill("#again", PIN)
    page.press("#again", "Enter")
    expect(page.locator(".notice.success")).to_be_visible()

    page.goto("/")
    record = page.locator("table.list tbody a").first.evaluate("link => link.pathname")
    resource = f"/fhir/Patient/{record.strip('/').rpartition('/')[2]}"
    assert page.request.get(resource).ok
    meanwhile("hold", username)
    refused = page.request.get(resource)
    assert refused.status == 401
    challenge = refused.headers["www-authenticate"]
    assert 'error="insufficient_user_authentication"' in challenge
    assert re.search(r'max_age="\d+"', challenge)
    assert not NAMES.search(refused.text().upper())
    page.goto(record)
    page.wait_for_url("**/reauthenticate/**")
    expect(page.locator("body")).not_to_contain_text(NAMES)
    page.wait_for_timeout(LOCK_OLDER_THAN_PROOF_MS)
    page.locator(TOUCH).click()
    page.wait_for_url(f"**{record}")
    expect(page.locator(".banner h1")).to_contain_text(NAMES)
    assert page.request.get(resource).ok
