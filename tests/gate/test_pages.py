"""The gate's pages in a signed-in browser: what lifts a refusal, and everything that does not."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import reverse
from msgspec.structs import replace

from ecluse.accounts.testing import PASSWORD, code, person, with_credentials
from ecluse.accounts.testing_key import Passkey, b64
from ecluse.accounts.who import who_of
from ecluse.core.words import Action, Compartment, Decision, DutyKind, Ground, Purpose
from ecluse.gate import tickets
from ecluse.gate.access import Access, Pass, Refusal, Wanted
from ecluse.gate.ask import ask_one
from ecluse.gate.http import refuse
from ecluse.gate.models import Glass, Justification
from ecluse.gate.reasons import EMERGENCY, WHY
from ecluse.gate.testing import account_of, request_of, signed_for, ticket_of
from ecluse.gate.tickets import sign
from ecluse.safe.entry import Entry

Session = Callable[..., Client]
Patient = Callable[..., Wanted]
Trace = Callable[[], list[Entry]]
SECRET_TEXT = "brother-in-law of Dupuis, seen at the market"
CLINICAL = (Compartment.IDENTITY, Compartment.CLINICAL)


def reads(client: Client, one: Wanted, **more: object) -> object:
    """Ask for ``one`` as this browser's session would."""
    access = Access(
        who=who_of(request_of(client)), action=Action.READ, purpose=Purpose.TREATMENT, wanted=(one,), request_id="r"
    )
    return ask_one(replace(access, **more))


def post(client: Client, name: str, ticket: str, **fields: str) -> "object":
    return client.post(reverse(name), {"ticket": ticket, **fields})


def status(response: object) -> int:
    return int(response.status_code)  # type: ignore[attr-defined]


def text(response: object) -> str:
    return str(response.content.decode())  # type: ignore[attr-defined]


# ---- a reason given


def test_a_reason_and_a_text_open_the_patient_and_lead_back(open_session: Session, patient: Patient) -> None:
    nurse, one = open_session("nurse"), patient(*CLINICAL)
    answer = post(nurse, "gate_justify", signed_for(nurse, one), reason="advice", text=SECRET_TEXT)
    assert status(answer) == 302
    assert answer["Location"] == "/patient/1/"  # type: ignore[index]
    opened = reads(nurse, one)
    assert isinstance(opened, Pass)
    assert opened.ground is Ground.UNEXPLAINED
    assert not isinstance(reads(open_session("nurse"), one), Pass)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"reason": "advice"},
        {"text": SECRET_TEXT},
        {"reason": "advice", "text": "   "},
        {"reason": "advice", "text": "abc"},
        {"reason": "life-threat", "text": SECRET_TEXT},
        {"reason": "", "text": SECRET_TEXT},
    ],
)
def test_without_a_reason_of_the_list_and_a_text_nothing_opens(
    open_session: Session, patient: Patient, fields: dict[str, str]
) -> None:
    nurse, one = open_session("nurse"), patient()
    assert status(post(nurse, "gate_justify", signed_for(nurse, one), **fields)) == 403
    assert not Justification.objects.exists()
    assert not isinstance(reads(nurse, one), Pass)


@pytest.mark.parametrize("profession", ["aide", "dim-physician", "dim-coder", "billing", "it-administrator", "dpo"])
def test_g4_whoever_has_no_unexplained_access_cannot_talk_their_way_in(
    open_session: Session, patient: Patient, profession: str
) -> None:
    thief, one = open_session(profession), patient()
    assert status(post(thief, "gate_justify", signed_for(thief, one), reason="advice", text=SECRET_TEXT)) == 403
    assert status(post(thief, "gate_glass", signed_for(thief, one), reason="other", text=SECRET_TEXT)) == 403
    assert not Justification.objects.exists()
    assert not Glass.objects.exists()


def test_g8_the_text_is_neither_in_the_trace_nor_readable_in_the_database(
    open_session: Session, patient: Patient, trace: Trace, home: object
) -> None:
    nurse, one = open_session("nurse"), patient()
    post(nurse, "gate_justify", signed_for(nurse, one), reason="advice", text=SECRET_TEXT)
    post(nurse, "gate_glass", signed_for(nurse, one), reason="life-threat", text=SECRET_TEXT)
    assert len(trace()) >= 2
    for path in (home / "safe").rglob("*"):  # type: ignore[operator]
        if path.is_file():
            assert b"Dupuis" not in path.read_bytes()
    kept = [bytes(row.text) for row in (*Justification.objects.all(), *Glass.objects.all())]
    assert len(kept) == 2
    assert all(b"Dupuis" not in sealed for sealed in kept)


def test_g5_a_reason_given_is_an_entry_before_it_is_a_row(
    open_session: Session, patient: Patient, trace: Trace
) -> None:
    nurse, one = open_session("nurse"), patient()
    post(nurse, "gate_justify", signed_for(nurse, one), reason="advice", text=SECRET_TEXT)
    row = Justification.objects.get()
    [entry] = [entry for entry in trace() if entry.seq == row.sequence]
    assert (entry.action, entry.rule, entry.detail, entry.patient) == (Action.DUTY, "reason-given", "advice", one.ref)
    assert row.until - row.since == timedelta(hours=2)


# ---- tickets


@pytest.mark.parametrize("name", ["gate_justify", "gate_glass", "gate_second"])
@pytest.mark.parametrize("ticket", ["", "nonsense", "e30:1abc:def"])
def test_g12_a_ticket_the_browser_made_up_opens_nothing(open_session: Session, name: str, ticket: str) -> None:
    answer = post(open_session("nurse"), name, ticket, reason="advice", text=SECRET_TEXT)
    assert status(answer) == 403
    assert "ticket-unreadable" in text(answer)


def test_g12_a_ticket_is_of_one_account_and_one_session(open_session: Session, patient: Patient) -> None:
    nurse, other, one = open_session("nurse"), open_session("nurse"), patient()
    stolen = signed_for(nurse, one)
    assert "ticket-of-another-session" in text(post(other, "gate_glass", stolen, reason="other", text=SECRET_TEXT))
    foreign = sign(replace(ticket_of(nurse, one), session="0" * 64))
    assert "ticket-of-another-session" in text(post(nurse, "gate_glass", foreign, reason="other", text=SECRET_TEXT))


def test_g12_a_ticket_changed_by_one_letter_is_unreadable(open_session: Session, patient: Patient) -> None:
    nurse, one = open_session("nurse"), patient()
    ticket = signed_for(nurse, one)
    changed = ("B" if ticket[0] == "A" else "A") + ticket[1:]
    assert status(post(nurse, "gate_glass", changed, reason="other", text=SECRET_TEXT)) == 403
    assert not Glass.objects.exists()


def test_g12_a_ticket_is_too_old_after_a_quarter_of_an_hour(
    open_session: Session, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    nurse, one = open_session("nurse"), patient()
    ticket = signed_for(nurse, one)
    monkeypatch.setattr("ecluse.gate.tickets.LASTS_SECONDS", -1)
    assert "ticket-unreadable" in text(post(nurse, "gate_justify", ticket, reason="advice", text=SECRET_TEXT))


@pytest.mark.parametrize("name", ["gate_justify", "gate_glass", "gate_second"])
def test_forms_are_posted_and_by_somebody_signed_in(open_session: Session, patient: Patient, name: str) -> None:
    nurse = open_session("nurse")
    assert status(nurse.get(reverse(name))) == 405
    answer = Client().post(reverse(name), {"ticket": signed_for(nurse, patient())})
    assert status(answer) == 302
    assert "/accounts/login" in answer["Location"]
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = nurse.cookies
    assert status(strict.post(reverse(name), {"ticket": "x"})) == 403


# ---- the broken glass


def test_g6_breaking_the_glass_opens_one_patient_to_one_account(
    open_session: Session, patient: Patient, trace: Trace
) -> None:
    nurse, one, other = open_session("nurse"), patient(*CLINICAL), patient(*CLINICAL)
    answer = post(nurse, "gate_glass", signed_for(nurse, one), reason="unconscious", text=SECRET_TEXT)
    assert status(answer) == 302
    opened = reads(nurse, one)
    assert isinstance(opened, Pass)
    assert opened.ground is Ground.EMERGENCY
    assert not isinstance(reads(nurse, other), Pass)
    assert not isinstance(reads(open_session("nurse"), one), Pass)
    assert not isinstance(reads(nurse, one, action=Action.PRINT), Pass)
    assert not isinstance(reads(nurse, replace(one, compartments=(Compartment.COVERAGE,))), Pass)
    noted = [entry for entry in trace() if entry.action is Action.BREAK_GLASS]
    assert [(entry.rule, entry.detail, entry.purpose) for entry in noted] == [
        ("alone", "unconscious", Purpose.BREAK_GLASS)
    ]


def test_g6_it_opens_what_the_profession_reads_and_for_two_hours(open_session: Session, patient: Patient) -> None:
    nurse, one = open_session("nurse"), patient()
    post(nurse, "gate_glass", signed_for(nurse, one), reason="cover", text=SECRET_TEXT)
    glass = Glass.objects.get()
    assert glass.compartments.split() == ["identity", "contact", "care", "clinical"]
    assert glass.until - glass.since == timedelta(hours=2)
    Glass.objects.update(until=datetime.now(UTC))
    assert not isinstance(reads(nurse, one), Pass)


@pytest.mark.parametrize(
    "fields", [{}, {"reason": "advice", "text": SECRET_TEXT}, {"reason": "other"}, {"reason": "other", "text": " x "}]
)
def test_no_glass_breaks_without_an_emergency_and_a_text(
    open_session: Session, patient: Patient, fields: dict[str, str]
) -> None:
    nurse = open_session("nurse")
    assert status(post(nurse, "gate_glass", signed_for(nurse, patient()), **fields)) == 403
    assert not Glass.objects.exists()


def break_three(client: Client, patient: Patient) -> None:
    for _ in range(3):
        one = patient()
        assert status(post(client, "gate_glass", signed_for(client, one), reason="other", text=SECRET_TEXT)) == 302
        assert isinstance(reads(client, one), Pass)


def test_g6_after_the_first_few_an_hour_it_takes_two_people(open_session: Session, patient: Patient) -> None:
    nurse, fourth = open_session("nurse"), patient(*CLINICAL)
    break_three(nurse, patient)
    answer = post(nurse, "gate_glass", signed_for(nurse, fourth), reason="other", text=SECRET_TEXT)
    assert status(answer) == 403
    assert "two-people-from-now" in text(answer)
    assert reverse("gate_second") in text(answer)
    assert Glass.objects.count() == 3
    assert not isinstance(reads(nurse, fourth), Pass)


def colleague(profession: str = "physician") -> dict[str, str]:
    """Make somebody who can sign, and what they type."""
    account = with_credentials(person(f"second-{profession}-{datetime.now(UTC).timestamp():.0f}", profession))
    return {"username": account.username, "password": PASSWORD, "code": code(), "reason": "other", "text": SECRET_TEXT}


@pytest.mark.slow
def test_g7_care_is_never_refused_to_two_people(open_session: Session, patient: Patient, trace: Trace) -> None:
    nurse, fourth = open_session("nurse"), patient(*CLINICAL)
    break_three(nurse, patient)
    typed = colleague()
    answer = post(nurse, "gate_second", signed_for(nurse, fourth, Decision.SECOND_PERSON), **typed)
    assert status(answer) == 302
    opened = reads(nurse, fourth)
    assert isinstance(opened, Pass)
    assert opened.ground is Ground.APPROVED
    glass = Glass.objects.get(patient_id=fourth.pk)
    assert glass.second == typed["username"]
    approvals = [entry for entry in trace() if entry.action in {Action.PROPOSE, Action.APPROVE}]
    assert [(entry.action, entry.account, entry.patient) for entry in approvals] == [
        (Action.PROPOSE, account_of(nurse).username, fourth.ref),
        (Action.APPROVE, typed["username"], fourth.ref),
    ]
    assert not isinstance(reads(nurse, patient(*CLINICAL)), Pass)


@pytest.mark.slow
@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "wrong"},
        {"code": "000000"},
        {"code": ""},
        {"username": "nobody.at.all"},
        {"username": "", "password": "", "code": ""},
        {"reason": ""},
        {"text": ""},
    ],
)
def test_g7_half_a_proof_is_none_and_no_text_says_which_half(
    open_session: Session, patient: Patient, wrong: dict[str, str]
) -> None:
    nurse, one = open_session("nurse"), patient()
    answer = post(nurse, "gate_second", signed_for(nurse, one, Decision.SECOND_PERSON), **{**colleague(), **wrong})
    assert status(answer) == 403
    assert not Glass.objects.exists()
    if not {"reason", "text"} & set(wrong):
        assert "name, password or code is wrong" in text(answer)
    assert PASSWORD not in text(answer)


@pytest.mark.slow
def test_g7_nobody_is_their_own_second_person(open_session: Session, patient: Patient) -> None:
    nurse, one = open_session("nurse", credentials=True), patient()
    typed = {**colleague(), "username": account_of(nurse).username}
    answer = post(nurse, "gate_second", signed_for(nurse, one, Decision.SECOND_PERSON), **typed)
    assert status(answer) == 403
    assert "must be somebody else" in text(answer)
    assert not Glass.objects.exists()


@pytest.mark.slow
@pytest.mark.parametrize("profession", ["it-administrator", "admissions", "dim-physician", "secretary", "dpo"])
def test_g7_who_gives_no_care_signs_no_emergency(open_session: Session, patient: Patient, profession: str) -> None:
    nurse, one = open_session("nurse"), patient()
    answer = post(nurse, "gate_second", signed_for(nurse, one, Decision.SECOND_PERSON), **colleague(profession))
    assert status(answer) == 403
    assert not Glass.objects.exists()


@pytest.mark.slow
def test_g7_a_code_is_good_once(open_session: Session, patient: Patient) -> None:
    nurse, typed = open_session("nurse"), colleague()
    first, second = patient(), patient()
    assert status(post(nurse, "gate_second", signed_for(nurse, first, Decision.SECOND_PERSON), **typed)) == 302
    assert status(post(nurse, "gate_second", signed_for(nurse, second, Decision.SECOND_PERSON), **typed)) == 403
    assert not isinstance(reads(nurse, second), Pass)


@pytest.mark.slow
def test_g7_two_requests_with_one_code_break_one_glass(
    open_session: Session, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    nurse, typed = open_session("nurse"), colleague()
    first, second = patient(), patient()
    monkeypatch.setattr(TOTP, "_mark_code_used", lambda *_: True)  # as a cache does when both ask at the same moment
    assert status(post(nurse, "gate_second", signed_for(nurse, first, Decision.SECOND_PERSON), **typed)) == 302
    assert status(post(nurse, "gate_second", signed_for(nurse, second, Decision.SECOND_PERSON), **typed)) == 403
    assert Glass.objects.count() == 1


@pytest.mark.slow
def test_g7_a_right_password_that_comes_to_nothing_is_traced(
    open_session: Session, patient: Patient, trace: Trace
) -> None:
    nurse, typed = open_session("nurse"), colleague()
    Authenticator.objects.filter(user__username=typed["username"]).delete()
    answer = post(nurse, "gate_second", signed_for(nurse, patient(), Decision.SECOND_PERSON), **typed)
    assert status(answer) == 403
    assert ("no-code-factor", typed["username"]) in [(entry.rule, entry.account) for entry in trace()]


# ---- the refusal page


def test_g13_a_planted_record_is_told_like_any_lock(open_session: Session, patient: Patient) -> None:
    nurse, one = open_session("nurse"), patient()
    told = [
        refuse(request_of(nurse), Refusal(one, Decision.REFUSE, rule, 7)).content.decode()
        for rule in ("decoy", "locked")
    ]
    drawn = r'[\w:.-]{40,}|"\d{10}(-[\w-]+)?"'  # tickets and CSRF tokens; times and what is signed with them
    said = [re.sub(drawn, "", page) for page in told]
    assert said[0] == said[1]
    fragment = refuse(request_of(nurse, hx_request="true"), Refusal(one, Decision.REFUSE, "decoy", 7))
    signed = fragment["HX-Redirect"].split("/")[-2]
    assert tickets.read(request_of(nurse), signed).rule == "locked"


@pytest.mark.parametrize(
    ("profession", "justify", "glass"),
    [("nurse", True, True), ("secretary", True, False), ("aide", False, False), ("dim-physician", False, False)],
)
def test_a_refusal_offers_only_what_the_profession_may_do(
    open_session: Session, patient: Patient, profession: str, justify: bool, glass: bool
) -> None:
    client = open_session(profession)
    page = text(client.get(reverse("gate_no", args=[signed_for(client, patient())])))
    assert (reverse("gate_justify") in page, reverse("gate_glass") in page) == (justify, glass)


def test_the_reasons_are_listed_in_words(open_session: Session, patient: Patient) -> None:
    nurse = open_session("nurse")
    page = text(nurse.get(reverse("gate_glass_page", args=[signed_for(nurse, patient())])))
    for reason in (*WHY, *EMERGENCY):
        assert f'value="{reason}"' in page


def test_g13_no_refusal_page_names_the_patient(open_session: Session, patient: Patient) -> None:
    nurse, one = open_session("nurse"), patient()
    for decision in Decision:
        page = text(nurse.get(reverse("gate_no", args=[signed_for(nurse, one, decision, "cap-hour")])))
        assert one.ref not in page
        assert one.salt.hex() not in page


def test_a_duty_still_comes_first(open_session: Session, patient: Patient) -> None:
    nurse, one = open_session("nurse"), patient()
    post(nurse, "gate_glass", signed_for(nurse, one), reason="other", text=SECRET_TEXT)
    opened = reads(nurse, one, duties={one.pk: DutyKind.CARE_TEAM})
    assert isinstance(opened, Pass)
    assert opened.ground is Ground.EXPLAINED


class Bedside:
    """A colleague with a passkey, and the page of a first person who needs two."""

    def __init__(self, nurse: Client, profession: str, patient: Wanted) -> None:
        self.key, self.nurse = Passkey(host="testserver"), nurse
        self.colleague = person(f"keyed-{profession}-{datetime.now(UTC).timestamp():.0f}", profession)
        self.key.owner = b64(user_pk_to_url_str(self.colleague).encode())
        credential = json.loads(self.key.register({"publicKey": {"user": {"id": self.key.owner}, "challenge": "AA"}}))
        data = {"name": "badge", "credential": credential}
        Authenticator.objects.bulk_create([Authenticator(user=self.colleague, type="webauthn", data=data)])
        self.signed = signed_for(nurse, patient, Decision.SECOND_PERSON)

    def options(self) -> dict[str, Any]:
        """Open the page; return what the browser is asked to sign."""
        page = text(self.nurse.get(reverse("gate_no", args=[self.signed])))
        found = re.search(r'<script id="second-options" type="application/json">(.*?)</script>', page)
        assert found
        options: dict[str, Any] = json.loads(found[1])["request_options"]
        return options

    def sign(self, answer: str) -> int:
        sent = {"credential": answer, "reason": "other", "text": SECRET_TEXT}
        return status(post(self.nurse, "gate_second", self.signed, **sent))


def test_g7_a_colleague_signs_with_a_passkey_on_the_first_ones_screen(open_session: Session, patient: Patient) -> None:
    nurse, one = open_session("nurse"), patient(*CLINICAL)
    bedside = Bedside(nurse, "physician", one)
    assert bedside.sign(bedside.key.prove(bedside.options(), "https://testserver")) == 302
    assert Glass.objects.get(patient_id=one.pk).second == bedside.colleague.username
    assert account_of(nurse).username != bedside.colleague.username


def test_g7_an_answer_of_a_passkey_is_good_once_and_for_this_screen(open_session: Session, patient: Patient) -> None:
    nurse, one = open_session("nurse"), patient(*CLINICAL)
    bedside = Bedside(nurse, "physician", one)
    old = bedside.key.prove(bedside.options(), "https://testserver")
    bedside.options()
    assert bedside.sign(old) == 403
    assert not Glass.objects.exists()


@pytest.mark.parametrize("answer", ["{}", "[]", "not json", '{"response": {"userHandle": "MQ"}}', '"x"', "null"])
def test_g7_what_is_no_passkey_signs_nothing(open_session: Session, patient: Patient, answer: str) -> None:
    nurse = open_session("nurse")
    bedside = Bedside(nurse, "physician", patient(*CLINICAL))
    bedside.options()
    assert bedside.sign(answer) == 403
    assert not Glass.objects.exists()


def test_g7_a_forged_key_and_a_phishing_page_sign_nothing(open_session: Session, patient: Patient) -> None:
    nurse = open_session("nurse")
    bedside = Bedside(nurse, "physician", patient(*CLINICAL))
    forged = Passkey(host="testserver")
    forged.owner, forged.id = bedside.key.owner, bedside.key.id
    assert bedside.sign(forged.prove(bedside.options(), "https://testserver")) == 403
    assert bedside.sign(bedside.key.prove(bedside.options(), "https://evil.example")) == 403
    assert not Glass.objects.exists()


@pytest.mark.parametrize("profession", ["it-administrator", "admissions", "dpo"])
def test_g7_a_passkey_of_who_gives_no_care_signs_no_emergency(
    open_session: Session, patient: Patient, profession: str
) -> None:
    bedside = Bedside(open_session("nurse"), profession, patient(*CLINICAL))
    assert bedside.sign(bedside.key.prove(bedside.options(), "https://testserver")) == 403
    assert not Glass.objects.exists()
