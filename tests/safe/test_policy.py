"""The policy is taken whole or refused whole, and the shipped one keeps its promise."""

from pathlib import Path

import pytest

from ecluse.core.errors import BadInputError
from ecluse.core.words import OVERSEERS, Ground, Profession
from ecluse.safe.policy import DEFAULT_FILE, load, parse
from ecluse.safe.testing import SMALL_POLICY

SHIPPED = load(DEFAULT_FILE)


def test_the_shipped_policy_is_accepted() -> None:
    assert set(SHIPPED.professions) == set(Profession)


@pytest.mark.parametrize("profession", list(Profession))
def test_one_stolen_session_is_shown_at_most_fifty_patients_an_hour(profession: Profession) -> None:
    caps = SHIPPED.professions[profession].caps
    assert sum(c.hour for ground, c in caps.items() if ground is not Ground.APPROVED) <= 50


@pytest.mark.parametrize(
    "profession", [Profession.IT_ADMINISTRATOR, Profession.SECURITY_OFFICER, Profession.DPO, *sorted(OVERSEERS)]
)
def test_privileged_professions_have_no_standing_right(profession: Profession) -> None:
    rights = SHIPPED.professions[profession]
    assert not rights.read
    assert not rights.write
    assert not rights.caps


def test_the_establishment_has_a_cap_below_the_2024_theft() -> None:
    assert SHIPPED.establishment.caps.day < 758_912


WRONG = [
    ("[professions.wizard]\n", "wizard"),
    ('[professions.physician]\nread = ["soul"]\n', "soul"),
    ('[professions.physician]\nread = "identity"\n', "read"),
    ('[professions.physician]\nreads = ["identity"]\n', "reads"),
    ('[professions.physician]\nactions = ["peek"]\n', "peek"),
    ('[professions.physician]\npurposes = ["THEFT"]\n', "THEFT"),
    ('[professions.physician]\nduties = ["friend"]\n', "friend"),
    ("[professions.physician]\ncaps.guessed = { minute = 1, hour = 1, day = 1, month = 1 }\n", "guessed"),
    ("[professions.physician]\ncaps.explained = { minute = 1, hour = 1, day = 1 }\n", "month"),
    ("[professions.physician]\ncaps.explained = { minute = 1, hour = 1, day = 1, month = 1, year = 1 }\n", "year"),
    ("[professions.physician]\ncaps.explained = { minute = 2, hour = 1, day = 1, month = 1 }\n", "shrink"),
    ("[professions.physician]\ncaps.explained = { minute = -1, hour = 1, day = 1, month = 1 }\n", "shrink"),
    ("[professions.physician]\nsearches = { minute = -1, hour = 1 }\n", "searches"),
    ('[professions.physician]\ncaps.explained = { minute = "1", hour = 1, day = 1, month = 1 }\n', "int"),
    ("[alarms]\nloud = true\n", "alarms"),
    ("[ladder\n", "line"),
]


@pytest.mark.parametrize(("text", "named"), WRONG)
def test_one_wrong_key_refuses_the_whole_file_and_is_named(text: str, named: str) -> None:
    with pytest.raises(BadInputError, match="refused whole") as refused:
        parse(SMALL_POLICY + text)
    assert named in refused.value.message


NUMBERS = [
    ("step_up_at = 0.5", "step_up_at = 0"),
    ("step_up_at = 0.5", "step_up_at = 1.5"),
    ("fresh_seconds = 300", "fresh_seconds = 0"),
    ("lock_after_refusals = 15", "lock_after_refusals = 0"),
    ("lock_after_cap_refusals = 3", "lock_after_cap_refusals = 0"),
    ("hours = 4", "hours = 0"),
    ("hours = 4", "hours = 25"),
    ("max_patients = 5", "max_patients = 0"),
    ("minute = 15, hour = 30, day = 40, month = 50", "minute = 0, hour = 30, day = 40, month = 50"),
    ('unlock = ["security-officer", "dpo"]', 'unlock = ["anyone"]'),
]


@pytest.mark.parametrize(("there", "instead"), NUMBERS)
def test_a_number_that_would_switch_a_protection_off_is_refused(there: str, instead: str) -> None:
    assert there in SMALL_POLICY
    with pytest.raises(BadInputError):
        parse(SMALL_POLICY.replace(there, instead))


def test_a_policy_without_an_establishment_is_refused() -> None:
    with pytest.raises(BadInputError, match="establishment"):
        parse("[professions.nurse]\n")


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "policy.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInputError):
        load(path)
