from datetime import datetime

from tests.detectors.conftest import House

from ecluse.core.events import Access, AccountAct, Deed, Fault, Integrity, PatientFacts


def test_relatives_without_a_reason_are_counted_by_relation(house: House) -> None:
    house.person("ann", family="Testeur", postal="99999 Essai, 1 rue Fictive", phone="0199000000")
    house.events.append(PatientFacts("a", family="Testeur", postal="99999 Essai, 1 rue Fictive"))
    house.events.append(PatientFacts("b", phone="0199000000"))
    house.reads("ann", ["a", "b", "c"])
    assert house.finds("kin") == {("ann", 0): 3}


def test_a_relative_with_a_reason_is_a_patient(house: House) -> None:
    house.person("ann", family="Testeur")
    house.events.append(PatientFacts("a", family="Testeur"))
    house.reads("ann", ["a"], duty="ward")
    assert house.finds("kin") == {}


def test_a_relative_looked_at_again_is_not_new(house: House) -> None:
    house.person("ann", family="Testeur")
    house.events.append(PatientFacts("a", family="Testeur"))
    house.works("ann", [0, 1, 2], ["a"])
    assert house.finds("kin") == {("ann", 0): 1}


def test_strangers_are_no_kin(house: House) -> None:
    house.person("ann", family="Testeur")
    house.person("bob")
    house.events.append(PatientFacts("a", family="Autre"))
    house.events.append(PatientFacts("b"))
    house.reads("ann", ["a", "b"])
    house.reads("bob", ["a", "b"])
    assert house.finds("kin") == {}


def test_who_stops_a_log_is_named(house: House) -> None:
    house.sign("ann", AccountAct.LOG_OFF, 3, by="root")
    house.sign("bob", AccountAct.LOG_OFF, 3, by="root")
    house.sign("eve", AccountAct.LOG_OFF, 4)
    assert house.finds("tamper") == {("root", 3): 2, ("eve", 4): 1}


def fault(account: str, day: int | None = 3, kind: Fault = Fault.ROW_CHANGED, source: str = "log") -> Integrity:
    at = None if day is None else datetime(2026, 3, 2 + day, 10)  # noqa: DTZ001 - the clock of the house
    return Integrity(kind, source, "checksum", account=account, at=at)


def test_a_lone_changed_row_names_its_account(house: House) -> None:
    house.events += [fault("ann"), fault("ann", source="other"), fault("bob")]
    assert house.finds("tamper") == {("ann", 3): 2, ("bob", 3): 1}


def test_faults_by_the_hundred_accuse_nobody(house: House) -> None:
    house.events += [fault("ann") for _ in range(21)]
    assert house.finds("tamper") == {}


def test_twenty_faults_are_still_few(house: House) -> None:
    house.events += [fault("ann") for _ in range(20)]
    assert house.finds("tamper") == {("ann", 3): 20}


def test_a_fault_without_account_or_day_accuses_nobody(house: House) -> None:
    house.events += [fault(""), fault("ann", None)]
    assert house.finds("tamper") == {}


def test_the_evidence_of_a_harvest_is_every_access(house: House) -> None:
    house.reads("ann", ["a", "b"])
    house.reads("bob", ["c"])
    house.reads("ann", ["d"], 9)
    assert house.evidence("harvest", "ann", 0, 5) == [("a", "read"), ("b", "read")]


def test_the_evidence_of_what_is_unexplained_leaves_the_explained_out(house: House) -> None:
    house.reads("ann", ["a"], duty="ward")
    house.reads("ann", ["b", "b"])
    assert house.evidence("unexplained", "ann") == [("b", "read"), ("b", "read")]


def test_the_evidence_of_a_gain_shows_the_gain(house: House) -> None:
    house.sign("ann", AccountAct.GRANT, 3)
    house.reads("ann", ["a"], 5)
    assert house.evidence("gained", "ann", 5, 5) == [("", "grant"), ("a", "read")]


def test_the_evidence_of_spraying_shows_the_others_who_were_tried(house: House) -> None:
    for other in "bc":
        house.sign(other, AccountAct.LOGIN_FAILURE, 3, address="203.0.113.9")
    house.sign("ann", AccountAct.LOGIN, 4, address="203.0.113.9")
    assert house.evidence("spraying", "ann", 4, 4) == [("", "login-failure"), ("", "login-failure"), ("", "login")]


def test_the_evidence_of_tampering_shows_the_rows_at_fault(house: House) -> None:
    house.events.append(fault("ann"))
    house.sign("bob", AccountAct.LOG_OFF, 3, by="ann")
    assert house.evidence("tamper", "ann") == [("", "log-off"), ("", "row-changed")]


def test_the_evidence_of_exports_is_exports_only(house: House) -> None:
    house.reads("ann", ["a"])
    house.events.append(Access(datetime(2026, 3, 2, 11), "ann", Deed.EXPORT, shown=50))  # noqa: DTZ001
    assert house.evidence("export", "ann") == [("", "export")]
