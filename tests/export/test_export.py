"""Export: two people, a purpose, a recipient, a cap, one trace entry a patient, and never a plaintext file."""

import datetime as dt
import json
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from tests.api.conftest import World
from tests.export.conftest import Dpo, Recipient

from ecluse.core.errors import BadInputError, NotProvenError, RefusedError
from ecluse.core.words import Action, Compartment, Decision, Ground, Purpose
from ecluse.record import age, export
from ecluse.record.export import Request
from ecluse.safe.client import SafeClient, SafeUnavailableError
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Who

Trace = Callable[[], list[Entry]]
PURPOSE = Purpose.OPERATIONS


def asked(who: Who, world: World, recipient: Recipient) -> Request:
    refs = [world.known.ref, world.stranger.ref]
    ruled = export.propose(who, refs, recipient.public, PURPOSE, "ask")
    assert ruled.decision is Decision.ALLOW, ruled.rule
    return export.request_of(who.account, ruled.sequence)


def plaintext_in(folder: Path) -> list[Path]:
    words = ("Rivière".encode(), b"Rivi\\u00e8re", b"Exemplamine", b"0199000001")
    return [file for file in folder.rglob("*") if file.is_file() and any(word in file.read_bytes() for word in words)]


def test_an_approved_export_is_for_the_recipient_alone_and_holds_what_the_profession_reads(
    world: World, dim: Who, dpo: Dpo, recipient: Recipient, trace: Trace, home: Path
) -> None:
    request = asked(dim, world, recipient)
    assert dpo.approve(request.sequence) is Decision.ALLOW
    before = len(trace())
    sealed = export.export(dim, request, "take")
    assert sealed.startswith(b"age-encryption.org/v1")
    lines = [json.loads(line) for line in recipient.read(sealed).splitlines()]
    assert [line["resourceType"] for line in lines] == ["Parameters", *(["Patient", "MedicationRequest"] * 2)]
    assert all("telecom" not in line for line in lines)
    entries = trace()[before:]
    assert [entry.patient for entry in entries] == sorted([world.known.ref, world.stranger.ref])
    for entry in entries:
        assert (entry.action, entry.decision, entry.ground) == (Action.EXPORT, Decision.ALLOW, Ground.APPROVED)
        assert set(entry.compartments) == {Compartment.IDENTITY, Compartment.CLINICAL}
        assert (entry.purpose, entry.approval) == (PURPOSE, request.sequence)
    assert plaintext_in(home) == []


def test_an_export_is_taken_once(world: World, dim: Who, dpo: Dpo, recipient: Recipient) -> None:
    request = asked(dim, world, recipient)
    dpo.approve(request.sequence)
    export.export(dim, request, "take")
    for _ in range(2):
        with pytest.raises(RefusedError):
            export.export(dim, request, "again")
    with pytest.raises(RefusedError):
        export.request_of(dim.account, request.sequence)


def test_nothing_leaves_before_the_second_person(world: World, dim: Who, recipient: Recipient, trace: Trace) -> None:
    request = asked(dim, world, recipient)
    with pytest.raises(RefusedError, match="second person"):
        export.export(dim, request, "take")
    assert not [
        entry
        for entry in trace()
        if entry.action is Action.EXPORT and entry.decision is Decision.ALLOW and entry.patient
    ]
    assert export.request_of(dim.account, request.sequence) == request


def test_the_requester_is_not_the_second_person(world: World, dim: Who, safe: SafeClient, recipient: Recipient) -> None:
    request = asked(dim, world, recipient)
    assert Dpo(dim, safe).approve(request.sequence) is not Decision.ALLOW
    with pytest.raises(RefusedError):
        export.export(dim, request, "take")


@pytest.mark.parametrize("change", ["patient", "recipient", "purpose", "fewer"])
def test_what_leaves_is_what_was_approved(world: World, dim: Who, dpo: Dpo, recipient: Recipient, change: str) -> None:
    request = asked(dim, world, recipient)
    dpo.approve(request.sequence)
    other = age.new_key(dt.datetime.now(dt.UTC))[1]
    changes: dict[str, object] = {
        "patient": {"refs": (world.known.ref, world.patient("Autre").ref)},
        "recipient": {"recipient": other},
        "purpose": {"purpose": Purpose.PAYMENT},
        "fewer": {"refs": (world.known.ref,)},
    }
    forged = Request(**{**{name: getattr(request, name) for name in request.__struct_fields__}, **changes[change]})  # type: ignore[dict-item]
    with pytest.raises(RefusedError):
        export.export(dim, forged, "take")


def test_an_approval_is_good_for_the_requester_alone(world: World, dim: Who, dpo: Dpo, recipient: Recipient) -> None:
    request = asked(dim, world, recipient)
    dpo.approve(request.sequence)
    thief = Who(account=world.physician.username, profession="physician", session="p", acr="aal2", workstation="pc")
    with pytest.raises(RefusedError):
        export.export(thief, request, "take")


def test_a_nurse_does_not_even_ask(world: World, recipient: Recipient) -> None:
    nurse = Who(account=world.nurse.username, profession="nurse", session="n", acr="aal2", workstation="pc")
    ruled = export.propose(nurse, [world.known.ref], recipient.public, Purpose.TREATMENT, "ask")
    assert (ruled.decision, ruled.rule) == (Decision.REFUSE, "export-not-granted")
    assert export.waiting(nurse.account) == []


def test_a_recipient_without_a_key_gets_nothing(world: World, dim: Who) -> None:
    for key in ("", "age1notakey", "ssh-ed25519 AAAA", "AGE-SECRET-KEY-1XXXX"):
        with pytest.raises(BadInputError):
            export.propose(dim, [world.known.ref], key, PURPOSE, "ask")


def test_patients_who_do_not_exist_are_not_exported(world: World, dim: Who, recipient: Recipient) -> None:
    with pytest.raises(BadInputError):
        export.propose(dim, [world.known.ref, secrets.token_hex(16)], recipient.public, PURPOSE, "ask")


def test_more_patients_than_the_policy_are_refused(
    world: World, dim: Who, recipient: Recipient, monkeypatch: pytest.MonkeyPatch
) -> None:
    refs = [secrets.token_hex(16) for _ in range(201)]
    monkeypatch.setattr(
        "ecluse.record.export.Patient.objects.filter", lambda **_: type("All", (), {"count": lambda _: 201})()
    )
    ruled = export.propose(dim, refs, recipient.public, PURPOSE, "ask")
    assert (ruled.decision, ruled.rule) == (Decision.REFUSE, "export-too-many")


def test_when_the_safe_is_away_nothing_leaves_and_the_request_still_waits(
    world: World, dim: Who, dpo: Dpo, recipient: Recipient, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = asked(dim, world, recipient)
    dpo.approve(request.sequence)

    def away(*_: object) -> None:
        raise SafeUnavailableError("away")

    with monkeypatch.context() as cut:
        cut.setattr(SafeClient, "call", away)
        with pytest.raises(SafeUnavailableError):
            export.export(dim, request, "take")
    assert export.export(dim, request, "take").startswith(b"age-")


def test_another_key_does_not_open_it_nor_a_changed_file(
    world: World, dim: Who, dpo: Dpo, recipient: Recipient, tmp_path: Path
) -> None:
    request = asked(dim, world, recipient)
    dpo.approve(request.sequence)
    sealed = export.export(dim, request, "take")
    other = tmp_path / "other.key"
    other.write_text(age.new_key(dt.datetime.now(dt.UTC))[0])
    with pytest.raises(NotProvenError):
        age.decrypt(sealed, age.identities(other))
    with pytest.raises(NotProvenError):
        recipient.read(sealed[:-1] + bytes([sealed[-1] ^ 1]))


def test_the_pages_lead_from_the_question_to_the_file(
    world: World, dim_browser: Client, dim: Who, dpo: Dpo, recipient: Recipient
) -> None:
    assert dim_browser.get("/export/").status_code == 200
    assert dim_browser.get("/export/new/").status_code == 200
    form = {
        "unit": "0",
        "refs": f"{world.known.ref}\nPatient/{world.stranger.ref}",
        "purpose": "HOPERAT",
        "recipient": recipient.public,
    }
    assert dim_browser.post("/export/new/", form).status_code == 302
    [request] = export.waiting(dim.account)
    early = dim_browser.post(f"/export/{request.sequence}/")
    assert (early.status_code, early["Location"]) == (302, "/export/")
    dpo.approve(request.sequence)
    taken = dim_browser.post(f"/export/{request.sequence}/")
    assert taken["Content-Disposition"] == f'attachment; filename="export-{request.sequence}.ndjson.age"'
    assert "Exemplamine" in recipient.read(taken.content)
    assert dim_browser.post(f"/export/{request.sequence}/").status_code == 302


@pytest.mark.parametrize(
    "wrong",
    [
        {"refs": ""},
        {"refs": "not-a-reference"},
        {"recipient": "age1x"},
        {"purpose": "TREAT"},
        {"purpose": ""},
    ],
)
def test_a_form_that_is_wrong_proposes_nothing(
    world: World, dim_browser: Client, dim: Who, recipient: Recipient, wrong: dict[str, str]
) -> None:
    form = {"unit": "0", "refs": world.known.ref, "purpose": "HOPERAT", "recipient": recipient.public}
    assert dim_browser.post("/export/new/", {**form, **wrong}).status_code == 422
    assert export.waiting(dim.account) == []
