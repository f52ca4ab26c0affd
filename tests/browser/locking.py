"""Placing a lock on a page: whoever proved long ago who they are proves it again, then finds what they wrote."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

CodeOf = Callable[[str], str]


def lock(page: Page, button: str, username: str, code_of: CodeOf) -> None:
    """Press ``button``, after a new proof when one is asked for, and see that it is done."""
    back = page.url
    page.locator(button).click()
    expect(page.locator(".notice")).to_be_visible()
    if "/reauthenticate/" in page.url:
        prove(page, code_of(username))
        page.wait_for_url(back)
        page.locator(button).click()
    expect(page.locator(".notice.success")).to_be_visible()


def prove(page: Page, code: str) -> None:
    """Give a code of the authenticator app."""
    page.fill("[name=code]", code)
    page.press("[name=code]", "Enter")
