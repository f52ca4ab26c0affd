"""Facts of care from FHIR and HL7 v2: what took place explains accesses, what was cancelled explains nothing."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ecluse.core.events import Care, CareKind, Event, PatientFacts, Person
from ecluse.sources import care_fhir, care_hl7
from ecluse.sources.base import Context, Reader, Reject, Tally

SUBJECT = {"reference": "Patient/TEST-1"}
DOCTOR = {"reference": "Practitioner/doc"}
WARD = {"reference": "Location/W1", "display": "Ward 1"}
START, END = "2025-03-01T08:00:00Z", "2025-03-05T08:00:00Z"
FIRST, LAST = datetime(2025, 3, 1, 8, tzinfo=UTC), datetime(2025, 3, 5, 8, tzinfo=UTC)


class Found:
    def __init__(self, reader: Reader, path: Path, data: str | bytes) -> None:
        file = path / "care"
        file.write_bytes(data.encode() if isinstance(data, str) else data)
        self.rejects: list[Reject] = []
        self.tally = Tally(self.rejects.append)
        self.events: list[Event] = [one for one in reader.read(file, self.tally, Context()) if isinstance(one, Event)]

    @property
    def care(self) -> list[Care]:
        return [event for event in self.events if isinstance(event, Care)]

    @property
    def who(self) -> list[str]:
        return [fact.account or fact.unit for fact in self.care]


def fhir(path: Path, *resources: dict[str, Any]) -> Found:
    return Found(care_fhir, path, "\n".join(map(json.dumps, resources)))


def encounter(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Encounter", "id": "e", "status": "finished", "subject": SUBJECT,
        "period": {"start": START, "end": END}, "participant": [{"individual": DOCTOR}],
        "location": [{"location": WARD}], **more,
    }  # fmt: skip


def test_an_encounter_explains_its_doctors_and_its_ward(tmp_path: Path) -> None:
    found = fhir(tmp_path, encounter())
    kind = CareKind.ENCOUNTER_IN_UNIT
    assert found.care == [
        Care("Patient/TEST-1", kind, FIRST, LAST, account="Practitioner/doc"),
        Care("Patient/TEST-1", kind, FIRST, LAST, unit="Location/W1"),
        Care("Patient/TEST-1", kind, FIRST, LAST, unit="Ward 1"),
    ]


def test_an_encounter_of_r5_is_read_like_one_of_r4(tmp_path: Path) -> None:
    r5 = encounter(period=None, actualPeriod={"start": START, "end": END}, participant=[{"actor": DOCTOR}])
    assert fhir(tmp_path, {key: value for key, value in r5.items() if value}).care == fhir(tmp_path, encounter()).care


def test_an_open_encounter_has_no_end_and_a_day_begins_at_midnight(tmp_path: Path) -> None:
    found = fhir(tmp_path, encounter(status="in-progress", period={"start": "2025-03-01"})).care[0]
    assert (found.since, found.until) == (datetime(2025, 3, 1), None)  # noqa: DTZ001 - the local clock


@pytest.mark.parametrize("status", ["cancelled", "entered-in-error", "discontinued"])
def test_l14_what_did_not_take_place_explains_nothing(tmp_path: Path, status: str) -> None:
    found = fhir(tmp_path, encounter(status=status))
    assert found.events == []
    assert found.tally.skipped == {"did not take place": 1}


def test_an_appointment_explains_those_who_keep_it(tmp_path: Path) -> None:
    actors = [SUBJECT, DOCTOR, {"reference": "Location/C1"}, {"reference": "Device/x"}]
    made = {
        "resourceType": "Appointment", "status": "booked", "start": START,
        "participant": [*({"actor": actor, "status": "accepted"} for actor in actors),
                        {"actor": {"reference": "Practitioner/other"}, "status": "declined"}],
    }  # fmt: skip
    found = fhir(tmp_path, made)
    assert found.who == ["Practitioner/doc", "Location/C1"]
    assert {fact.until for fact in found.care} == {FIRST + timedelta(hours=1)}
    assert fhir(tmp_path, made | {"status": "noshow"}).care == []


def test_an_order_explains_who_performs_it_for_a_month_and_names_who_made_it(tmp_path: Path) -> None:
    made = {
        "resourceType": "ServiceRequest", "status": "active", "subject": SUBJECT, "authoredOn": START,
        "requester": DOCTOR, "performer": [{"reference": "Organization/lab"}],
    }  # fmt: skip
    found = fhir(tmp_path, made)
    assert found.who == ["Organization/lab", "Practitioner/doc"]
    assert {(fact.made_by, fact.until) for fact in found.care} == {("Practitioner/doc", FIRST + timedelta(days=30))}


def test_a_care_team_explains_its_members(tmp_path: Path) -> None:
    made = {
        "resourceType": "CareTeam", "status": "active", "subject": SUBJECT, "period": {"start": START},
        "participant": [{"member": DOCTOR, "onBehalfOf": {"reference": "Organization/team"}}],
    }  # fmt: skip
    assert fhir(tmp_path, made).who == ["Practitioner/doc", "Organization/team"]


def test_a_patient_and_a_practitioner_give_what_may_relate_them(tmp_path: Path) -> None:
    name = [{"use": "official", "family": "ESSAI", "given": ["Alix", "B"]}]
    told = {"name": name, "birthDate": "1980-01-02", "telecom": [{"system": "phone", "value": "+33 6 00 00 00 01"}]}
    address = [{"line": ["1 rue Fictive"], "postalCode": "99999"}]
    patient = {"resourceType": "Patient", "id": "TEST-1", **told, "address": address, "generalPractitioner": [DOCTOR]}
    doctor = {"resourceType": "Practitioner", "id": "doc", **told, "identifier": [{"value": "99900000001"}]}
    found = fhir(tmp_path, patient, doctor)
    born = date(1980, 1, 2)
    assert found.events[0] == PatientFacts("Patient/TEST-1", "ESSAI", "Alix", born, "1 rue Fictive 99999", "0600000001")
    assert found.care[0].kind is CareKind.TREATING_DOCTOR
    assert found.events[2] == Person(
        "Practitioner/doc", family="ESSAI", given="Alix", birth=born, phone="0600000001", known_as=("99900000001",)
    )


def test_what_a_bundle_names_by_uuid_is_named_by_its_type(tmp_path: Path) -> None:
    bundle = {
        "resourceType": "Bundle",
        "entry": [
            {"resource": encounter(
                subject={"reference": "urn:uuid:1"}, participant=[{"individual": {"reference": "urn:uuid:2"}}],
                location=[], serviceProvider={"reference": "urn:uuid:3"},
            )},
            {"resource": {"resourceType": "Observation"}},
        ],
    }  # fmt: skip
    found = Found(care_fhir, tmp_path, json.dumps(bundle, indent=1))
    assert {fact.patient for fact in found.care} == {"Patient/1"}
    assert found.who == ["Practitioner/2", "Organization/3"]
    assert found.tally.skipped.total() == 1


@pytest.mark.parametrize(
    "more", [{"subject": None}, {"period": {"start": "soon"}}, {"period": None}, {"participant": 7}, {"subject": {}}]
)
def test_a_resource_that_lacks_patient_or_time_is_rejected_and_the_next_is_read(
    tmp_path: Path, more: dict[str, Any]
) -> None:
    found = fhir(tmp_path, encounter(**more), {"resourceType": "Observation", "status": 7}, encounter())
    assert [reject.line for reject in found.rejects] == [1]
    assert len(found.care) == 3


def segments(*lines: str) -> str:
    return "\r".join(lines) + "\r"


def adt(
    trigger: str, at: str, *more: str, visit: str = "V1", ward: str = "CARDIO", operator: str = "", **pv1: str
) -> str:
    fields = {"2": "I", "3": f"{ward}^12^A", "7": "dr.essai^ESSAI", "19": visit} | {k[1:]: v for k, v in pv1.items()}
    place = "|".join(fields.get(str(number), "") for number in range(1, 46))
    return segments(
        rf"MSH|^~\&|HIS|CLINIQUE|X|Y|{at}||ADT^{trigger}|1|P|2.5",
        f"EVN|{trigger}|{at}|||{operator}",
        r"PID|1||000123^^^IPP^PI~9^^^X||ESSAI-\T\ROSE^Ambre||19800102|F|||1 rue Fictive^^V^^99999||0600000001",
        *more,
        f"PV1|{place}",
    )


def siu(trigger: str, start: str = "20250310090000+0100", booking: str = "F1") -> str:
    return segments(
        rf"MSH|^~\&|HIS|CLINIQUE|X|Y|20250305120000||SIU^{trigger}|4|P|2.5",
        f"SCH|A1|{booking}|||||||||^^^{start}|||||||||sec.essai",
        "PID|1||000200^^^IPP^PI",
        "AIL|1||CONSULT^1",
        "AIP|1||dr.rdv",
    )


def hl7(path: Path, *messages: str) -> Found:
    return Found(care_hl7, path, "\r".join(messages))


def local(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - the local clock


def test_a_stay_is_told_from_admission_to_discharge_with_every_ward(tmp_path: Path) -> None:
    found = hl7(
        tmp_path,
        adt("A01", "20250301120000", operator="op.admission"),
        adt("A02", "20250302120000", ward="CHIR"),
        adt("A03", "20250305120000", ward="CHIR"),
    )
    stays = [
        (fact.unit, fact.account, fact.since.day, fact.until and fact.until.day, fact.made_by) for fact in found.care
    ]
    assert stays == [
        ("CARDIO", "", 1, 2, "op.admission"),
        ("", "dr.essai", 1, 2, "op.admission"),
        ("CHIR", "", 2, 5, ""),
        ("", "dr.essai", 2, 5, ""),
    ]
    assert found.events[0] == PatientFacts(
        "000123", "ESSAI-&ROSE", "Ambre", date(1980, 1, 2), "1 rue Fictive 99999", "0600000001"
    )


def test_a_stay_without_discharge_stays_open(tmp_path: Path) -> None:
    assert [fact.until for fact in hl7(tmp_path, adt("A01", "20250301120000")).care] == [None, None]


def test_a_discharge_alone_tells_the_stay_by_its_own_times(tmp_path: Path) -> None:
    found = hl7(tmp_path, adt("A03", "20250305120000", f44="20250301080000", f45="20250305110000"))
    assert {(fact.since, fact.until) for fact in found.care} == {(local(2025, 3, 1, 8), local(2025, 3, 5, 11))}


def test_an_outpatient_visit_ends_by_itself(tmp_path: Path) -> None:
    assert {fact.until for fact in hl7(tmp_path, adt("A04", "20250301120000", f2="O")).care} == {local(2025, 3, 2, 12)}


@pytest.mark.parametrize("cancel", ["A11", "A27", "A38"])
def test_l14_a_cancelled_stay_explains_nothing(tmp_path: Path, cancel: str) -> None:
    assert hl7(tmp_path, adt("A01", "20250301120000"), adt(cancel, "20250301130000")).care == []


def test_the_unit_of_a_french_movement_is_the_one_that_cares(tmp_path: Path) -> None:
    movement = "ZBE|m1|20250301113000||INSERT|N||^^^^^^^^^UF120"
    found = hl7(tmp_path, adt("A01", "20250301120000", movement))
    assert found.who == ["UF120", "CARDIO", "dr.essai"]
    assert found.care[0].since == local(2025, 3, 1, 11, 30)


def test_the_treating_doctor_is_told(tmp_path: Path) -> None:
    found = hl7(
        tmp_path,
        adt("A31", "20250301120000", "PD1||||dr.traitant^X"),
        adt("A28", "20250301120000", "ROL||AD|ODRP|dr.deux"),
    )
    treating = [fact.account for fact in found.care if fact.kind is CareKind.TREATING_DOCTOR]
    assert treating == ["dr.traitant", "dr.deux"]


def test_an_appointment_is_told_once_with_its_last_time(tmp_path: Path) -> None:
    found = hl7(
        tmp_path, siu("S12"), siu("S13", "20250311100000+0100"), siu("S12", booking="F2"), siu("S15", booking="F2")
    )
    assert found.who == ["CONSULT", "dr.rdv"]
    assert {fact.since for fact in found.care} == {datetime.fromisoformat("2025-03-11T10:00:00+01:00")}
    assert {fact.made_by for fact in found.care} == {"sec.essai"}


@pytest.mark.parametrize("cancel", ["S15", "S17", "S26"])
def test_l14_an_appointment_that_was_cancelled_or_missed_explains_nothing(tmp_path: Path, cancel: str) -> None:
    assert hl7(tmp_path, siu("S12"), siu(cancel)).care == []


@pytest.mark.parametrize(
    "pack",
    [
        "\r".join,
        lambda texts: "\n\n".join(text.replace("\r", "\n") for text in texts),
        lambda texts: "\r\n\r\n".join(text.replace("\r", "\r\n") for text in texts),
        lambda texts: "".join(f"\x0b{text}\x1c\r" for text in texts),
        lambda texts: "FHS|^~\\&|\rBHS|^~\\&|\r" + "\r".join(texts) + "\rBTS|2\rFTS|1\r",
    ],
)
def test_any_framing_holds_the_same_messages(tmp_path: Path, pack: Any) -> None:  # noqa: ANN401 - a way to join texts
    found = Found(care_hl7, tmp_path, pack([adt("A01", "20250301120000"), siu("S12")]))
    assert found.who == ["CARDIO", "dr.essai", "CONSULT", "dr.rdv"]
    assert found.tally.lines == 2


@pytest.mark.parametrize(
    "bad",
    [
        adt("A01", "20250301120000").replace("000123^^^IPP^PI~9^^^X", ""),
        adt("A01", "soon"),
        siu("S12", start="later"),
        "MSH|^~",
        "MSH|^~\\&|" + "x" * (1 << 20),
    ],
)
def test_a_message_that_cannot_be_read_is_rejected_and_the_next_is_read(tmp_path: Path, bad: str) -> None:
    found = hl7(tmp_path, adt("A01", "20250301120000"), bad, siu("S12"))
    assert [reject.line for reject in found.rejects] == [2]
    assert found.who == ["CONSULT", "dr.rdv", "CARDIO", "dr.essai"] or len(found.care) == 4


def test_messages_of_other_kinds_are_counted(tmp_path: Path) -> None:
    found = hl7(
        tmp_path, segments("MSH|^~\\&|H|C|X|Y|20250301||ORU^R01|5|P|2.5", "PID|1||1"), adt("A60", "20250301120000")
    )
    assert found.rejects == []
    assert found.tally.skipped.total() == 2


@pytest.mark.parametrize(
    ("reader", "data"),
    [
        (care_fhir, b'{"resourceType":"AuditEvent"}'),
        (care_fhir, b'{"resourceType":"Observation"}'),
        (care_fhir, b"MSH|"),
        (care_hl7, b'{"resourceType":"Encounter"}'),
        (care_hl7, b"MSHA,b,c"),
        (care_hl7, b""),
    ],
)
def test_other_files_are_not_taken_for_care(tmp_path: Path, reader: Reader, data: bytes) -> None:
    assert reader.sniff(tmp_path / "x", data) == 0


def test_many_stays_are_told_in_bounded_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecluse.sources.care_ledger.MOST", 10)
    messages: Sequence[str] = [adt("A01", "20250301120000", visit=f"V{number}") for number in range(50)]
    assert len(hl7(tmp_path, *messages).care) == 100
