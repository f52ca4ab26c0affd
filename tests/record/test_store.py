"""R2, R6, R7: what a Pass grants is shown and may change, in its version, under its patient; nothing else."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db.models import F

from ecluse.core.errors import BadInputError, RefusedError
from ecluse.core.words import Compartment
from ecluse.gate.access import Pass
from ecluse.record import files, seal, store, vault, writing
from ecluse.record.fhir_types import SUBSETTED, Resource, split
from ecluse.record.models import File, Part, now_ms
from ecluse.record.vault import Row
from ecluse.safe.protocol import Who

Maker = Callable[..., Pass]
IDENTITY, CONTACT, CARE, CLINICAL = Compartment.IDENTITY, Compartment.CONTACT, Compartment.CARE, Compartment.CLINICAL
WRITER = Who(account="writer", profession="physician", session="s")
PATIENT: Resource = {
    "resourceType": "Patient",
    "name": [{"family": "Kervoëlen", "given": ["Mathilde"]}],
    "birthDate": "1938-07-14",
    "telecom": [{"system": "phone", "value": "+33 1 99 00 48 27"}],
    "generalPractitioner": [{"display": "Dr Quintrec"}],
}
WEIGHT: Resource = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"text": "Poids"},
    "valueQuantity": {"value": Decimal("71.30"), "unit": "kg"},
}


def put_patient(granted: Pass, resource: Resource = PATIENT) -> None:
    for where, body in split("Patient", resource).items():
        writing.add_part(granted, Row(0, "Patient", 1, where.value, now_ms(), False, b""), body)


def test_a_patient_comes_back_whole_to_whoever_may_see_all(new_pass: Maker) -> None:
    granted = new_pass()
    put_patient(granted)
    read = store.read(granted, 0)
    assert {name: read[name] for name in PATIENT} == PATIENT
    assert read["id"] == granted.wanted.ref
    assert read["meta"]["versionId"] == "1"
    assert "tag" not in read["meta"]


def test_r2_a_compartment_not_granted_leaves_no_trace(new_pass: Maker, narrowed: Maker) -> None:
    granted = new_pass()
    put_patient(granted)
    read = store.read(narrowed(granted, IDENTITY), 0)
    assert not {"telecom", "generalPractitioner"} & read.keys()
    assert read["meta"]["tag"] == [SUBSETTED]


def test_r2_a_partial_patient_looks_the_same_whether_there_is_more_or_not(new_pass: Maker, narrowed: Maker) -> None:
    full, bare = new_pass(), new_pass()
    put_patient(full)
    put_patient(bare, {name: PATIENT[name] for name in ("resourceType", "name", "birthDate")})
    seen = [store.read(narrowed(one, IDENTITY), 0) for one in (full, bare)]
    for one in seen:
        del one["id"], one["meta"]["lastUpdated"]
    assert seen[0] == seen[1]


def test_r2_a_resource_of_a_compartment_not_granted_does_not_exist(new_pass: Maker, narrowed: Maker) -> None:
    granted = new_pass()
    stored = store.create(granted, WEIGHT, WRITER, "r")
    with pytest.raises(store.NotFoundError):
        store.read(narrowed(granted, IDENTITY, CARE), stored.n)
    assert store.read_all(narrowed(granted, IDENTITY)) == []


@pytest.mark.parametrize("column", ["patient_id", "version", "n"])
def test_r2_a_row_moved_in_the_database_is_refused(new_pass: Maker, column: str) -> None:
    granted, other = new_pass(), new_pass()
    stored = store.create(granted, WEIGHT, WRITER, "r")
    row = Part.objects.filter(patient_id=granted.wanted.pk)
    row.update(**{column: other.wanted.pk if column == "patient_id" else F(column) + 1})
    reader = Pass(other.wanted, granted.keys, granted.ground, None, 0) if column == "patient_id" else granted
    with pytest.raises(seal.SealError):
        store.read(reader, stored.n + (column == "n"))


def test_r2_a_row_relabelled_to_another_compartment_is_refused(new_pass: Maker) -> None:
    granted = new_pass()
    stored = store.create(granted, WEIGHT, WRITER, "r")
    Part.objects.filter(patient_id=granted.wanted.pk).update(compartment="identity")
    with pytest.raises(seal.SealError):
        store.read(granted, stored.n)


def test_r2_two_parts_swapped_between_patients_are_refused(new_pass: Maker) -> None:
    one, two = new_pass(), new_pass()
    for granted in (one, two):
        store.create(granted, WEIGHT, WRITER, "r")
    first, second = Part.objects.get(patient_id=one.wanted.pk), Part.objects.get(patient_id=two.wanted.pk)
    first.sealed, second.sealed = second.sealed, first.sealed
    first.save()
    second.save()
    for granted in (one, two):
        with pytest.raises(seal.SealError):
            store.read(granted, 1)


def test_decimals_keep_their_digits(new_pass: Maker) -> None:
    granted = new_pass()
    stored = store.create(granted, WEIGHT, WRITER, "r")
    assert b'"value":71.30' in vault.encode(store.read(granted, stored.n))


def test_every_version_can_be_read_again_and_history_tells_them_newest_first(new_pass: Maker) -> None:
    granted = new_pass()
    stored = store.create(granted, WEIGHT, WRITER, "r")
    store.update(granted, stored.n, stored.resource | {"status": "amended"}, 1, WRITER, "r")
    assert store.read(granted, stored.n)["status"] == "amended"
    assert store.read(granted, stored.n, version=1)["status"] == "final"
    assert [one["meta"]["versionId"] for one in store.history(granted, stored.n)] == ["2", "1"]


def test_r6_a_stale_update_is_refused_and_changes_nothing(new_pass: Maker) -> None:
    granted = new_pass()
    stored = store.create(granted, WEIGHT, WRITER, "r")
    store.update(granted, stored.n, stored.resource | {"status": "amended"}, 1, WRITER, "r")
    before = list(Part.objects.values_list("pk", "current", "version"))
    for stale in (0, 1, 3):
        with pytest.raises(store.StaleError):
            store.update(granted, stored.n, stored.resource | {"status": "cancelled"}, stale, WRITER, "r")
    assert list(Part.objects.values_list("pk", "current", "version")) == before


def test_a_version_that_never_was_is_not_found(new_pass: Maker) -> None:
    granted = new_pass()
    stored = store.create(granted, WEIGHT, WRITER, "r")
    with pytest.raises(store.NotFoundError):
        store.read(granted, stored.n, version=2)
    with pytest.raises(store.NotFoundError):
        store.read(granted, stored.n + 1)


def test_changing_contacts_leaves_identity_untouched_and_needs_no_key_of_it(new_pass: Maker, narrowed: Maker) -> None:
    granted = new_pass()
    put_patient(granted)
    clerk = narrowed(granted, CONTACT)
    shown = store.read(clerk, 0)
    store.update(clerk, 0, shown | {"telecom": [{"system": "phone", "value": "+33 6 39 98 00 00"}]}, 1, WRITER, "r")
    whole = store.read(granted, 0)
    assert whole["telecom"][0]["value"] == "+33 6 39 98 00 00"
    assert whole["name"] == PATIENT["name"]
    assert whole["meta"]["versionId"] == "2"
    assert "tag" not in whole["meta"]


def test_r2_members_of_a_compartment_not_granted_cannot_be_written(new_pass: Maker, narrowed: Maker) -> None:
    granted = new_pass()
    put_patient(granted)
    with pytest.raises(RefusedError):
        store.update(narrowed(granted, CONTACT), 0, PATIENT, 1, WRITER, "r")
    with pytest.raises(RefusedError):
        store.create(narrowed(granted, IDENTITY), WEIGHT, WRITER, "r")


def test_r2_history_tells_only_versions_in_which_something_granted_changed(new_pass: Maker, narrowed: Maker) -> None:
    granted = new_pass()
    put_patient(granted)
    contact = narrowed(granted, CONTACT)
    store.update(contact, 0, {"resourceType": "Patient", "telecom": [{"value": "1"}]}, 1, WRITER, "r")
    assert len(store.history(granted, 0)) == 2
    assert len(store.history(narrowed(granted, IDENTITY), 0)) == 1


def test_taking_the_last_contact_away_leaves_no_contact_compartment(new_pass: Maker, narrowed: Maker) -> None:
    granted = new_pass()
    put_patient(granted)
    store.update(narrowed(granted, CONTACT), 0, {"resourceType": "Patient"}, 1, WRITER, "r")
    assert store.compartments_held(granted.wanted.pk) == (IDENTITY, CARE)
    assert "telecom" not in store.read(granted, 0)


@pytest.mark.parametrize("reference", ["Patient/" + "ab" * 16, "Patient/somebody", "urn:uuid:1"])
def test_r7_a_resource_that_names_another_patient_is_refused(new_pass: Maker, reference: str) -> None:
    granted = new_pass()
    with pytest.raises(BadInputError):
        store.create(granted, WEIGHT | {"subject": {"reference": reference}}, WRITER, "r")
    assert not Part.objects.exists()


def test_r7_an_update_cannot_move_a_resource_to_another_patient(new_pass: Maker) -> None:
    granted, other = new_pass(), new_pass()
    stored = store.create(granted, WEIGHT, WRITER, "r")
    moved = stored.resource | {"subject": {"reference": f"Patient/{other.wanted.ref}"}}
    with pytest.raises(BadInputError):
        store.update(granted, stored.n, moved, 1, WRITER, "r")


@pytest.mark.parametrize("kind", ["Patient", "Practitioner", "Basic", "", None])
def test_types_that_cannot_be_added_to_a_patient_are_refused(new_pass: Maker, kind: str) -> None:
    with pytest.raises(BadInputError):
        store.create(new_pass(), {"resourceType": kind}, WRITER, "r")


def test_the_type_of_a_resource_cannot_change(new_pass: Maker) -> None:
    granted = new_pass()
    stored = store.create(granted, WEIGHT, WRITER, "r")
    with pytest.raises(BadInputError):
        store.update(granted, stored.n, {"resourceType": "Condition", "code": {"text": "x"}}, 1, WRITER, "r")


def test_what_is_not_valid_is_refused_without_telling_a_value(new_pass: Maker) -> None:
    with pytest.raises(BadInputError) as error:
        store.create(new_pass(), WEIGHT | {"status": ["SECRET"]}, WRITER, "r")
    assert "SECRET" not in str(error.value)
    assert "Observation.status" in str(error.value)


def test_inline_documents_become_sealed_files(new_pass: Maker, narrowed: Maker) -> None:
    granted = new_pass()
    document: Resource = {
        "resourceType": "DocumentReference",
        "status": "current",
        "content": [{"attachment": {"contentType": "text/plain", "data": "Q0VSVElGSUNBVA=="}}],
    }
    stored = store.create(granted, document, WRITER, "r")
    attachment = stored.resource["content"][0]["attachment"]
    number = int(attachment["url"].rpartition("-")[2])
    assert "data" not in attachment
    assert attachment["size"] == 10
    assert files.read(granted, number) == ("text/plain", b"CERTIFICAT")
    with pytest.raises(store.NotFoundError):
        files.read(narrowed(granted, IDENTITY), number)
    assert number != stored.n


def test_r2_a_file_moved_to_another_patient_is_refused(new_pass: Maker) -> None:
    granted, other = new_pass(), new_pass()
    files.add(granted, b"CERTIFICAT", "text/plain", 7)
    File.objects.update(patient_id=other.wanted.pk)
    with pytest.raises(seal.SealError):
        files.read(Pass(other.wanted, granted.keys, granted.ground, None, 0), 7)


def test_compartments_held_are_only_those_with_data(new_pass: Maker) -> None:
    granted = new_pass()
    assert store.compartments_held(granted.wanted.pk) == ()
    store.create(granted, WEIGHT, WRITER, "r")
    assert store.compartments_held(granted.wanted.pk) == (CLINICAL,)
