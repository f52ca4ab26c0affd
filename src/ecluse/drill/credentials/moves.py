"""What a thief without a session tries: guessed passwords, slips and codes."""

from ecluse.drill.browser import Browser
from ecluse.drill.cast import Member
from ecluse.drill.signin import find_form, with_password

GUESSES = ("Printemps2024!", "Montlaize2024", "Bienvenue1!")
SLIPS = ("aaaa-bbbb-cccc-dddd", "2222-3333-4444-5555", "")
NEW = "tuba ocre lavoir"
FACTOR_PAGES = ("/accounts/factors/first/", "/accounts/factors/webauthn/add/", "/accounts/factors/totp/activate/")


def guess_passwords(browser: Browser, owner: Member) -> None:
    """Try what people choose."""
    for word in GUESSES:
        with_password(browser, owner._replace(password=word))


def guess_codes(browser: Browser, owner: Member, codes: tuple[str, ...]) -> None:
    """Give the password that is known, then each code."""
    here = with_password(browser, owner)
    for code in codes:
        form = find_form(here, "code")
        if form is None:
            return
        here = browser.submit(form, here, code=code)


def guess_reset(browser: Browser, owner: Member, code: str) -> None:
    """Ask for a new password with slips of the thief's own making, and ``code`` as the second factor."""
    for slip in SLIPS:
        here = browser.get("/accounts/reset/")
        form = find_form(here, "password1")
        if form is None:
            return
        words = {"login": owner.username, "slip": slip, "code": code, "password1": NEW, "password2": NEW}
        browser.submit(form, here, **words)


def guess_slips(browser: Browser) -> None:
    """Type slips of the thief's own making in a session that has a password and nothing else."""
    for slip in SLIPS:
        here = browser.get("/accounts/slip/")
        form = find_form(here, "slip")
        if form is not None:
            browser.submit(form, here, slip=slip)


def add_factor(browser: Browser) -> None:
    """Look for a page where a factor of the thief's own could be added."""
    for page in FACTOR_PAGES:
        here = browser.get(page)
        form = find_form(here, "code")
        if form is not None and "activate" in here.url.path:
            browser.submit(form, here, code="123456")
