"""The report: one file, both languages, nothing fetched, nothing that a log can slip in."""

import re
import stat
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from ecluse.watch import report
from ecluse.watch.cases import Case, Day, Queue
from ecluse.watch.exposure import Exposure
from ecluse.watch.reasons import Reason
from ecluse.watch.report import plot, words

HOSTILE = '<script>alert(1)</script>"onload="x'
TOTALS = {
    "events": 4_111,
    "accounts": 20,
    "patients": 300,
    "first": "2031-06-02",
    "last": "2031-06-12",
    "span_days": 11,
}


class Seen(HTMLParser):
    """The elements and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.extend(attrs)


def case(account: str = "test-clerk-01", **changes: Any) -> Case:
    told = Reason(account, "harvest", "2031-06-09", 350, "350 patients shown in the day", "350 patients vus")
    fields: dict[str, Any] = {
        "id": "911eb4e60e",
        "account": account,
        "accounts": [account],
        "profession": "secretary",
        "begin": "2031-06-09T01:12:00+02:00",
        "end": "2031-06-09T01:49:00+02:00",
        "score": 3.64,
        "patients": 350,
        "at_least": True,
        "detectors": ["harvest", "export"],
        "reasons": [told.en],
        "reasons_fr": [told.fr],
        "told": [told],
        "days": [Day(f"2031-06-{day:02}", 10 + day, 12, 20, in_case=day == 9) for day in range(2, 13)],
        "days_of": ["2031-06-09"],
    }
    return Case(**{**fields, **changes})


def exposure(**changes: Any) -> Exposure:
    fields: dict[str, Any] = {
        "begin": "2031-06-09T01:12:00+02:00",
        "end": "2031-06-09T01:49:00+02:00",
        "patients": 350,
        "at_least": True,
        "certain": [f"test-{number}" for number in range(300)],
        "possible": ["test-900"],
        "unnamed": 50,
        "deeds": {"export": 7},
    }
    return Exposure(**{**fields, **changes})


def page_of(folder: Path, cases: list[Case], shown: Exposure | None = None, **changes: Any) -> str:
    path = folder / "report.html"
    fields: dict[str, Any] = {
        "queue": Queue(cases, 20.0, 0.55, 0.5, 0),
        "exposures": {one.id: shown for one in cases} if shown else {},
        "totals": TOTALS,
        "blind_spots": [("Test log: no address.", "Journal d’essai : aucune adresse.")],
        "faults": [{"source": "test/log", "text": "Row 7 does not fit its checksum."}],
        "unread": [],
        "rejected": 0,
        "zone": "Europe/Paris",
    }
    report.write(path, **{**fields, **changes})
    return path.read_text(encoding="utf-8")


def test_the_report_tells_the_case_its_patients_and_its_blind_spots(tmp_path: Path) -> None:
    page = page_of(tmp_path, [case()], exposure())
    assert "test-clerk-01" in page
    assert "≥ 350" in page
    assert "<code>test-299</code>" in page
    assert "Test log: no address." in page
    assert "Row 7 does not fit its checksum." in page
    assert "ecluse explain 911eb4e60e" in page


def test_each_sentence_is_there_in_both_languages(tmp_path: Path) -> None:
    page = page_of(tmp_path, [case()], exposure())
    assert page.count('class="en" lang="en"') == page.count('class="fr" lang="fr"') > 20
    assert "350 patients vus" in page


def test_the_report_fetches_nothing_and_runs_nothing(tmp_path: Path) -> None:
    seen = Seen(page_of(tmp_path, [case()], exposure()))
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(seen.tags)
    assert not [name for name, _ in seen.attributes if name in {"src", "srcset", "href", "action"} or name[:2] == "on"]
    policy = next(value for name, value in seen.attributes if name == "content" and value and "default-src" in value)
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


@pytest.mark.parametrize("place", ["account", "profession", "reasons", "certain", "blind", "fault", "unread"])
def test_words_of_a_log_are_text_and_never_page(tmp_path: Path, place: str) -> None:
    own: dict[str, dict[str, Any]] = {
        "account": {"account": HOSTILE},
        "profession": {"profession": HOSTILE},
        "reasons": {"reasons": [HOSTILE]},
    }
    told = case(**own.get(place, {}))
    shown = exposure(certain=[HOSTILE]) if place == "certain" else exposure()
    others: dict[str, dict[str, Any]] = {
        "blind": {"blind_spots": [(HOSTILE, HOSTILE)]},
        "fault": {"faults": [{"source": HOSTILE, "text": HOSTILE}]},
        "unread": {"unread": [HOSTILE]},
    }
    page = page_of(tmp_path, [told], shown, **others.get(place, {}))
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    assert "script" not in Seen(page).tags


def test_a_quiet_log_is_told_as_such(tmp_path: Path) -> None:
    page = page_of(tmp_path, [])
    assert words.WORDS["nothing"].en in page
    assert 'class="case"' not in page


def test_only_its_owner_can_read_the_report(tmp_path: Path) -> None:
    page_of(tmp_path, [case()], exposure())
    assert stat.S_IMODE((tmp_path / "report.html").stat().st_mode) == 0o600


def test_very_long_lists_of_patients_are_cut_and_counted(tmp_path: Path) -> None:
    page = page_of(tmp_path, [case()], exposure(certain=[f"test-{number}" for number in range(7_000)]))
    assert page.count("<code>test-") == report.MOST_NAMES + 1
    assert "7\u202f000" in page
    assert "2000" in page


def test_the_picture_shows_every_day_and_marks_those_of_the_case() -> None:
    drawn = plot.svg(case())
    bars = re.findall(r'<path aria-label="[^"]*" role="graphics-symbol"[^>]*fill="(#[0-9a-f]{6})"', drawn)
    assert bars.count(plot.ODD) == 1
    assert bars.count(plot.BAR) == 10
    assert "http" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", drawn)


def test_a_case_without_days_has_no_picture() -> None:
    assert plot.svg(case(days=[])) == ""


def test_a_harvest_is_not_called_curiosity_about_a_relative() -> None:
    assert words.MORE["kin"] in words.to_do(["kin"], 2)
    assert words.MORE["kin"] not in words.to_do(["kin"], 400)


def test_locking_the_account_is_what_to_do_first() -> None:
    assert words.to_do(["export", "harvest"], 400)[0] is words.FIRST[0]
    assert words.MORE["export"] in words.to_do(["export"], 400)
