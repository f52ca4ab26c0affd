from typing import Any

from tests.detectors.conftest import House, Patients

from ecluse.core.events import AccountAct

HOME: dict[str, Any] = {"address": "10.0.0.1", "device": "desk-1"}
THIEF: dict[str, Any] = {"address": "203.0.113.9", "device": "laptop"}


def test_a_device_and_an_address_nobody_knows_are_found(house: House, patients: Patients) -> None:
    house.works("ann", [0, 1, 2], **HOME)
    house.reads("ann", patients(30), 5, **THIEF)
    assert house.finds("device") == {("ann", 5): 30}


def test_the_whole_volume_of_the_day_counts(house: House, patients: Patients) -> None:
    house.works("ann", [0, 1, 2], address="10.0.0.1")
    house.works("ann", [5], address="203.0.113.9")
    house.unnamed("ann", 50, 5, clock="10:00:00")
    assert house.finds("device") == {("ann", 5): 51}


def test_the_place_of_a_colleague_is_no_news(house: House, patients: Patients) -> None:
    house.works("ann", [0, 1, 2], **HOME)
    house.works("bob", [4], address="10.0.0.2", device="desk-2")
    house.reads("ann", patients(30), 5, address="10.0.0.2", device="desk-2")
    assert house.finds("device") == {}


def test_a_place_both_take_on_the_same_day_is_unknown_to_both(house: House) -> None:
    for account in ("ann", "bob"):
        house.works(account, [0, 1, 2], **HOME)
        house.works(account, [5], address="203.0.113.9")
    assert house.finds("device") == {("ann", 5): 1, ("bob", 5): 1}


def test_the_login_alone_tells_the_place(house: House, patients: Patients) -> None:
    for day in (0, 1, 2):
        house.sign("ann", AccountAct.LOGIN, day, address="10.0.0.1")
    house.sign("ann", AccountAct.LOGIN, 5, address="203.0.113.9")
    house.reads("ann", patients(30), 5)
    assert house.finds("device") == {("ann", 5): 30}


def test_a_place_is_fresh_for_three_days(house: House) -> None:
    house.works("ann", [0, 1, 2], address="10.0.0.1")
    house.works("ann", [5, 6, 7, 8], address="203.0.113.9")
    assert house.finds("device") == {("ann", 5): 1, ("ann", 6): 1, ("ann", 7): 1}


def test_a_place_only_nobody_had_before_is_unknown(house: House) -> None:
    house.works("ann", [0, 1, 2], address="10.0.0.1")
    house.works("", [4], address="203.0.113.9")
    house.works("ann", [5], address="203.0.113.9")
    assert house.finds("device") == {("ann", 5): 1}


def test_two_days_of_history_are_too_few(house: House, patients: Patients) -> None:
    house.works("ann", [0, 1], **HOME)
    house.reads("ann", patients(30), 5, **THIEF)
    assert house.finds("device") == {}


def test_history_of_the_device_is_no_history_of_the_address(house: House) -> None:
    house.works("ann", [0, 1, 2], device="desk-1")
    house.works("ann", [5], address="203.0.113.9", device="desk-1")
    assert house.finds("device") == {}


def test_a_failed_login_makes_no_place(house: House) -> None:
    house.works("ann", [0, 1, 2, 5], address="10.0.0.1")
    house.sign("ann", AccountAct.LOGIN_FAILURE, 5, address="203.0.113.9")
    assert house.finds("device") == {}


def test_a_place_used_for_long_is_not_fresh(house: House, patients: Patients) -> None:
    house.works("ann", [0, 1, 2, 3], **HOME)
    house.reads("ann", patients(60), 9, **HOME)
    assert house.finds("device") == {}


def test_owner_and_thief_at_once_make_the_account_jump(house: House, patients: Patients) -> None:
    house.works("ann", [0, 1, 2], **HOME)
    house.reads("ann", patients(5), 5, "09:00:00", 60, **HOME)
    house.reads("ann", patients(90, 3000), 5, "09:00:02", 3, **THIEF)
    assert house.finds("overlap") == {("ann", 5): 9}


def test_a_login_elsewhere_within_seconds_counts(house: House) -> None:
    house.works("ann", [0, 1, 2], **HOME)
    house.reads("ann", ["a", "b"], 5, "09:00:00", 10, **HOME)
    house.sign("ann", AccountAct.LOGIN, 5, "09:00:05", **THIEF)
    assert house.finds("overlap") == {("ann", 5): 2}


def test_the_same_device_with_another_address_is_a_telephone(house: House) -> None:
    house.works("ann", [0, 1, 2], **HOME)
    for second in range(0, 50, 10):
        address = "10.0.0.1" if second % 20 else "203.0.113.9"
        house.reads("ann", ["a"], 5, f"09:00:{second:02d}", address=address, device="desk-1")
    assert house.finds("overlap") == {}


def test_a_nurse_between_two_old_workstations_is_at_work(house: House) -> None:
    other: dict[str, Any] = {"address": "10.0.0.2", "device": "desk-2"}
    house.works("ann", [0, 1, 2, 5], **HOME)
    house.works("ann", [0, 1, 2, 5], clock="09:00:05", **other)
    house.reads("ann", ["a", "b", "c"], 5, "10:00:00", 10, **HOME)
    house.reads("ann", ["a", "b", "c"], 5, "10:00:05", 10, **other)
    assert house.finds("overlap") == {}


def test_shift_over_then_another_place_is_no_overlap(house: House, patients: Patients) -> None:
    house.works("ann", [0, 1, 2], **HOME)
    house.reads("ann", patients(5), 5, "09:00:00", 60, **HOME)
    house.reads("ann", patients(5, 3000), 5, "10:00:00", 60, **THIEF)
    assert house.finds("overlap") == {}


def test_a_rounded_clock_shows_no_overlap(house: House) -> None:
    house.works("ann", [0, 1, 2], **HOME)
    house.reads("ann", ["a", "b", "c"], 5, "09:00:00", 0, grain=3600, **HOME)
    house.reads("ann", ["a", "b", "c"], 5, "09:00:00", 0, grain=3600, **THIEF)
    assert house.finds("overlap") == {}


def test_two_sites_within_a_quarter_of_an_hour_cannot_be(house: House) -> None:
    house.works("ann", [0, 1, 2], site="north")
    house.works("ann", [5], site="north")
    house.works("ann", [5], clock="09:14:59", site="south")
    assert house.finds("travel") == {("ann", 5): 1}


def test_an_hour_is_enough_to_drive(house: House) -> None:
    house.works("ann", [0, 1, 2, 5], site="north")
    house.works("ann", [5], clock="10:00:00", site="south")
    assert house.finds("travel") == {}


def test_who_always_works_at_both_sites_may(house: House) -> None:
    house.works("ann", [0, 1, 2, 5], site="north")
    house.works("ann", [0, 1, 2, 5], clock="09:05:00", site="south")
    assert house.finds("travel") == {}


def test_an_hour_never_worked_before_is_strange(house: House, patients: Patients) -> None:
    house.works("ann", range(5))
    house.reads("ann", patients(12), 7, "03:00:00", 5)
    house.unnamed("ann", 50, 7, "03:30:00")
    house.unnamed("ann", 50, 7, "09:30:00")
    house.works("ann", [7])
    assert house.finds("hours") == {("ann", 7): 62}


def test_the_hour_before_and_after_are_not_strange(house: House) -> None:
    house.works("ann", range(5), clock="00:10:00")
    house.reads("ann", ["a"], 7, "23:00:00")
    house.reads("ann", ["b"], 7, "01:00:00")
    house.reads("ann", ["c"], 7, "02:00:00")
    assert house.finds("hours") == {("ann", 7): 1}


def test_late_work_after_midnight_is_near_the_last_hour_of_the_day(house: House) -> None:
    house.works("ann", range(5), clock="23:10:00")
    house.reads("ann", ["a"], 7, "00:10:00")
    assert house.finds("hours") == {}


def test_a_patient_seen_at_a_known_and_at_a_strange_hour_counts_once(house: House) -> None:
    house.works("ann", range(5))
    house.works("ann", [7], clock="03:00:00")
    house.works("ann", [7])
    assert house.finds("hours") == {("ann", 7): 1}


def test_an_account_with_four_days_has_no_hours_yet(house: House) -> None:
    house.works("ann", range(4))
    house.works("ann", [7], clock="03:00:00")
    assert house.finds("hours") == {}


def test_logins_tell_the_hours_of_those_who_seldom_open_a_record(house: House, patients: Patients) -> None:
    for day in range(5):
        house.sign("root", AccountAct.LOGIN, day, "10:00:00")
    house.reads("root", patients(12), 7, "02:00:00")
    house.reads("root", patients(3, 2000), 8, "11:00:00")
    assert house.finds("hours") == {("root", 7): 12}


def test_a_login_at_night_makes_the_night_known(house: House, patients: Patients) -> None:
    house.works("ann", range(5))
    house.sign("ann", AccountAct.LOGIN, 6, "02:00:00")
    house.reads("ann", patients(12), 7, "03:00:00")
    assert house.finds("hours") == {}


def test_night_staff_at_night_are_at_home(house: House, patients: Patients) -> None:
    house.works("ann", range(6), patients(12), clock="03:00:00", every=600)
    assert house.finds("hours") == {}
