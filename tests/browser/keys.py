"""Keys and badges held before a browser, and what every test does with them."""

import re

from playwright.sync_api import CDPSession, Page
from tests.browser.conftest import PASSWORD, wait_for_proof

BADGE = {"protocol": "ctap2", "transport": "nfc", "hasResidentKey": True, "hasUserVerification": True}
BADGE |= {"isUserVerified": True, "automaticPresenceSimulation": True}


class Reader:
    """The badge reader of one PC: which badges lie on it, and only one at a time."""

    def __init__(self, page: Page) -> None:
        self.tools: CDPSession = page.context.new_cdp_session(page)
        self.tools.send("WebAuthn.enable")
        self.lying = ""

    def put(self, credential: dict[str, object] | None = None) -> None:
        """Hold a badge against the reader; without a credential, a blank one."""
        if self.lying:
            self.tools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.lying})
        told = self.tools.send("WebAuthn.addVirtualAuthenticator", {"options": BADGE})
        self.lying = told["authenticatorId"]
        if credential is not None:
            self.tools.send("WebAuthn.addCredential", {"authenticatorId": self.lying, "credential": credential})

    def take(self) -> dict[str, object]:
        """Take the badge away and return what it holds, to be put on another reader."""
        told = self.tools.send("WebAuthn.getCredentials", {"authenticatorId": self.lying})
        self.tools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.lying})
        self.lying = ""
        [credential] = told["credentials"]
        return dict(credential)


def type_password(page: Page, username: str, password: str = PASSWORD) -> None:
    """Type name and password, as the browser that has a key of its own."""
    page.goto("/accounts/login/")
    wait_for_proof(page)
    page.fill("[name=login]", username)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")


def add_key(page: Page, name: str) -> None:
    """Add the key on the reader, from the page of the first factor."""
    page.locator("main a.primary").click()
    page.wait_for_url(re.compile("webauthn/add"))
    page.locator("main [name=name]").fill(name)
    page.locator("main form button[type=submit], main form button").first.click()
    page.wait_for_url(lambda url: "webauthn/add" not in url)


def enrol(page: Page, username: str) -> Reader:
    """Sign in for the first time on a PC of one's own and add a badge as first factor; return its reader."""
    reader = Reader(page)
    reader.put()
    type_password(page, username)
    page.wait_for_url("**/factors/first/")
    add_key(page, "Badge")
    return reader
