from tests.detectors.conftest import House, Patients

from ecluse.core.events import Deed


def test_a_day_counts_each_patient_once(house: House, patients: Patients) -> None:
    house.reads("ann", patients(30))
    house.reads("ann", patients(30), clock="14:00:00")
    assert house.finds("harvest") == {("ann", 0): 30}


def test_patients_displayed_without_a_name_count_too(house: House, patients: Patients) -> None:
    house.reads("ann", patients(3))
    house.unnamed("ann", 50, clock="02:00:00", deed=Deed.EXPORT)
    house.unnamed("ann", 50, clock="02:01:00", deed=Deed.EXPORT)
    assert house.finds("harvest") == {("ann", 0): 103}


def test_a_log_without_patients_at_all_is_counted_by_its_requests(house: House) -> None:
    for minute in range(40):
        house.unnamed("ann", 1, clock=f"10:{minute:02d}:00", deed=Deed.READ)
    assert house.finds("harvest") == {("ann", 0): 40}


def test_nobody_is_not_an_account(house: House, patients: Patients) -> None:
    house.reads("", patients(30))
    assert house.finds("harvest") == {}
    assert house.finds("burst") == {}


def test_an_access_that_displayed_nobody_is_no_harvest(house: House) -> None:
    house.unnamed("ann", 0)
    assert house.finds("harvest") == {}
    assert house.finds("burst") == {}


def test_the_fullest_hour_is_found(house: House, patients: Patients) -> None:
    house.reads("ann", patients(4), clock="08:00:00")
    house.reads("ann", patients(9, 2000), clock="11:00:00")
    assert house.finds("burst") == {("ann", 0): 9}


def test_an_hour_of_unnamed_patients_is_an_hour_like_any(house: House, patients: Patients) -> None:
    house.reads("ann", patients(9), clock="11:00:00")
    house.unnamed("ann", 20, clock="12:10:00")
    house.unnamed("ann", 5, clock="12:50:00")
    assert house.finds("burst") == {("ann", 0): 25}


def test_a_burst_is_seen_in_a_log_that_rounds_to_the_hour(house: House, patients: Patients) -> None:
    house.reads("ann", patients(40), clock="02:00:00", every=0, grain=3600)
    assert house.finds("burst") == {("ann", 0): 40}


def test_the_same_patient_in_two_hours_is_one_in_each(house: House) -> None:
    house.reads("ann", ["a", "b"], clock="08:00:00")
    house.reads("ann", ["b"], clock="09:00:00")
    assert house.finds("burst") == {("ann", 0): 2}


def test_a_quiet_account_is_counted_quietly(house: House) -> None:
    house.works("ann", [0, 1, 2])
    assert house.finds("harvest") == {("ann", 0): 1, ("ann", 1): 1, ("ann", 2): 1}
