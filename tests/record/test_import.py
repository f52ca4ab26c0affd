"""R3, R4: nothing read is lost, nothing is done twice, and each input form gives the same record."""

import base64
import gzip
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from ecluse.accounts.models import Account
from ecluse.accounts.testing import person
from ecluse.core.errors import BadInputError, BrokenWorldError, RefusedError
from ecluse.core.home import Site
from ecluse.core.words import Action, Compartment, DutyKind, Ground, Purpose
from ecluse.gate.access import Pass
from ecluse.gate.models import Duty
from ecluse.record import directory, files, search, store, vault
from ecluse.record.fhir_types import Resource
from ecluse.record.importing import run, spill
from ecluse.record.importing.prepared import Job
from ecluse.record.models import Directory, File, Part, Patient, Token, TokenPending
from ecluse.safe.client import SafeClient
from ecluse.safe.protocol import Item, Open, Who

Go = Callable[..., run.Done]
WITHOUT_INS = 2
Opener = Callable[[Patient], list[Resource]]


@pytest.fixture
def opened(safe: SafeClient) -> Opener:
    """Return every resource of a patient, opened with keys asked of the safe by a fresh physician."""

    def read(patient: Patient) -> list[Resource]:
        return store.read_all(granted(safe, patient))

    return read


def granted(safe: SafeClient, patient: Patient) -> Pass:
    """Ask the safe itself for the keys of a patient."""
    person(f"reader-{patient.pk}", "physician")
    who = Who(account=f"reader-{patient.pk}", profession="physician", session="s", acr="aal2", workstation="w")
    held = store.compartments_held(patient.pk)
    item = Item(
        patient=patient.ref,
        salt=bytes(patient.salt),
        compartments=held,
        ground=Ground.EXPLAINED,
        duty=DutyKind.CARE_TEAM,
    )
    [answer] = safe.call(
        Open(who=who, action=Action.READ, purpose=Purpose.TREATMENT, items=(item,), request="r")
    ).answers
    return Pass(store.wanted(patient, held), answer.keys, Ground.EXPLAINED, None, answer.sequence)


def rejects(done: run.Done) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(done.rejects).read_text().splitlines()] if done.rejects else []


def accounted(done: run.Done) -> int:
    counts = done.counts
    return counts.resources + counts.updated + counts.unchanged + counts.directory + counts.rejected


def picture() -> dict[str, Any]:
    """Return what the base holds, but for references, times and sealed bytes."""
    return {
        "parts": sorted(Part.objects.values_list("type", "n", "version", "compartment", "current", "source", "digest")),
        "patients": sorted(Patient.objects.values_list("source", flat=True)),
        "directory": sorted(Directory.objects.values_list("ref", "type", "version", "digest")),
        "tokens": sorted(Token.objects.values_list("token", flat=True)),
        "files": File.objects.count(),
        "duties": sorted(Duty.objects.values_list("kind", "account_id", "unit_id", "source")),
    }


def test_a_bundle_comes_in_whole_and_reads_as_it_was_sent(
    imported: Go, data: Path, opened: Opener, safe: SafeClient
) -> None:
    done = imported(data / "mathilde.json")
    assert (done.counts.read, done.counts.patients, done.counts.resources, done.counts.directory) == (8, 1, 6, 2)
    patient = Patient.objects.get()
    resources = {one["resourceType"]: one for one in opened(patient)}
    sent = {
        e["resource"]["resourceType"]: e["resource"]
        for e in vault.decode((data / "mathilde.json").read_bytes())["entry"]
    }
    assert resources["Patient"]["name"] == sent["Patient"]["name"]
    assert resources["Patient"]["telecom"] == sent["Patient"]["telecom"]
    assert resources["Patient"]["deceasedDateTime"] == sent["Patient"]["deceasedDateTime"]
    assert resources["Coverage"]["period"] == sent["Coverage"]["period"]
    assert b'"value":2.50' in vault.encode(resources["MedicationRequest"])
    attachment = resources["DocumentReference"]["content"][0]["attachment"]
    media, content = files.read(granted(safe, patient), int(attachment["url"].rpartition("-")[2]))
    assert (media, content) == (
        "text/plain",
        base64.b64decode(sent["DocumentReference"]["content"][0]["attachment"]["data"]),
    )


def test_references_inside_a_bundle_point_to_ours(imported: Go, data: Path, opened: Opener) -> None:
    imported(data / "mathilde.json")
    patient = Patient.objects.get()
    resources = {one["resourceType"]: one for one in opened(patient)}
    encounter = resources["Encounter"]
    doctor = Directory.objects.get(type="Practitioner")
    assert encounter["subject"]["reference"] == f"Patient/{patient.ref}"
    assert resources["MedicationRequest"]["encounter"]["reference"] == f"Encounter/{encounter['id']}"
    assert encounter["participant"][0]["individual"]["reference"] == f"Practitioner/{doctor.ref}"
    assert resources["Patient"]["generalPractitioner"][0]["reference"] == f"Practitioner/{doctor.ref}"
    assert b"urn:uuid" not in vault.encode(list(resources.values()))


def test_a_reference_that_leads_nowhere_stays_as_it_was(imported: Go, tmp_path: Path, opened: Opener) -> None:
    lines = [
        {"resourceType": "Patient", "id": "a", "managingOrganization": {"reference": "Organization/elsewhere"}},
        {
            "resourceType": "Condition",
            "id": "c",
            "subject": {"reference": "Patient/a"},
            "encounter": {"reference": "Encounter/no"},
        },
    ]
    imported(ndjson(tmp_path / "a.ndjson", lines))
    person_, condition = opened(Patient.objects.get())
    assert person_["managingOrganization"]["reference"] == "Organization/elsewhere"
    assert condition["encounter"]["reference"] == "Encounter/no"


def ndjson(path: Path, resources: list[Any]) -> Path:
    text = "\n".join(one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in resources) + "\n"
    path.write_bytes(gzip.compress(text.encode()) if path.name.endswith(".gz") else text.encode())
    return path


def by_type(folder: Path, data: Path, suffix: str) -> Path:
    """Write the handmade bundles as bulk data does: one file a type, references as Type/id."""
    folder.mkdir()
    lines: dict[str, list[str]] = {}
    for name in ("mathilde", "vizcarrondo"):
        bundle = json.loads((data / f"{name}.json").read_text())
        text = json.dumps(bundle, ensure_ascii=False)
        for entry in bundle["entry"]:
            kind, ident = entry["resource"]["resourceType"], entry["resource"]["id"]
            if "fullUrl" in entry:
                text = text.replace(json.dumps(entry["fullUrl"]), f'"{kind}/{ident}"')
        for entry in json.loads(text)["entry"]:
            lines.setdefault(entry["resource"]["resourceType"], []).append(entry["resource"])
    for kind, resources in lines.items():
        ndjson(folder / f"{kind}{suffix}", resources)
    return folder


@pytest.mark.parametrize("suffix", [".ndjson", ".ndjson.gz"])
def test_files_of_one_type_each_give_the_same_as_bundles(imported: Go, data: Path, tmp_path: Path, suffix: str) -> None:
    done = imported(by_type(tmp_path / "bulk", data, suffix))
    assert (done.counts.patients, done.counts.resources, done.counts.directory, done.counts.rejected) == (3, 11, 2, 0)
    assert Counter(Part.objects.values_list("type", flat=True))["Patient"] == 3 + 2 + 1
    again = imported(data / "mathilde.json", data / "vizcarrondo.json")
    assert again.counts.patients == 0


def test_gzip_is_told_by_content_not_by_name(imported: Go, data: Path, tmp_path: Path) -> None:
    path = tmp_path / "patients.json"
    path.write_bytes(gzip.compress((data / "vizcarrondo.json").read_bytes()))
    assert imported(path).counts.patients == 2


def test_bundles_one_a_line_come_in_too(imported: Go, data: Path, tmp_path: Path) -> None:
    bundles = [json.loads((data / f"{name}.json").read_text()) for name in ("mathilde", "vizcarrondo")]
    assert imported(ndjson(tmp_path / "bundles.ndjson", bundles)).counts.patients == 3


def test_r4_running_again_changes_nothing(imported: Go, data: Path) -> None:
    first = imported(data)
    before = picture()
    again = imported(data)
    assert picture() == before
    assert (again.counts.patients, again.counts.resources, again.counts.updated, again.counts.directory) == (0, 0, 0, 0)
    assert again.counts.unchanged == first.counts.resources + first.counts.directory
    assert again.counts.rejected == first.counts.rejected


def test_r3_every_resource_is_stored_or_rejected_with_its_place_and_reason(imported: Go, data: Path) -> None:
    done = imported(data)
    assert accounted(done) == done.counts.read
    told = {(one["line"], one["id"]): one["reason"] for one in rejects(done)}
    assert told[2, "bad-1"] == "Observation.status is missing"
    assert "matricule" in told[3, "wrong-ins"]
    assert told[4, ""] == "not JSON"
    assert "not kept" in told[5, "unkept"]
    assert told[6, "orphan"] == "its patient is not known here"
    assert told[7, "subjectless"] == "Condition.subject is missing"
    assert told[8, "misspelt"] == "Patient.brithDate is not known here"
    assert Patient.objects.count() == 4


def test_r12_on_a_production_site_an_import_sets_made_up_patients_aside_with_all_that_is_theirs(
    imported: Go, data: Path, settings: Settings
) -> None:
    settings.SITE = Site()
    done = imported(data)
    assert accounted(done) == done.counts.read
    assert Patient.objects.count() == WITHOUT_INS
    assert "tests and demonstrations" in " ".join(one["reason"] for one in rejects(done))


def test_r3_rejects_hold_no_clinical_content(imported: Go, data: Path) -> None:
    done = imported(data / "troubles.ndjson")
    text = Path(done.rejects).read_text()
    assert not [word for word in ("Secret value", "Faussecle", "238079999912399", "1971-05-05") if word in text]
    assert Path(done.rejects).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (
            {"resource": {"resourceType": "Patient", "id": "x"}, "request": {"method": "DELETE", "url": "Patient/x"}},
            "only additions",
        ),
        ({"request": {"method": "POST", "url": "Patient"}}, "no resource"),
        ({"resource": {"resourceType": "Patient", "name": "x"}}, "Patient.name"),
        ({"resource": [1]}, "not a FHIR resource"),
        ({"resource": {"id": "1"}}, "not kept"),
        ({"resource": {"resourceType": "Binary", "contentType": "text/plain", "data": "QQ=="}}, "names no patient"),
        ({"resource": {"resourceType": "Condition", "subject": {"reference": "Group/1"}}}, "names no patient"),
        ({"resource": {"resourceType": "Condition", "subject": {"reference": "urn:uuid:77"}}}, "names no patient"),
        (
            {"resource": {"resourceType": "Appointment", "status": "booked", "participant": [{"status": "accepted"}]}},
            "names no patient",
        ),
    ],
)
def test_r3_a_strange_entry_is_rejected_and_its_neighbours_come_in(
    imported: Go, tmp_path: Path, entry: object, reason: str
) -> None:
    good = {"resource": {"resourceType": "Organization", "id": "o", "name": "x"}}
    path = tmp_path / "b.json"
    path.write_text(json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": [good, entry]}))
    done = imported(path)
    [told] = rejects(done)
    assert reason in told["reason"]
    assert told["entry"] == 1
    assert done.counts.directory == 1
    assert accounted(done) == done.counts.read == 2


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"[]", b"nothing", b'{"resourceType":"Bundle","type":"subscription","entry":[{}]}']
)
def test_a_file_that_holds_no_record_imports_nothing(imported: Go, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    done = imported(path)
    assert done.counts.patients == 0
    assert accounted(done) == done.counts.read


def test_r3_a_gzip_file_cut_short_is_told_and_what_came_before_is_kept(
    imported: Go, data: Path, tmp_path: Path
) -> None:
    lines = [{"resourceType": "Patient", "id": f"p{n}", "name": [{"family": f"Nom{n * 7919}"}]} for n in range(2000)]
    whole = ndjson(tmp_path / "p.ndjson.gz", lines).read_bytes()
    (tmp_path / "p.ndjson.gz").write_bytes(whole[: len(whole) // 2])
    done = imported(tmp_path / "p.ndjson.gz")
    assert 0 < done.counts.patients < 2000
    assert "cannot be read" in rejects(done)[-1]["reason"]


def test_a_path_that_does_not_exist_is_an_error_before_anything(imported: Go, tmp_path: Path) -> None:
    with pytest.raises(BadInputError):
        imported(tmp_path / "nowhere")
    with pytest.raises(BadInputError):
        imported(tmp_path)


def test_an_account_that_may_not_create_imports_nothing(safe: SafeClient, db: None, data: Path) -> None:
    person("import-nurse", "nurse")
    with pytest.raises(RefusedError):
        run.run(run.Plan([data / "vizcarrondo.json"], account="import-nurse"))
    assert not Patient.objects.exists()


def test_two_imports_at_once_are_one_too_many(imported: Go, home: Path, data: Path) -> None:
    with run.alone(home), pytest.raises(BrokenWorldError):
        imported(data / "vizcarrondo.json")


def test_a_changed_resource_becomes_a_new_version_and_the_rest_stays(
    imported: Go, data: Path, tmp_path: Path, opened: Opener
) -> None:
    imported(data / "mathilde.json")
    changed = (data / "mathilde.json").read_text().replace("BISOPROLOL 2,5 mg", "BISOPROLOL 5 mg")
    (tmp_path / "m.json").write_text(changed)
    done = imported(tmp_path / "m.json", fed=True)
    assert rejects(done) == []
    assert (done.counts.updated, done.counts.unchanged, done.counts.resources) == (1, 7, 0)
    patient = Patient.objects.get()
    [order] = [one for one in opened(patient) if one["resourceType"] == "MedicationRequest"]
    assert order["meta"]["versionId"] == "2"
    assert order["medicationCodeableConcept"]["text"] == "BISOPROLOL 5 mg"
    assert order["subject"]["reference"] == f"Patient/{patient.ref}"
    assert imported(tmp_path / "m.json").counts.unchanged == 8


def test_a_resource_added_later_finds_its_patient_and_its_encounter(
    imported: Go, data: Path, tmp_path: Path, opened: Opener
) -> None:
    imported(data / "mathilde.json")
    later = {
        "resourceType": "Procedure", "id": "pc-9", "status": "completed", "code": {"text": "ECG"},
        "subject": {"reference": "Patient/mathilde"}, "encounter": {"reference": "Encounter/enc-1"},
    }  # fmt: skip
    done = imported(ndjson(tmp_path / "later.ndjson", [later]), fed=True)
    assert (done.counts.resources, done.counts.rejected) == (1, 0)
    resources = {one["resourceType"]: one for one in opened(Patient.objects.get())}
    assert resources["Procedure"]["encounter"]["reference"] == f"Encounter/{resources['Encounter']['id']}"


def test_r3_changes_beyond_the_caps_are_rejected_as_held(imported: Go, tmp_path: Path) -> None:
    lines = [{"resourceType": "Patient", "id": f"p{n}", "name": [{"family": "Avant"}]} for n in range(60)]
    imported(ndjson(tmp_path / "a.ndjson", lines))
    done = imported(ndjson(tmp_path / "b.ndjson", [one | {"name": [{"family": "Apres"}]} for one in lines]), fed=True)
    assert done.counts.updated + done.counts.rejected == 60
    assert done.counts.rejected >= 10
    assert {one["reason"].split(" (")[0] for one in rejects(done)} == {"held by the gate"}
    assert imported(tmp_path / "a.ndjson").counts.updated == done.counts.updated  # the account was not locked for it


def test_changes_to_patients_without_a_duty_are_held(imported: Go, data: Path, tmp_path: Path) -> None:
    imported(data / "mathilde.json")
    (tmp_path / "m.json").write_text((data / "mathilde.json").read_text().replace("BISOPROLOL", "SOTALOL"))
    done = imported(tmp_path / "m.json")
    assert (done.counts.updated, done.counts.rejected) == (0, 1)
    assert "held by the gate" in rejects(done)[0]["reason"]


def test_a_changed_name_is_found_and_the_old_one_no_more(imported: Go, tmp_path: Path) -> None:
    born = {"resourceType": "Patient", "id": "n", "birthDate": "1990-01-02"}
    imported(ndjson(tmp_path / "a.ndjson", [born | {"name": [{"family": "Ancienne", "given": ["Zoé"]}]}]))
    imported(ndjson(tmp_path / "b.ndjson", [born | {"name": [{"family": "Nouvelle", "given": ["Zoé"]}]}]), fed=True)
    person("renaming", "physician")
    who = Who(account="renaming", profession="physician", session="s", acr="aal2", workstation="w")
    counts = [
        len(search.search(f"{name} Zoé 1990-01-02", who, Purpose.TREATMENT, "r").found)
        for name in ("Ancienne", "Nouvelle")
    ]
    assert counts == [0, 1]


def test_more_of_a_patient_born_in_the_same_run_needs_no_other_key(imported: Go, tmp_path: Path) -> None:
    patients = [{"resourceType": "Patient", "id": f"q{n}"} for n in range(30)]
    conditions = [
        {"resourceType": "Condition", "id": f"c{n}", "subject": {"reference": f"Patient/q{n}"}} for n in range(30)
    ]
    bundles = [
        {"resourceType": "Bundle", "type": "batch", "entry": [{"resource": one}]} for one in patients + conditions
    ]
    done = imported(ndjson(tmp_path / "split.ndjson", bundles))
    assert (done.counts.patients, done.counts.rejected) == (30, 0)
    assert Part.objects.filter(type="Condition").count() == 30


def test_the_same_id_of_two_sources_is_two_patients(imported: Go, data: Path) -> None:
    imported(data / "vizcarrondo.json", source="one")
    assert imported(data / "vizcarrondo.json", source="two").counts.patients == 2


def test_r3_the_same_patient_twice_in_a_document_is_kept_once(imported: Go, tmp_path: Path) -> None:
    twice = [{"resourceType": "Patient", "id": "t", "name": [{"family": name}]} for name in ("Un", "Deux")]
    done = imported(ndjson(tmp_path / "t.ndjson", twice))
    assert (done.counts.patients, done.counts.rejected) == (1, 1)
    assert "again" in rejects(done)[0]["reason"]


def test_imported_patients_can_be_searched_at_once(imported: Go, data: Path) -> None:
    imported(data)
    assert not TokenPending.objects.exists()
    person("desk", "physician")
    who = Who(account="desk", profession="physician", session="s", acr="aal2", workstation="w")
    for words in ("IPP-4471-K", "Kervoelen Mathilde 14/07/1938", "duchenoy mathilde 1938-07-14"):
        [found] = search.search(words, who, Purpose.TREATMENT, "r").found
        assert found.resource["birthDate"] == "1938-07-14"


def test_duties_come_from_encounters_and_never_explain_to_the_importer(
    imported: Go, data: Path, tmp_path: Path
) -> None:
    doctor = person("dr-quintrec", "physician", rpps="10000000017", units=["CARDIO"])
    text = (data / "mathilde.json").read_text().replace("810000000017", "8" + doctor.rpps)
    text = text.replace('"end": "2026-03-02T05:00:00+01:00"', '"end": "2199-01-01T00:00:00Z"')
    (tmp_path / "m.json").write_text(text)
    done = imported(tmp_path / "m.json")
    kinds = Counter(Duty.objects.values_list("kind", flat=True))
    assert kinds == {DutyKind.ENCOUNTER_IN_UNIT: 1, DutyKind.CARE_TEAM: 1, DutyKind.TREATING_DOCTOR: 1}
    assert done.counts.duties == 3
    [made_by] = set(Duty.objects.values_list("made_by", flat=True))
    assert made_by.startswith("import:import-")
    assert Duty.objects.get(kind=DutyKind.TREATING_DOCTOR).account == Account.objects.get(username="dr-quintrec")


def test_decoys_are_planted_for_the_safe_alone_to_know(imported: Go, data: Path, safe: SafeClient, home: Path) -> None:
    imported(data / "vizcarrondo.json", decoys=True)
    patient = Patient.objects.first()
    assert patient is not None
    person("curious", "physician")
    who = Who(account="curious", profession="physician", session="s", acr="aal2", workstation="w")
    item = Item(
        patient=patient.ref, salt=bytes(patient.salt), compartments=(Compartment.IDENTITY,), ground=Ground.UNEXPLAINED
    )
    [answer] = safe.call(
        Open(who=who, action=Action.READ, purpose=Purpose.TREATMENT, items=(item,), request="r")
    ).answers
    assert answer.rule == "decoy"
    assert answer.keys == {}


def test_the_directory_is_sealed_and_the_same_entry_has_the_same_reference_in_every_run(
    imported: Go, data: Path, who: Who
) -> None:
    imported(data / "mathilde.json")
    refs = set(Directory.objects.values_list("ref", flat=True))
    assert all(b"Quintrec" not in bytes(row.sealed) for row in Directory.objects.all())
    [doctor] = directory.find("Practitioner", "quint", who)
    assert doctor["name"][0]["family"] == "Quintrec"
    assert directory.find("Practitioner", "nobody", who) == []
    Directory.objects.all().delete()
    imported(data / "mathilde.json")
    assert set(Directory.objects.values_list("ref", flat=True)) == refs


def test_the_worker_is_a_process_of_its_own(safe: SafeClient, db: None, data: Path) -> None:
    person("import-apart", "interface-service", service=True)
    assert run.run(run.Plan([data], account="import-apart")).counts.patients == 4


def test_a_worker_that_dies_is_an_error_not_a_silence(tmp_path: Path) -> None:
    job = Job([str(tmp_path / "gone.ndjson")], "", b"k" * 32, [], str(tmp_path / "spill"), 10)
    with pytest.raises(BrokenWorldError):
        list(run.prepared(job))


def test_what_is_spilled_is_not_readable(tmp_path: Path) -> None:
    from_text = msgspec.json.encode({"resourceType": "Patient", "id": "1", "name": [{"family": "Kervoelen"}]})
    spilled = run_spill(tmp_path / "spill", from_text)
    assert b"Kervoelen" not in spilled


def run_spill(folder: Path, text: bytes) -> bytes:
    made = spill.Spill(folder, 1)
    made.add(spill.Loose("f", 1, "Patient/1", text), 0)
    made.flush(0)
    made.files[0].close()
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_the_blind_index_is_one_tree(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'record_token'")
        assert "WITHOUT ROWID" in cursor.fetchone()[0]
