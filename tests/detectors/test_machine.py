from typing import Any

from tests.detectors.conftest import House, Patients

from ecluse.core.events import Deed

UNEVEN = (31, 95, 44, 240, 17, 160, 75, 128, 52, 210, 23, 66, 110, 38, 190, 84)


def by_hand(house: House, account: str, patients: list[str], day: int = 0, **more: Any) -> None:
    """A person at work: no two intervals alike."""
    second = 8 * 3600
    for place, patient in enumerate(patients):
        clock = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
        house.reads(account, [patient], day, clock, **more)
        second += UNEVEN[place % len(UNEVEN)] + place * 3


def test_even_intervals_are_the_pace_of_a_machine(house: House, patients: Patients) -> None:
    house.reads("ann", patients(60), every=9)
    assert house.finds("pace") == {("ann", 0): 59}


def test_a_second_more_or_less_is_still_even(house: House, patients: Patients) -> None:
    house.reads("ann", patients(41), every=9.5)
    assert house.finds("pace") == {("ann", 0): 40}


def test_a_machine_among_the_owners_own_work_is_found(house: House, patients: Patients) -> None:
    by_hand(house, "ann", patients(40))
    house.reads("ann", patients(31, 5000), clock="23:00:00", every=5)
    assert house.finds("pace") == {("ann", 0): 30}


def test_many_patients_in_each_second_are_one_moment_each(house: House, patients: Patients) -> None:
    house.reads("ann", patients(300), every=0.05)
    assert house.finds("pace") == {("ann", 0): 14}


def test_one_list_displayed_at_once_has_no_pace(house: House, patients: Patients) -> None:
    house.reads("ann", patients(60), every=0)
    assert house.finds("pace") == {}


def test_a_person_has_no_pace(house: House, patients: Patients) -> None:
    by_hand(house, "ann", patients(60))
    assert house.finds("pace") == {}


def test_a_job_every_half_hour_is_no_harvest(house: House, patients: Patients) -> None:
    house.reads("lab", patients(40), clock="00:00:00", every=1800)
    assert house.finds("pace") == {}


def test_a_rounded_clock_has_no_pace(house: House, patients: Patients) -> None:
    house.reads("ann", patients(60), every=60, grain=60)
    assert house.finds("pace") == {}


def test_fewer_than_twenty_patients_have_no_pace(house: House, patients: Patients) -> None:
    house.reads("ann", patients(19), every=9)
    assert house.finds("pace") == {}


def test_the_same_beat_on_the_same_day_is_one_machine(house: House, patients: Patients) -> None:
    house.reads("ann", patients(21), every=9, clock="02:00:00")
    house.reads("bob", patients(31, 3000), every=9, clock="13:00:00")
    assert house.finds("rhythm") == {("ann", 0): 50, ("bob", 0): 50}


def test_another_beat_or_another_day_is_another_machine(house: House, patients: Patients) -> None:
    house.reads("ann", patients(21), every=9)
    house.reads("bob", patients(31, 3000), every=20)
    house.reads("eve", patients(31, 5000), 1, every=9)
    assert house.finds("rhythm") == {}


def test_nobody_keeps_no_rhythm_with_anybody(house: House, patients: Patients) -> None:
    house.reads("", patients(21), every=9)
    house.reads("bob", patients(31, 3000), every=9)
    assert house.finds("rhythm") == {}


def test_a_walk_up_by_number_is_found(house: House, patients: Patients) -> None:
    by_hand(house, "ann", patients(30, mixed=False))
    assert house.finds("order") == {("ann", 0): 30}


def test_a_walk_down_is_found(house: House, patients: Patients) -> None:
    by_hand(house, "ann", patients(30, mixed=False)[::-1])
    assert house.finds("order") == {("ann", 0): 30}


def test_a_walk_by_the_alphabet_is_found(house: House, patients: Patients) -> None:
    names = sorted(f"{a}{b}son" for a in "abcdef" for b in "aeiou")
    by_hand(house, "ann", names)
    assert house.finds("order") == {("ann", 0): 30}


def test_fast_walks_count_all_patients_of_a_second(house: House, patients: Patients) -> None:
    house.reads("ann", patients(100, mixed=False), every=0.1)
    assert house.finds("order") == {("ann", 0): 100}


def test_the_longest_of_two_walks_counts(house: House, patients: Patients) -> None:
    up = patients(30, mixed=False)
    by_hand(house, "ann", up[12:] + up[:12])
    assert house.finds("order") == {("ann", 0): 18}


def test_one_sorted_list_displayed_at_once_is_no_walk(house: House, patients: Patients) -> None:
    house.reads("ann", patients(60, mixed=False), every=0)
    assert house.finds("order") == {}


def test_seven_steps_are_no_walk_yet(house: House, patients: Patients) -> None:
    up = patients(42, mixed=False)
    by_hand(house, "ann", [patient for start in range(6) for patient in up[start::6]])
    assert house.finds("order") == {}


def test_a_person_walks_in_no_order(house: House, patients: Patients) -> None:
    by_hand(house, "ann", patients(60))
    assert house.finds("order") == {}


def test_a_clerk_who_registers_new_patients_is_no_walker(house: House, patients: Patients) -> None:
    by_hand(house, "ann", patients(40, mixed=False), deed=Deed.CREATE)
    assert house.finds("order") == {}
    assert house.finds("block") == {}


def test_a_rounded_clock_shows_no_order(house: House, patients: Patients) -> None:
    house.reads("ann", patients(40, mixed=False), every=60, grain=3600)
    assert house.finds("order") == {}


def base(house: House, patients: Patients, number: int = 400) -> None:
    """So many patients the house knows, each of them seen by the registry."""
    for day in range(4):
        house.reads("registry", patients(number, mixed=False)[day::4], day, duty="registry", every=20)


def test_a_stretch_of_numbers_is_found_whatever_the_order_and_the_clock(house: House, patients: Patients) -> None:
    base(house, patients)
    house.reads("ann", patients(25, 1100), 20, every=0, grain=3600)
    assert house.finds("block") == {("ann", 20): 25}


def test_one_number_left_out_does_not_break_a_stretch(house: House, patients: Patients) -> None:
    base(house, patients)
    house.reads("ann", patients(40, 1100, mixed=False)[::2], 20)
    assert house.finds("block") == {("ann", 20): 20}


def test_two_numbers_left_out_break_it(house: House, patients: Patients) -> None:
    base(house, patients)
    house.reads("ann", patients(60, 1100, mixed=False)[::3], 20)
    assert house.finds("block") == {}


def test_patients_from_all_over_the_base_are_no_stretch(house: House, patients: Patients) -> None:
    base(house, patients)
    house.reads("ann", patients(400, mixed=False)[::11], 20)
    assert house.finds("block") == {}


def test_a_tenth_of_the_base_is_too_much_to_tell(house: House, patients: Patients) -> None:
    base(house, patients)
    house.reads("ann", patients(41), 20)
    assert house.finds("block") == {}


def test_a_stretch_with_a_reason_is_work(house: House, patients: Patients) -> None:
    base(house, patients)
    house.reads("ann", patients(25, 1100), 20, duty="vaccination")
    assert house.finds("block") == {}
