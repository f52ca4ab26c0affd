from collections.abc import Sequence
from typing import Any

from tests.detectors.conftest import House, Patients

DEN: dict[str, Any] = {"address": "203.0.113.9"}


def settled(house: House, *accounts: str) -> None:
    for account in accounts:
        house.works(account, [0, 1], [f"of {account}"], address="10.0.0.1")


def strangers(house: House) -> None:
    """Two units: what one sees explains nothing to the other."""
    settled(house, "ann", "bob")
    house.person("ann", unit="west")
    house.person("bob", unit="east")


def takes(house: House, shares: dict[str, Sequence[str]], day: int = 5) -> None:
    for account, share in shares.items():
        house.reads(account, share, day, **DEN)


def test_accounts_that_share_out_the_patients_at_one_place_are_one_hand(house: House, patients: Patients) -> None:
    settled(house, "ann", "bob", "eve")
    takes(house, {"ann": patients(8), "bob": patients(9, 2000), "eve": patients(10, 3000)})
    assert house.finds("shared") == {("ann", 5): 27, ("bob", 5): 27, ("eve", 5): 27}


def test_the_same_device_behind_several_addresses_is_one_place(house: House, patients: Patients) -> None:
    settled(house, "ann", "bob")
    house.reads("ann", patients(8), 5, address="198.51.100.1", device="laptop")
    house.reads("bob", patients(8, 2000), 5, address="198.51.100.2", device="laptop")
    assert house.finds("shared") == {("ann", 5): 16, ("bob", 5): 16}


def test_a_tenth_of_overlap_is_allowed(house: House, patients: Patients) -> None:
    strangers(house)
    takes(house, {"ann": patients(10, mixed=False), "bob": patients(10, 1009, mixed=False)})
    assert house.finds("shared") == {("ann", 5): 19, ("bob", 5): 19}


def test_colleagues_who_see_the_same_patients_share_nothing_out(house: House, patients: Patients) -> None:
    strangers(house)
    takes(house, {"ann": patients(10), "bob": patients(10, 1007)})
    assert house.finds("shared") == {}


def test_a_badge_on_the_shared_workstation_is_work(house: House, patients: Patients) -> None:
    for day, start in ((0, 1000), (10, 2000), (20, 3000)):
        house.reads("ann", patients(8, start), day, device="ward")
        house.reads("bob", patients(8, start + 500), day, device="ward")
    assert house.finds("shared") == {}


def test_explained_patients_are_shared_by_right(house: House, patients: Patients) -> None:
    settled(house, "ann", "bob")
    house.reads("ann", patients(8), 5, duty="ward", **DEN)
    house.reads("bob", patients(8, 2000), 5, duty="ward", **DEN)
    assert house.finds("shared") == {}


def test_one_account_alone_shares_with_nobody(house: House, patients: Patients) -> None:
    settled(house, "ann", "bob")
    takes(house, {"ann": patients(30), "bob": patients(4, 2000)})
    assert house.finds("shared") == {}


def test_an_account_without_a_past_elsewhere_did_not_come_from_there(house: House, patients: Patients) -> None:
    settled(house, "ann")
    takes(house, {"ann": patients(8), "new": patients(8, 2000)})
    assert house.finds("shared") == {}


def test_a_place_stays_recent_for_a_week(house: House, patients: Patients) -> None:
    settled(house, "ann", "bob")
    takes(house, {"ann": ["x"], "bob": ["y"]})
    takes(house, {"ann": patients(8), "bob": patients(8, 2000)}, 11)
    takes(house, {"ann": patients(8, 5000), "bob": patients(8, 6000)}, 12)
    assert house.finds("shared") == {("ann", 11): 16, ("bob", 11): 16}


def test_two_places_on_one_day_are_two_groups(house: House, patients: Patients) -> None:
    settled(house, "ann", "bob")
    house.reads("ann", patients(8), 5, address="203.0.113.9")
    house.reads("bob", patients(8, 2000), 5, address="203.0.113.10")
    assert house.finds("shared") == {}


def base(house: House, patients: Patients, number: int = 400) -> None:
    """So many patients the house knows, each of them seen by the registry."""
    for day in range(4):
        house.reads("registry", patients(number, mixed=False)[day::4], day, duty="registry", every=20)


def test_neighbouring_numbers_taken_by_several_are_shards_of_one_base(house: House, patients: Patients) -> None:
    base(house, patients)
    shares = patients(24, 1100, mixed=False)
    for place, account in enumerate(("ann", "bob", "eve")):
        house.reads(account, shares[place * 8 : place * 8 + 8], 20, address=f"203.0.113.{place}")
    assert house.finds("shards") == {("ann", 20): 24, ("bob", 20): 24, ("eve", 20): 24}


def test_shards_may_be_interleaved(house: House, patients: Patients) -> None:
    base(house, patients)
    shares = patients(24, 1100, mixed=False)
    for place, account in enumerate(("ann", "bob", "eve")):
        house.reads(account, shares[place::3], 20)
    assert house.finds("shards") == {("ann", 20): 24, ("bob", 20): 24, ("eve", 20): 24}


def test_one_patient_by_the_way_makes_no_accomplice(house: House, patients: Patients) -> None:
    base(house, patients)
    house.reads("ann", patients(20, 1100, mixed=False), 20)
    house.reads("bob", ["P001120"], 20)
    assert house.finds("shards") == {}


def test_shards_may_lie_far_apart(house: House, patients: Patients) -> None:
    base(house, patients)
    house.reads("ann", patients(5, 1100), 20)
    house.reads("bob", patients(6, 1300), 20)
    assert house.finds("shards") == {("ann", 20): 11, ("bob", 20): 11}


def test_four_neighbours_are_chance(house: House, patients: Patients) -> None:
    base(house, patients)
    house.reads("ann", patients(4, 1100), 20)
    house.reads("bob", patients(6, 1300), 20)
    assert house.finds("shards") == {}


def test_one_account_alone_has_no_shards(house: House, patients: Patients) -> None:
    base(house, patients)
    house.reads("ann", patients(24, 1100, mixed=False), 20)
    assert house.finds("shards") == {}


def test_patients_in_care_are_nobodys_shards(house: House, patients: Patients) -> None:
    base(house, patients)
    shares = patients(24, 1100, mixed=False)
    house.reads("ward", shares, 19, duty="ward")
    house.reads("ann", shares[:12], 20)
    house.reads("bob", shares[12:], 20)
    assert house.finds("shards") == {}


def test_patients_from_all_over_the_base_are_no_shards(house: House, patients: Patients) -> None:
    base(house, patients)
    house.reads("ann", patients(400, mixed=False)[::30], 20)
    house.reads("bob", patients(400, mixed=False)[15::30], 20)
    assert house.finds("shards") == {}


def test_on_a_day_when_a_tenth_of_the_base_is_seen_nothing_can_be_told(house: House, patients: Patients) -> None:
    base(house, patients)
    house.reads("ann", patients(20, 1100), 20)
    house.reads("bob", patients(21, 1120), 20)
    assert house.finds("shards") == {}
