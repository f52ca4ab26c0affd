"""Reasons: one line, two languages, numbers a person can count again."""

from datetime import date

import pytest

from ecluse.watch.detectors import BY_NAME
from ecluse.watch.reasons import WHAT, Fact, reason, wave_reason
from ecluse.watch.waves import Wave

FACT = Fact("a", "harvest", date(2031, 3, 1), 12350, 40, 12, 31, 5000, 0, "nurse")


def test_every_detector_has_its_words_in_both_languages() -> None:
    assert set(BY_NAME) == set(WHAT)
    assert all("{v}" in words for both in WHAT.values() for words in both)


def test_a_line_says_what_was_counted_and_what_is_usual() -> None:
    line = reason(FACT)
    assert line.en == (
        "1 Mar 2031: 12,350 patients shown in the day, lists included; on its 40 days before, 12 as a rule, "
        "31 at most; as much on none of 5,000 days of other accounts (nurse)."
    )
    assert line.fr == (
        "1er mars 2031 : 12\u202f350 patients vus dans la journée, listes comprises ; sur ses 40 jours d’avant, "
        "12 d’ordinaire, 31 au plus ; autant sur aucun des 5\u202f000 jours d’autres comptes (nurse)."
    )


@pytest.mark.parametrize(
    ("before", "english", "french"),
    [(0, "no earlier day", "aucun jour plus ancien"), (1, "on its one day before", "sur son seul jour d’avant")],
)
def test_a_line_never_speaks_of_a_past_there_is_not(before: int, english: str, french: str) -> None:
    line = reason(Fact("a", "export", date(2031, 3, 2), 7, before, 0, 0, 0, 0, ""))
    assert english in line.en
    assert french in line.fr
    assert "other accounts" not in line.en


def test_a_line_of_several_accounts_says_whose_day_it_was() -> None:
    line = reason(FACT, named=True)
    assert line.en.startswith("a, 1 Mar 2031")
    assert line.fr.startswith("a, 1er mars 2031")


def test_an_unknown_detector_is_told_by_its_name() -> None:
    assert "newest: 7" in reason(Fact("a", "newest", date(2031, 3, 2), 7, 0, 0, 0, 0, 0, "")).en


def test_a_line_is_one_line() -> None:
    for detector in WHAT:
        line = reason(Fact("a", detector, date(2031, 12, 31), 3, 9, 1, 2, 100, 1, ""))
        assert "\n" not in line.en + line.fr
        assert "{" not in line.en + line.fr


def test_a_wave_tells_how_many_accounts() -> None:
    wave = Wave("unexplained", 1e4, (1, 2), (date(2031, 3, 1) - date(1970, 1, 1)).days, 25, 110, 2, 6, 50)
    line = wave_reason("a", wave)
    assert line.en.startswith("1 Mar 2031: 25 of 110 accounts")
    assert line.fr.startswith("1er mars 2031 : 25 comptes sur 110")
