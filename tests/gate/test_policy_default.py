"""The policy that ships: how much a stolen session can be shown, and that ordinary work does not notice."""

import re

import pytest

from ecluse.core.words import OVERSEERS, Action, Compartment, DutyKind, Ground, Profession, Purpose
from ecluse.gate.rules import UNDER_GLASS
from ecluse.safe.policy import DEFAULT_FILE, Rights, load

POLICY = load(DEFAULT_FILE)
TEXT = DEFAULT_FILE.read_text(encoding="utf-8")
OFFICE = (
    Profession.IT_ADMINISTRATOR,
    Profession.SECURITY_OFFICER,
    Profession.DPO,
    Profession.PROVISIONING_SERVICE,
    *sorted(OVERSEERS),
)
MOST_AN_HOUR = 50
BUSY_HOUR, BUSY_UNEXPLAINED = 25, 3
PAGE = 20


def rights(profession: Profession) -> Rights:
    return POLICY.professions[profession]


def hourly(profession: Profession) -> int:
    return sum(caps.hour for ground, caps in rights(profession).caps.items() if ground is not Ground.APPROVED)


def test_all_professions_are_written_down_each_with_its_why() -> None:
    assert set(POLICY.professions) == set(Profession)
    for profession in Profession:
        assert re.search(rf"^# .+\n\[professions\.{profession}\]$", TEXT, re.MULTILINE)


@pytest.mark.parametrize("profession", Profession)
def test_a_stolen_session_is_shown_at_most_fifty_patients_an_hour(profession: Profession) -> None:
    assert hourly(profession) <= MOST_AN_HOUR


@pytest.mark.parametrize("profession", [one for one in Profession if one not in OFFICE])
def test_a_busy_hour_meets_no_cap(profession: Profession) -> None:
    caps = rights(profession).caps
    assert caps[Ground.EXPLAINED].hour > BUSY_HOUR
    assert caps[Ground.EXPLAINED].day >= 4 * BUSY_HOUR
    if Ground.UNEXPLAINED in caps:
        assert caps[Ground.UNEXPLAINED].hour > BUSY_UNEXPLAINED
        assert POLICY.ladder.step_up_at * caps[Ground.UNEXPLAINED].hour >= BUSY_UNEXPLAINED


@pytest.mark.parametrize("profession", [one for one in Profession if one not in OFFICE])
def test_a_page_of_twenty_explained_patients_asks_for_no_proof(profession: Profession) -> None:
    explained = rights(profession).caps[Ground.EXPLAINED]
    assert min(explained.minute, explained.hour) * POLICY.ladder.step_up_at >= PAGE


@pytest.mark.parametrize("profession", OFFICE)
def test_g4_the_office_has_neither_parts_nor_grounds(profession: Profession) -> None:
    assert rights(profession).read == rights(profession).write == frozenset()
    assert not rights(profession).caps
    assert not rights(profession).duties
    assert rights(profession).searches.hour == rights(profession).creations.hour == 0


@pytest.mark.parametrize(
    "profession", [Profession.ADMISSIONS, Profession.BILLING, Profession.SECRETARY, Profession.SOCIAL_WORKER]
)
def test_desks_never_read_nor_write_clinical_data(profession: Profession) -> None:
    assert Compartment.CLINICAL not in rights(profession).read | rights(profession).write


def test_whoever_breaks_glasses_can_do_so_with_a_second_person_too() -> None:
    for profession in Profession:
        breaks = Action.BREAK_GLASS in rights(profession).actions
        assert breaks is (Ground.EMERGENCY in rights(profession).caps)
        assert breaks is (Purpose.BREAK_GLASS in rights(profession).purposes)
        if breaks:
            assert Ground.APPROVED in rights(profession).caps
            assert profession in POLICY.approvals.break_glass


def test_nobody_prints_or_copies_a_whole_record_in_an_emergency() -> None:
    assert not UNDER_GLASS & {Action.PRINT, Action.EVERYTHING, Action.EXPORT}


def test_only_desks_and_machines_create_patients() -> None:
    creators = {one for one in Profession if Action.CREATE in rights(one).actions}
    assert creators == {Profession.ADMISSIONS, Profession.SECRETARY, Profession.INTERFACE_SERVICE}


def test_only_whoever_codes_has_the_coding_list() -> None:
    coders = {one for one in Profession if DutyKind.CODING in rights(one).duties}
    assert coders == {Profession.DIM_PHYSICIAN, Profession.DIM_CODER}


def test_the_office_approves_and_the_administrator_does_not() -> None:
    for kind in ("grant", "raise_cap", "unlock", "export"):
        assert Profession.IT_ADMINISTRATOR not in getattr(POLICY.approvals, kind)
    assert POLICY.response.lock_after_cap_refusals == 3
