"""The replay of a response: what it writes covers what the law asks, and nothing that fails reads as a success."""

from pathlib import Path

import httpx
import msgspec
import pytest

from ecluse.cli.main import run
from ecluse.core.errors import BrokenWorldError, Exit
from ecluse.drill.response.papers import KINDS
from ecluse.drill.response.post import DECIDE, apart, the_form
from ecluse.drill.response.results import Exact, NoticeMade, Posted, Replay
from ecluse.drill.response.words import WRITTEN
from ecluse.respond.notices.base import From
from ecluse.respond.notices.catalogue import NOTICES

NOTICE = NoticeMade(
    kind="cnil-initial",
    title="",
    complete=True,
    asked_of_a_person=("nature",),
    still_empty=(),
    people=3,
    deadline="",
    late=False,
    file="a.pdf",
    sha256="",
    json_file="a.json",
    json_sha256="",
)
EXACT = Exact(patients=3, pairs=9, unsaid=0, unseen=0, lines=9, verified=True)
GOOD = Replay(
    alarm_to_case_s=0.1,
    lock_to_refusal_s=0.1,
    exposure_exact=True,
    notices=[NOTICE],
    steps={},
    case="c",
    database="sqlite",
    exposed=3,
    exposure=EXACT,
    answered_after_lock=0,
    care_refused=0,
    care_opened=9,
    refused_while_empty=True,
    figures_agree=True,
    letters=Posted(3, 1, {}),
    folder="",
)


@pytest.mark.parametrize("kind", KINDS)
def test_an_exercise_has_words_for_every_field_that_the_law_asks_of_a_person(kind: str) -> None:
    asked = {one.key for one in NOTICES[kind].fields if one.source is From.PERSON and one.key != "delay"}
    optional = {"vulnerable", "told", "cross_border", "spread"}
    assert asked - optional <= WRITTEN.keys()


@pytest.mark.parametrize("said", WRITTEN.values())
def test_what_an_exercise_writes_says_that_it_is_one_in_both_languages(said: tuple[str, str]) -> None:
    assert said[0].startswith("Exercice. ")
    assert said[1].startswith("Exercise. ")


def test_a_replay_that_saw_all_of_it_holds() -> None:
    assert GOOD.holds


@pytest.mark.parametrize(
    "change",
    [
        {"exposure_exact": False},
        {"answered_after_lock": 1},
        {"care_refused": 1},
        {"refused_while_empty": False},
        {"figures_agree": False},
        {"notices": [NOTICE, msgspec.structs.replace(NOTICE, complete=False)]},
        {"notices": []},
        {"lock_to_refusal_s": 1.2},
    ],
)
def test_a_replay_that_missed_anything_does_not_hold(change: dict[str, object]) -> None:
    assert not msgspec.structs.replace(GOOD, **change).holds


@pytest.mark.parametrize("change", [{"unsaid": 1}, {"unseen": 1}, {"verified": False}, {"patients": 0}])
def test_a_list_that_differs_from_the_loot_is_not_exact(change: dict[str, object]) -> None:
    assert EXACT.holds
    assert not msgspec.structs.replace(EXACT, **change).holds


@pytest.mark.parametrize(
    "words",
    [
        ["--database", "oracle"],
        ["--language", "de"],
        ["--out", "{there}"],
        ["--keep", "{there}"],
        ["--keep", "{new}", "--database", "postgresql"],
    ],
)
def test_a_replay_that_cannot_be_is_refused_before_anything_is_made(tmp_path: Path, words: list[str]) -> None:
    places = {"there": str(tmp_path), "new": str(tmp_path / "new")}
    assert run(["respond", "replay", *(word.format(**places) for word in words)]) == Exit.BAD_INPUT
    assert not list(tmp_path.iterdir())


def test_a_page_without_the_form_stops_the_replay() -> None:
    asked = httpx.Request("GET", "http://127.0.0.1/accounts/approvals/")
    page = httpx.Response(200, html="<form action='/accounts/approvals/7/' method=post></form>", request=asked)
    assert the_form(page, DECIDE).method == "POST"
    with pytest.raises(BrokenWorldError):
        the_form(httpx.Response(200, html="<p>", request=asked), DECIDE)


def test_people_apart_are_counted_by_reason(tmp_path: Path) -> None:
    file = tmp_path / "apart.csv"
    file.write_text("patient,why\na,deceased\nb,deceased\nc,no address\n")
    assert apart(file) == {"deceased": 2, "no address": 1}
