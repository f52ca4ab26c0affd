"""Signing in as a person does: password, then the six digits of the moment (RFC 6238), through the real pages."""

import base64
import hashlib
import hmac
import struct
import time

import httpx

from ecluse.core.errors import BrokenWorldError
from ecluse.drill.browser import Browser, Form, page
from ecluse.drill.cast import Member

LOGIN = "/accounts/login/"
STEP_S = 30
DIGITS = 6
PATIENCE = 5  # times somebody tries again
USED: set[tuple[str, int]] = set()


def totp(secret: str, at: float) -> str:
    """Return the code of ``secret`` (base32) at Unix time ``at``."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(at) // STEP_S), hashlib.sha1)
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**DIGITS:0{DIGITS}d}"


def fresh_code(member: Member) -> str:
    """Return a code that this process has not used yet: a code counts once, so a person waits for the next."""
    while (member.totp, int(time.time()) // STEP_S) in USED:
        time.sleep(0.2)
    now = time.time()
    USED.add((member.totp, int(now) // STEP_S))
    return totp(member.totp, now)


def sign_in(browser: Browser, member: Member) -> httpx.Response:
    """Sign in and return the page that opens.

    Told that too many try at once, or asked for the password again, wait a moment, as a person does.

    Raises:
        BrokenWorldError: the site did not let this person in.
    """
    here = with_password(browser, member)
    for _ in range(PATIENCE):
        if here.status_code != httpx.codes.TOO_MANY_REQUESTS and find_form(here, "password") is None:
            break
        time.sleep(1.0)
        here = with_password(browser, member)
    for _ in range(2):
        form = find_form(here, "code")
        if form is None:
            break
        here = browser.submit(form, here, code=fresh_code(member))
    if "login" in here.url.path or here.status_code >= httpx.codes.BAD_REQUEST or find_form(here, "code"):
        raise BrokenWorldError(
            f"{member.username} could not sign in: {here.status_code} at {here.url.path}.",
            "Is this the server of this world?",
        )
    return here


def with_password(browser: Browser, member: Member) -> httpx.Response:
    """Give name and password, and return the page that opens."""
    here = browser.get(LOGIN)
    return browser.submit(form_with(here, "password"), here, login=member.username, password=member.password)


def prove_again(browser: Browser, member: Member, here: httpx.Response) -> httpx.Response:
    """Answer a page that asks for a fresh proof of identity, and return what opens behind it."""
    for _ in range(3):
        if (form := find_form(here, "code")) is not None:
            here = browser.submit(form, here, code=fresh_code(member))
        elif (form := find_form(here, "password")) is not None:
            here = browser.submit(form, here, password=member.password)
        else:
            break
    return here


def asks_again(here: httpx.Response) -> bool:
    """Tell whether the page shown asks for a fresh proof of identity."""
    return "reauthenticate" in here.url.path


def find_form(here: httpx.Response, field: str) -> Form | None:
    """Return the first form of a page that has ``field``."""
    return next((form for form in page(here).forms if field in form.fields), None)


def form_with(here: httpx.Response, field: str) -> Form:
    """Return the first form of a page that has ``field``.

    Raises:
        BrokenWorldError: there is none.
    """
    form = find_form(here, field)
    if form is None:
        raise BrokenWorldError(
            f"{here.url.path} ({here.status_code}) has no form with {field!r}.", "Is this an Écluse of this version?"
        )
    return form
