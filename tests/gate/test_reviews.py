"""The officer's list of broken glasses: complete, theirs alone, and written once."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from ecluse.accounts.who import who_of
from ecluse.core.errors import NotProvenError, RefusedError
from ecluse.core.words import Action
from ecluse.gate import reviews
from ecluse.gate.access import Wanted
from ecluse.gate.models import Glass
from ecluse.gate.testing import account_of, request_of, signed_for
from ecluse.safe.entry import Entry

Session = Callable[..., Client]
Patient = Callable[..., Wanted]
Trace = Callable[[], list[Entry]]
TEXT = "found on the ward floor, no papers"


@pytest.fixture
def glass(open_session: Session, patient: Patient) -> Glass:
    """Break one."""
    nurse = open_session("nurse")
    fields = {"ticket": signed_for(nurse, patient()), "reason": "unconscious", "text": TEXT}
    assert nurse.post(reverse("gate_glass"), fields).status_code == 302
    return Glass.objects.get()


def test_g10_every_broken_glass_waits_on_the_officers_list(open_session: Session, glass: Glass) -> None:
    page = open_session("dpo").get(reverse("gate_reviews")).content.decode()
    assert reverse("gate_review", args=[glass.pk]) in page
    assert glass.ref in page
    assert TEXT not in page


def test_g10_the_text_is_read_by_the_officer_and_the_reading_is_traced(
    open_session: Session, glass: Glass, trace: Trace
) -> None:
    officer = open_session("dpo")
    page = officer.get(reverse("gate_review", args=[glass.pk])).content.decode()
    assert TEXT in page
    reader = account_of(officer).username
    assert any(entry.account == reader and entry.target == "directory" for entry in trace())


@pytest.mark.parametrize(
    "profession", ["nurse", "physician", "security-officer", "it-administrator", "admissions", "dim-physician"]
)
def test_g10_nobody_else_reads_the_list(open_session: Session, glass: Glass, profession: str) -> None:
    client = open_session(profession)
    for address in (reverse("gate_reviews"), reverse("gate_review", args=[glass.pk])):
        answer = client.get(address)
        assert answer.status_code == 403
        assert TEXT not in answer.content.decode()
        assert glass.ref not in answer.content.decode()
    assert client.post(reverse("gate_review", args=[glass.pk]), {"outcome": "in-order"}).status_code == 403
    assert Glass.objects.get().reviewed is None


def test_g10_a_review_is_traced_and_written_once(open_session: Session, glass: Glass, trace: Trace) -> None:
    officer = open_session("dpo")
    address = reverse("gate_review", args=[glass.pk])
    assert officer.post(address, {"outcome": "not-justified"}).status_code == 302
    assert officer.post(address, {"outcome": "in-order"}).status_code == 403
    kept = Glass.objects.get()
    assert (kept.remark, kept.reviewed_by) == ("not-justified", account_of(officer).username)
    noted = [entry for entry in trace() if entry.rule == "glass-reviewed"]
    assert [(entry.action, entry.patient, entry.detail) for entry in noted] == [
        (Action.DUTY, glass.ref, "not-justified")
    ]


@pytest.mark.parametrize("outcome", ["", "fine", "IN-ORDER"])
def test_an_outcome_is_one_of_the_list(open_session: Session, glass: Glass, outcome: str) -> None:
    answer = open_session("dpo").post(reverse("gate_review", args=[glass.pk]), {"outcome": outcome})
    assert answer.status_code == 403
    assert Glass.objects.get().reviewed is None


def test_g10_who_broke_a_glass_or_signed_for_it_does_not_review_it(open_session: Session, glass: Glass) -> None:
    officer = who_of(request_of(open_session("dpo")))
    Glass.objects.update(second=officer.account, approval=1)
    with pytest.raises(RefusedError, match="same-person"):
        reviews.conclude(officer, Glass.objects.get(), "in-order", "r")
    Glass.objects.update(second="", approval=None, account=account_of_name(officer.account))
    with pytest.raises(RefusedError, match="same-person"):
        reviews.conclude(officer, Glass.objects.get(), "in-order", "r")


def account_of_name(username: str) -> object:
    return Glass._meta.get_field("account").related_model.objects.get(username=username)  # type: ignore[union-attr]


def test_g8_a_text_moved_to_another_row_or_changed_does_not_open(
    open_session: Session, glass: Glass, patient: Patient
) -> None:
    officer = who_of(request_of(open_session("dpo")))
    assert reviews.text_of(officer, glass, "r") == TEXT
    glass.ref = patient().ref
    with pytest.raises(NotProvenError):
        reviews.text_of(officer, glass, "r")
    glass = Glass.objects.get()
    glass.text = bytes(glass.text)[:-1] + bytes([bytes(glass.text)[-1] ^ 1])
    with pytest.raises(NotProvenError):
        reviews.text_of(officer, glass, "r")
