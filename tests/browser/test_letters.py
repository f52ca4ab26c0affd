"""A theft to its letters: the list with its proofs, the notice to people, an export of two people, a letter to each."""

import csv
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Page, expect
from tests.browser.locking import CodeOf, lock
from tests.browser.test_console import CONTAIN, SAID, case_of, steal

from ecluse.core.home import Home

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
Enter = Callable[..., Page]
SignIn = Callable[[Page, str], Page]
Shot = Callable[[Page, str], None]


def taken(page: Page, selector: str, file: Path) -> Path:
    """Click what gives a file, and keep it."""
    with page.expect_download() as given:
        page.locator(selector).first.click()
    given.value.save_as(file)
    return file


def listed(file: Path) -> set[str]:
    """Return the patients certainly exposed, as the proven list names them."""
    with zipfile.ZipFile(file) as packed:
        lines = csv.DictReader(io.StringIO(packed.read("accesses.csv").decode(), newline=""))
        return {line["patient"] for line in lines if line["kind"] == "certain"}


def finished(officer: Page, words: str, file: Path) -> Path:
    """Open the breach of a case, write what people are told, finish it, take it in the form a machine reads."""
    officer.locator("form[action$='breach/'] button").click()
    officer.wait_for_url("**/breaches/*/")
    officer.locator("main a[href*='/breaches/'][href$='/people/']").first.click()
    for box in officer.locator("main textarea").all():
        box.fill(words)
    officer.locator("button[name=finish]").click()
    officer.wait_for_url("**/breaches/*/")
    return taken(officer, "a[href$='.json'], a[href$='/json/']", file)


def ecluse(home: Home, *words: str) -> str:
    """Run a command and return what it printed."""
    environment = {**os.environ, "ECLUSE_HOME": str(home.path)}
    command = [sys.executable, "-m", "ecluse.cli.main", *words]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def exported(asker: Page, second: Page, refs: set[str], public: str, file: Path, shot: Callable[[str], None]) -> Path:
    """Ask for an export, have it approved by somebody else, take it."""
    asker.goto("/export/new/")
    asker.fill("[name=refs]", "\n".join(sorted(refs)))
    asker.select_option("[name=purpose]", "HLEGAL")
    asker.fill("[name=recipient]", public)
    shot("letters-export")
    asker.locator("form.stack button.primary").click()
    expect(asker.locator(".badge.warning")).to_be_visible()
    second.goto("/accounts/approvals/")
    second.locator("button[name=answer][value=approve]").first.click()
    expect(second.locator(".notice.success")).to_be_visible()
    asker.reload()
    return taken(asker, "form[action^='/export/'] button", file)


@pytest.mark.parametrize("told", [("fr-FR", "t.valette"), ("en-GB", "t.verdier")])
def test_from_the_thief_at_work_to_a_letter_for_each_person_exposed(
    enter: Enter,
    sign_in: SignIn,
    shot: Shot,
    code_of: CodeOf,
    establishment: Home,
    tmp_path: Path,
    told: tuple[str, str],
) -> None:
    language, thief = told
    short = language[:2]
    stolen, officer = sign_in(enter(language), thief), sign_in(enter(language), "r.garde")
    opened = steal(stolen)
    case_of(officer, thief)
    lock(officer, CONTAIN, "r.garde", code_of)
    officer.locator("a[href$='exposure/']").click()
    proven = taken(officer, "a[href*='exposure/zip/']", tmp_path / "exposure.zip")
    refs = listed(proven)
    assert len(refs) == opened
    officer.go_back()
    notice = finished(officer, SAID[language], tmp_path / "people.json")
    assert msgspec.json.decode(notice.read_bytes())["facts"]["patients"] == opened
    key = tmp_path / "mail-room.key"
    public = next(word for word in ecluse(establishment, "export", "keygen", str(key)).split() if word[:4] == "age1")
    asker, second = sign_in(enter(language), "a.leroy"), sign_in(enter(language), "d.rossi")
    sealed = exported(asker, second, refs, public, tmp_path / "export.age", lambda name: shot(asker, f"{name}.{short}"))
    vkey = (establishment.path / "safe" / "key.vkey").read_text().strip()
    words = ["--exposure", proven, "--verifier", vkey, "--notice", notice, "--export", sealed, "--key", key]
    done = ecluse(establishment, "letters", "make", *map(str, words), "--out", str(tmp_path / "letters"), "--json")
    assert msgspec.json.decode(done) == {"letters": opened, "apart": 0, "files": 1}
    assert next((tmp_path / "letters").glob("*.pdf")).read_bytes().startswith(b"%PDF")
