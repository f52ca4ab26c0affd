from tests.detectors.conftest import House, Patients


def test_first_accesses_without_a_reason_are_counted(house: House, patients: Patients) -> None:
    house.reads("ann", patients(12))
    assert house.finds("unexplained") == {("ann", 0): 12}


def test_a_patient_seen_before_is_not_new(house: House, patients: Patients) -> None:
    house.works("ann", [0, 1], patients(12))
    assert house.finds("unexplained") == {("ann", 0): 12}


def test_a_stay_in_the_unit_explains(house: House) -> None:
    house.person("ann", unit="west")
    house.care("a", unit="west")
    house.reads("ann", ["a", "b"])
    assert house.finds("unexplained") == {("ann", 0): 1}


def test_a_stay_the_account_made_itself_that_day_explains_nothing(house: House) -> None:
    house.care("a", account="ann", made_by="ann")
    house.reads("ann", ["a"])
    assert house.finds("unexplained") == {("ann", 0): 1}


def test_the_reason_the_log_gives_explains(house: House) -> None:
    house.reads("ann", ["a"], duty="appointment")
    assert house.finds("unexplained") == {}


def test_a_colleague_of_the_unit_explains(house: House) -> None:
    house.person("ann", unit="west")
    house.person("bob", unit="west")
    house.reads("bob", ["a"])
    house.reads("ann", ["a"], 1)
    assert ("ann", 1) not in house.finds("unexplained")


def test_patients_nobody_else_touches_are_asleep(house: House, patients: Patients) -> None:
    house.reads("bob", patients(5))
    house.reads("ann", patients(12), 1)
    assert house.finds("sleeping") == {("ann", 1): 7}


def test_a_touch_later_in_the_same_week_wakes_a_patient(house: House) -> None:
    house.reads("ann", ["a"], 0)  # a Monday; weeks begin on Thursday
    house.reads("bob", ["a"], 2)
    assert house.finds("sleeping") == {}


def test_a_touch_of_the_week_before_keeps_a_patient_awake(house: House) -> None:
    house.reads("bob", ["a"], 0)
    house.reads("ann", ["a"], 9)
    assert house.finds("sleeping") == {("bob", 0): 1}


def test_a_touch_two_weeks_before_is_forgotten(house: House) -> None:
    house.reads("bob", ["a"], 0)
    house.reads("ann", ["a"], 10)
    assert house.finds("sleeping") == {("ann", 10): 1, ("bob", 0): 1}


def test_a_touch_of_the_week_after_does_not_count(house: House) -> None:
    house.reads("ann", ["a"], 0)
    house.reads("bob", ["a"], 3)
    assert house.finds("sleeping") == {("ann", 0): 1}


def test_a_touch_by_nobody_wakes_nobody(house: House) -> None:
    house.reads("", ["a"])
    house.reads("ann", ["a"])
    assert house.finds("sleeping") == {("ann", 0): 1}


def test_four_weeks_are_added_up(house: House, patients: Patients) -> None:
    for day in (0, 10, 27, 28):
        house.reads("ann", patients(3, 1000 + 10 * day), day)
    assert house.finds("slow") == {("ann", 0): 3, ("ann", 10): 6, ("ann", 27): 9, ("ann", 28): 9}


def test_a_day_without_anything_new_says_nothing_about_the_weeks(house: House) -> None:
    house.works("ann", [0, 1, 2])
    assert house.finds("slow") == {("ann", 0): 1}


def test_what_is_explained_never_adds_up(house: House, patients: Patients) -> None:
    house.reads("ann", patients(9), duty="ward")
    house.reads("ann", patients(9, 2000), 1, duty="ward")
    assert house.finds("slow") == {}
