"""The report of a scan in a real browser: both languages without a script, and it prints."""

import random
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser
FIRST = datetime(2031, 3, 3, 8)  # noqa: DTZ001 - the log tells its own clock only
HEADINGS = "Horodatage;Identifiant agent;Métier;N° IPP;Action;Adresse IP\n"


def log_of_a_ward(file: Path) -> None:
    """Write four weeks of a ward, and a night in which one account walks through six hundred records."""
    chance = random.Random(3)
    rows = []
    for day in range(28):
        for agent in range(12):
            if chance.random() < 0.3:
                continue
            for nth in range(chance.randint(5, 20)):
                at = FIRST + timedelta(days=day, minutes=chance.randint(0, 500))
                patient = 100_000 + (agent * 31 + nth // 2 + day // 4 * 7) % 400
                rows.append((at, f"agent-test-{agent:02}", patient, f"192.0.2.{agent + 1}"))
    night = datetime(2031, 3, 25, 23, 10)  # noqa: DTZ001 - as above
    rows += [(night + timedelta(seconds=4 * n), "agent-test-05", 100_000 + n, "203.0.113.9") for n in range(600)]
    lines = [
        f"{at:%d/%m/%Y %H:%M:%S};{who};Soignant;{patient};Consultation dossier;{address}\n"
        for at, who, patient, address in sorted(rows)
    ]
    file.write_text(HEADINGS + "".join(lines), encoding="cp1252")


def command(*words: str) -> str:
    """Run ``ecluse`` as a person would; return what it prints."""
    done = subprocess.run([sys.executable, "-m", "ecluse.cli.main", *words], capture_output=True, check=True, text=True)
    return done.stdout


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scan")
    log_of_a_ward(folder / "export.csv")
    mapping = folder / "map.toml"
    mapping.write_text(command("sources", "guess", str(folder / "export.csv")), encoding="utf-8")
    written = folder / "report.html"
    read = ("scan", str(folder / "export.csv"), "--map", str(mapping), "--lake", str(folder / "lake"))
    command(*read, "--html", str(written), "--json")
    return written


def test_the_report_reads_in_both_languages_and_shows_the_thief_first(
    page: Page, report: Path, shot: Callable[[Page, str], None]
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size({"width": 1000, "height": 900})
    page.goto(report.as_uri())
    first = page.locator(".case").first
    assert "agent-test-05" in first.inner_text()
    assert "600 patients" in first.inner_text()
    assert "What to do now" in first.inner_text()
    assert first.locator("svg").is_visible()
    shot(page, "scan-report")
    page.get_by_text("Français").click()
    assert "Que faire maintenant" in first.inner_text()
    assert "What to do now" not in first.inner_text()
    assert len(asked) == 1


def test_the_report_prints_as_pages(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    page.emulate_media(media="print")
    assert not page.locator(".switch").is_visible()
    assert page.pdf().startswith(b"%PDF-")
