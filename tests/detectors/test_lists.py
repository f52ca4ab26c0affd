from tests.detectors.conftest import House, Patients

from ecluse.core.events import Deed


def test_patients_listed_and_never_opened_are_scraped(house: House, patients: Patients) -> None:
    house.reads("ann", patients(30), every=0, deed=Deed.LIST)
    house.reads("ann", patients(4))
    assert house.finds("scraping") == {("ann", 0): 26}


def test_search_results_without_names_are_scraped_too(house: House, patients: Patients) -> None:
    house.reads("ann", patients(6), deed=Deed.SEARCH)
    house.unnamed("ann", 20, clock="10:00:00")
    house.unnamed("ann", 20, clock="10:00:05")
    assert house.finds("scraping") == {("ann", 0): 46}


def test_an_export_without_names_is_no_scraping(house: House) -> None:
    house.unnamed("ann", 50, deed=Deed.EXPORT)
    house.unnamed("ann", 20, clock="10:00:00")
    assert house.finds("scraping") == {("ann", 0): 20}


def test_patients_displayed_beside_a_named_one_count(house: House) -> None:
    house.reads("ann", ["a"], deed=Deed.LIST, shown=15)
    assert house.finds("scraping") == {("ann", 0): 15}


def test_records_opened_are_no_scraping(house: House, patients: Patients) -> None:
    house.reads("ann", patients(30), deed=Deed.LIST)
    house.reads("ann", patients(30), clock="10:00:00")
    house.unnamed("bob", 3, deed=Deed.READ)
    assert house.finds("scraping") == {}


def test_every_way_out_is_an_export(house: House) -> None:
    house.reads("ann", ["a"], deed=Deed.PRINT)
    house.reads("ann", ["b"], deed=Deed.EVERYTHING)
    house.reads("ann", ["b", "c"], deed=Deed.REPORT)
    house.unnamed("ann", 50, deed=Deed.EXPORT)
    assert house.finds("export") == {("ann", 0): 53}


def test_reading_is_no_export(house: House, patients: Patients) -> None:
    house.reads("ann", patients(30))
    house.reads("ann", patients(30), deed=Deed.WRITE)
    house.unnamed("ann", 30)
    assert house.finds("export") == {}


def test_break_glass_is_counted_by_patient(house: House) -> None:
    house.reads("ann", ["a", "b", "b"], deed=Deed.BREAK_GLASS)
    house.reads("bob", ["a"])
    assert house.finds("emergency") == {("ann", 0): 2}


def test_an_export_of_unknown_size_is_counted_by_request(house: House) -> None:
    house.unnamed("ann", 0, deed=Deed.EXPORT, at_least=True)
    house.unnamed("ann", 1, clock="10:00:00", deed=Deed.REPORT, at_least=True)
    assert house.finds("bulk") == {("ann", 0): 2}


def test_an_export_that_tells_its_size_or_its_patient_is_not_blind(house: House) -> None:
    house.unnamed("ann", 50, deed=Deed.EXPORT)
    house.reads("ann", ["a"], deed=Deed.EXPORT, at_least=True)
    house.unnamed("ann", 20, deed=Deed.SEARCH, at_least=True)
    house.unnamed("", 20, deed=Deed.EXPORT, at_least=True)
    assert house.finds("bulk") == {}
