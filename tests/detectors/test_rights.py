import pytest
from tests.detectors.conftest import House, Patients

from ecluse.core.events import AccountAct

QUIET = range(0, 28, 3)


def test_a_right_gained_and_used_at_once_is_found(house: House, patients: Patients) -> None:
    house.works("ann", QUIET, patients(4))
    house.sign("ann", AccountAct.GRANT, 29, by="root")
    house.reads("ann", patients(60), 30)
    assert house.finds("gained") == {("ann", 30): 56}


@pytest.mark.parametrize("act", ["grant", "created", "unlock", "factor", "password"])
def test_every_gain_counts(house: House, patients: Patients, act: str) -> None:
    house.works("bob", QUIET)
    house.sign("ann", AccountAct(act), 29)
    house.reads("ann", patients(20), 29)
    assert house.finds("gained") == {("ann", 29): 20}


@pytest.mark.parametrize("act", ["login", "revoke", "disabled", "lock", "step-up"])
def test_what_gives_no_right_is_no_gain(house: House, patients: Patients, act: str) -> None:
    house.works("bob", QUIET)
    house.sign("ann", AccountAct(act), 29)
    house.reads("ann", patients(20), 29)
    assert house.finds("gained") == {}


def test_a_busy_account_that_stays_busy_gains_nothing(house: House, patients: Patients) -> None:
    house.works("ann", QUIET, patients(60))
    house.sign("ann", AccountAct.PASSWORD, 29)
    house.reads("ann", patients(60), 30)
    assert house.finds("gained") == {}


def test_a_week_later_the_gain_is_forgotten(house: House, patients: Patients) -> None:
    house.works("ann", QUIET, patients(4))
    house.sign("ann", AccountAct.GRANT, 29)
    house.reads("ann", patients(60), 36)
    house.reads("ann", patients(60), 37)
    assert house.finds("gained") == {("ann", 36): 56}


def test_the_month_before_the_earliest_gain_is_the_measure(house: House, patients: Patients) -> None:
    house.works("ann", QUIET, patients(4))
    house.sign("ann", AccountAct.GRANT, 29)
    house.reads("ann", patients(30), 30)
    house.sign("ann", AccountAct.GRANT, 31)
    house.reads("ann", patients(40), 32)
    assert house.finds("gained") == {("ann", 30): 26, ("ann", 32): 36}


def test_a_right_gained_in_the_first_week_of_the_log_has_no_before(house: House, patients: Patients) -> None:
    house.works("ann", [0], patients(4))
    house.sign("ann", AccountAct.GRANT, 6)
    house.reads("ann", patients(60), 6)
    assert house.finds("gained") == {}


def test_a_right_gained_by_another_is_not_mine(house: House, patients: Patients) -> None:
    house.works("ann", QUIET, patients(4))
    house.sign("bob", AccountAct.GRANT, 29, by="ann")
    house.reads("ann", patients(60), 30)
    assert house.finds("gained") == {}


def test_a_few_patients_are_no_use_of_a_right(house: House, patients: Patients) -> None:
    house.works("bob", QUIET)
    house.sign("ann", AccountAct.GRANT, 29)
    house.reads("ann", patients(19), 30)
    assert house.finds("gained") == {}


def test_a_reason_made_by_its_user_is_forged(house: House, patients: Patients) -> None:
    for patient in patients(12):
        house.care(patient, 5, account="ann", made_by="ann")
    house.reads("ann", patients(12), 5)
    assert house.finds("forged") == {("ann", 5): 12}


def test_a_reason_made_for_ones_own_unit_is_forged(house: House) -> None:
    house.person("ann", unit="west")
    house.care("a", 5, unit="west", made_by="ann")
    house.reads("ann", ["a"], 6)
    assert house.finds("forged") == {("ann", 6): 1}


def test_a_reason_counts_for_a_day_before_and_after(house: House) -> None:
    house.care("a", 5, account="ann", made_by="ann")
    house.works("ann", [3, 4, 5, 6, 7], ["a"])
    assert house.finds("forged") == {("ann", 4): 1, ("ann", 5): 1, ("ann", 6): 1}


def test_a_clerk_who_makes_reasons_for_others_forges_nothing(house: House, patients: Patients) -> None:
    house.person("ann", unit="desk")
    for patient in patients(12):
        house.care(patient, 5, unit="west", made_by="ann")
        house.care(patient, 5, account="bob", made_by="ann")
    house.reads("ann", patients(12), 5)
    house.reads("bob", patients(12), 5)
    assert house.finds("forged") == {}


def test_an_account_without_a_unit_makes_nothing_for_the_empty_unit(house: House) -> None:
    house.person("ann")
    house.care("a", 5, unit="", account="bob", made_by="ann")
    house.reads("ann", ["a"], 5)
    assert house.finds("forged") == {}


def test_entering_as_others_is_counted_by_person(house: House) -> None:
    for other in ("bob", "eve", "eve"):
        house.sign(other, AccountAct.IMPERSONATE, 3, by="root")
    assert house.finds("impersonation") == {("root", 3): 2}


def test_an_entry_by_nobody_known_stays_with_the_account(house: House) -> None:
    house.sign("bob", AccountAct.IMPERSONATE, 3)
    assert house.finds("impersonation") == {("bob", 3): 1}


def test_a_login_is_no_entry_as_another(house: House) -> None:
    house.sign("bob", AccountAct.LOGIN, 3, by="root")
    assert house.finds("impersonation") == {}
