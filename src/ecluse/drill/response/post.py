"""The letters to the people exposed: their addresses leave by an export that two people make, on the pages."""

import csv
import re
from collections import Counter
from pathlib import Path

import httpx
import msgspec

from ecluse.core.errors import BrokenWorldError
from ecluse.core.words import Profession, Purpose
from ecluse.drill.browser import Browser, Form, page
from ecluse.drill.cast import Member
from ecluse.drill.establishment import command
from ecluse.drill.hospital import Hospital
from ecluse.drill.response.papers import LIST, Papers
from ecluse.drill.response.results import Posted
from ecluse.drill.signin import asks_again, form_with, prove_again, sign_in

PUBLIC = re.compile(r"age1[0-9a-z]+")
TAKE = re.compile(r"/export/\d+/\Z")
DECIDE = re.compile(r"/accounts/approvals/\d+/\Z")
KEY, EXPORT, LETTERS = "mail-room.key", "export.age", "letters"


def post(papers: Papers, hospital: Hospital, url: str) -> Posted:
    """Export the people of the list, and write to each.

    Raises:
        BrokenWorldError: a page did not take what was asked.
    """
    folder = papers.folder
    public = keys(papers.home, folder / KEY)
    taken = exported(hospital, url, papers.refs, public)
    (folder / EXPORT).write_bytes(taken)
    said = command(
        papers.home, "letters", "make", "--json",
        "--exposure", str(folder / LIST), "--verifier", papers.vkey,
        "--notice", str(folder / "people.json"), "--export", str(folder / EXPORT),
        "--key", str(folder / KEY), "--out", str(folder / LETTERS), "--language", papers.language,
    )  # fmt: skip
    told = msgspec.json.decode(said)
    return Posted(told["letters"], told["files"], apart(folder / LETTERS / "apart.csv"))


def keys(home: Path, file: Path) -> str:
    """Make the mail room's key pair; return the public key."""
    found = PUBLIC.search(command(home, "export", "keygen", str(file)))
    if found is None:
        raise BrokenWorldError("`ecluse export keygen` gave no public key.", f"Look at {file}.")
    return found[0]


def exported(hospital: Hospital, url: str, refs: list[str], public: str) -> bytes:
    """Ask for an export as a physician, approve it as the data protection officer, take it."""
    first, second = Browser(url), Browser(url)
    try:
        asker = hospital.first(Profession.PHYSICIAN)
        sign_in(first, asker)
        propose(first, asker, refs, public)
        approve(second, hospital.first(Profession.DPO))
        return taken(first, asker)
    finally:
        first.close()
        second.close()


def propose(browser: Browser, asker: Member, refs: list[str], public: str) -> None:
    """Ask for the export of ``refs`` on the page."""
    here = seen(browser, asker, "/export/new/")
    form = form_with(here, "refs")
    done = browser.submit(form, here, refs="\n".join(refs), purpose=Purpose.LEGAL.value, recipient=public)
    if not done.is_success or done.url.path != "/export/":
        raise BrokenWorldError(f"The export was answered by {done.status_code}.", "Look at serve.log.")


def approve(browser: Browser, officer: Member) -> None:
    """Be the second person."""
    sign_in(browser, officer)
    here = seen(browser, officer, "/accounts/approvals/")
    browser.submit(the_form(here, DECIDE), here, answer="approve")


def taken(browser: Browser, asker: Member) -> bytes:
    """Take the export, once."""
    here = seen(browser, asker, "/export/")
    done = browser.submit(the_form(here, TAKE), here)
    if asks_again(done):
        prove_again(browser, asker, done)
        here = browser.get("/export/")
        done = browser.submit(the_form(here, TAKE), here)
    if not done.headers.get("content-disposition", "").startswith("attachment"):
        raise BrokenWorldError(f"The export was not given: {done.status_code}.", "Look at serve.log.")
    return done.content


def seen(browser: Browser, member: Member, url: str) -> httpx.Response:
    """Look at a page; prove one's identity again when asked."""
    here = browser.get(url)
    if asks_again(here):
        prove_again(browser, member, here)
        here = browser.get(url)
    return here


def the_form(here: httpx.Response, action: re.Pattern[str]) -> Form:
    """Return the form of a page that goes to such an address.

    Raises:
        BrokenWorldError: there is none.
    """
    for form in page(here).forms:
        if action.search(form.action):
            return form
    raise BrokenWorldError(f"{here.url.path} ({here.status_code}) has no form to {action.pattern}.", "See serve.log.")


def apart(file: Path) -> dict[str, int]:
    """Count the people who get no letter by machine, by reason."""
    with file.open(newline="", encoding="utf-8") as opened:
        return dict(sorted(Counter(line["why"] for line in csv.DictReader(opened)).items()))
