from datetime import timedelta

from tests.detectors.conftest import BEGIN, House, Patients

from ecluse.core.events import AccountAct

FAIL, LOGIN = AccountAct.LOGIN_FAILURE, AccountAct.LOGIN


def test_an_account_awake_after_two_months_is_found_for_a_week(house: House, patients: Patients) -> None:
    house.works("ann", [0])
    house.reads("ann", patients(9), 60)
    house.reads("ann", patients(8), 66)
    house.reads("ann", patients(7), 67)
    assert house.finds("dormant") == {("ann", 60): 9, ("ann", 66): 8}


def test_fifty_nine_days_are_a_long_leave(house: House, patients: Patients) -> None:
    house.works("ann", [0])
    house.reads("ann", patients(9), 59)
    assert house.finds("dormant") == {}


def test_an_account_that_logs_in_is_not_asleep(house: House, patients: Patients) -> None:
    house.works("ann", [0])
    house.sign("ann", LOGIN, 30)
    house.reads("ann", patients(9), 60)
    assert house.finds("dormant") == {}


def test_a_login_wakes_and_the_week_after_counts(house: House, patients: Patients) -> None:
    house.works("ann", [0])
    house.sign("ann", LOGIN, 60)
    house.reads("ann", patients(9), 66)
    house.reads("ann", patients(9), 67)
    assert house.finds("dormant") == {("ann", 66): 9}


def test_a_leaver_is_found_every_day_after_the_last(house: House, patients: Patients) -> None:
    house.person("ann", until=3)
    house.works("ann", [2, 3, 4], patients(5))
    house.unnamed("ann", 50, 30)
    assert house.finds("dormant") == {("ann", 4): 5, ("ann", 30): 50}


def test_a_leaver_who_never_comes_back_sleeps(house: House) -> None:
    house.person("ann", until=3)
    house.works("ann", [0, 3])
    assert house.finds("dormant") == {}


def test_an_old_account_never_used_wakes_on_its_first_day(house: House, patients: Patients) -> None:
    house.works("bob", [0])
    house.person("ann", since=BEGIN - timedelta(days=400))
    house.reads("ann", patients(9), 28)
    assert house.finds("dormant") == {("ann", 28): 9}


def test_in_the_first_four_weeks_nobody_can_tell(house: House, patients: Patients) -> None:
    house.works("bob", [0])
    house.person("ann", since=BEGIN - timedelta(days=400))
    house.reads("ann", patients(9), 27)
    assert house.finds("dormant") == {}


def test_an_account_on_the_list_for_less_than_two_months_is_young(house: House, patients: Patients) -> None:
    house.works("bob", [0])
    house.person("ann", since=BEGIN - timedelta(days=20))
    house.person("eve")
    house.reads("ann", patients(9), 39)
    house.reads("eve", patients(9), 39)
    assert house.finds("dormant") == {}


def colleagues(house: House, patients: Patients, number: int = 10) -> None:
    for account in ("bob", "eve", "joe"):
        house.person(account, "nurse")
        house.works(account, [0, 10, 20, 30], patients(number))


def test_a_new_account_far_above_its_colleagues_is_found(house: House, patients: Patients) -> None:
    colleagues(house, patients)
    house.person("new", "nurse")
    house.reads("new", patients(31), 20)
    house.reads("new", patients(40), 26)
    house.reads("new", patients(40), 27)
    assert house.finds("newcomer") == {("new", 20): 31, ("new", 26): 40}


def test_three_times_the_median_is_a_good_beginner(house: House, patients: Patients) -> None:
    colleagues(house, patients)
    house.person("new", "nurse")
    house.reads("new", patients(30), 20, duty="ward")
    assert house.finds("newcomer") == {}


def test_the_lower_of_two_medians_is_taken(house: House, patients: Patients) -> None:
    for day, number in enumerate((1, 5, 9, 40)):
        house.reads("bob", patients(number), day)
    house.reads("new", patients(28), 20)
    assert house.finds("newcomer") == {("new", 20): 28}  # of 1 5 9 28 40: 9


def test_an_account_that_is_only_new_to_the_log_is_none(house: House, patients: Patients) -> None:
    colleagues(house, patients)
    house.person("new", "nurse")
    house.reads("new", patients(60), 13)
    assert house.finds("newcomer") == {}


def test_an_account_that_logged_in_before_is_not_new(house: House, patients: Patients) -> None:
    colleagues(house, patients)
    house.person("new", "nurse")
    house.sign("new", LOGIN, 13)
    house.reads("new", patients(60), 19)
    house.reads("new", patients(60), 20)
    assert house.finds("newcomer") == {}


def test_an_account_somebody_just_made_is_new_even_in_a_short_log(house: House, patients: Patients) -> None:
    colleagues(house, patients)
    house.person("new", "nurse")
    house.sign("new", AccountAct.CREATED, 5, by="root")
    house.reads("new", patients(60), 6)
    assert house.finds("newcomer") == {("new", 6): 60}


def test_another_profession_is_another_measure(house: House, patients: Patients) -> None:
    colleagues(house, patients)
    house.person("new", "coder")
    house.person("old", "coder")
    house.works("old", [0, 1, 2], patients(60))
    house.reads("new", patients(60), 20, duty="coding")
    assert house.finds("newcomer") == {}


def test_a_new_account_among_strangers_is_found_however_few(house: House, patients: Patients) -> None:
    for account in ("bob", "eve", "joe"):
        house.works(account, range(0, 30, 5), patients(30), duty="ward")
    house.reads("new", patients(12, 5000), 20)
    assert house.finds("newcomer") == {("new", 20): 12}


def test_where_everybody_meets_strangers_a_new_account_may(house: House, patients: Patients) -> None:
    for day in range(0, 30, 5):
        house.reads("bob", patients(10, 1000 + 20 * day), day)
    house.reads("new", patients(12, 5000), 20)
    assert house.finds("newcomer") == {}


def test_nine_strangers_are_a_first_day(house: House, patients: Patients) -> None:
    house.works("bob", range(0, 30, 5), patients(30), duty="ward")
    house.reads("new", patients(9, 5000), 20)
    assert house.finds("newcomer") == {}


def test_five_failures_and_a_success_are_a_guess(house: House) -> None:
    for minute in range(6):
        house.sign("ann", FAIL, 3, f"22:{minute:02d}:00")
    house.sign("ann", LOGIN, 3, "22:10:00")
    assert house.finds("guessing") == {("ann", 3): 6}


def test_the_hour_ends_with_the_second(house: House) -> None:
    for second in range(5):
        house.sign("ann", FAIL, 3, f"21:00:0{second}")
    house.sign("ann", LOGIN, 3, "22:00:00")
    house.sign("bob", LOGIN, 3, "22:00:01")
    for second in range(5):
        house.sign("bob", FAIL, 3, f"21:00:0{second}")
    assert house.finds("guessing") == {("ann", 3): 5}


def test_failures_before_midnight_count_for_the_day_of_the_success(house: House) -> None:
    for second in range(5):
        house.sign("ann", FAIL, 3, f"23:59:0{second}")
    house.sign("ann", LOGIN, 4, "00:10:00")
    assert house.finds("guessing") == {("ann", 4): 5}


def test_four_failures_are_monday_morning(house: House) -> None:
    for second in range(4):
        house.sign("ann", FAIL, 3, f"08:00:0{second}")
    house.sign("ann", LOGIN, 3, "08:01:00")
    assert house.finds("guessing") == {}


def test_failures_without_a_success_guessed_nothing(house: House) -> None:
    for second in range(9):
        house.sign("ann", FAIL, 3, f"08:00:0{second}")
    house.sign("bob", LOGIN, 3, "08:01:00")
    assert house.finds("guessing") == {}


def test_an_address_that_fails_on_many_and_enters_as_one_sprays(house: House) -> None:
    for other in "bcdefg":
        house.sign(other, FAIL, 3, "22:00:00", address="203.0.113.9")
    house.sign("ann", LOGIN, 4, "01:00:00", address="203.0.113.9")
    assert house.finds("spraying") == {("ann", 4): 6}


def test_reading_from_the_address_is_entering(house: House) -> None:
    for other in "bcdef":
        house.sign(other, FAIL, 3, address="203.0.113.9")
    house.works("ann", [3], address="203.0.113.9")
    assert house.finds("spraying") == {("ann", 3): 5}


def test_two_days_later_the_failures_are_forgotten(house: House) -> None:
    for other in "bcdefg":
        house.sign(other, FAIL, 3, address="203.0.113.9")
    house.sign("ann", LOGIN, 5, address="203.0.113.9")
    assert house.finds("spraying") == {}


def test_one_account_failing_often_is_not_many(house: House) -> None:
    for minute in range(20):
        house.sign("bob", FAIL, 3, f"08:{minute:02d}:00", address="203.0.113.9")
    house.sign("ann", LOGIN, 3, address="203.0.113.9")
    assert house.finds("spraying") == {}


def test_the_address_of_the_whole_house_sprays_nothing(house: House) -> None:
    for other in "bcdefg":
        house.sign(other, FAIL, 3, address="10.0.0.1")
        house.sign(other, LOGIN, 3, "08:05:00", address="10.0.0.1")
    assert house.finds("spraying") == {}


def test_an_unknown_address_joins_nobody(house: House) -> None:
    for other in "bcdefg":
        house.sign(other, FAIL, 3)
    house.sign("ann", LOGIN, 3)
    assert house.finds("spraying") == {}
