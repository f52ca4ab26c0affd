"""Who could be the second person hears that something waits, and of nothing else; both sides are traced."""

from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client
from pytest_django.fixtures import Settings

from ecluse.accounts import approvals, second_notices
from ecluse.accounts.models import Account, Contact
from ecluse.accounts.testing import person
from ecluse.core.home import Mail
from ecluse.core.words import Action, Decision, ProposalKind
from ecluse.safe.client import SafeUnavailableError
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Proposal, Who

PAGE = "/accounts/sessions/"
SessionOf = Callable[..., Client]
Trace = Callable[[], list[Entry]]


def who(account: Account, profession: str, age: int = 0) -> Who:
    session = f"session of {account.username}"
    return Who(account=account.username, profession=profession, session=session, acr="aal2", auth_age=age)


@pytest.fixture(autouse=True)
def addresses(settings: Settings, administrator: Account, officer: Account, nurse: Account) -> None:
    settings.MAIL = Mail(how="console")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for account in (administrator, officer, nurse):
        Contact.objects.create(account=account, email=f"{account.username}@ch.test")


def ask(administrator: Account, about: str = "t.trainee") -> int:
    if not Account.objects.filter(username=about).exists():
        person(about, enrol=False)
    return approvals.propose_grant(who(administrator, "it-administrator"), about, ["nurse"], "test").sequence


def shows_number(client: Client) -> bool:
    return "badge warning" in client.get(PAGE).content.decode()


def test_whoever_could_approve_sees_a_number_on_every_page(
    administrator: Account, officer: Account, session_of: SessionOf
) -> None:
    asked = ask(administrator)
    assert shows_number(session_of(officer))
    approvals.decline(who(officer, "security-officer"), asked, "test")
    left = approvals.waiting(who(officer, "security-officer")).to_decide
    assert shows_number(session_of(officer)) is bool(left)


def test_a40_neither_the_asker_nor_a_nurse_is_shown_a_number(
    administrator: Account, nurse: Account, session_of: SessionOf
) -> None:
    before = [shows_number(session_of(administrator)), shows_number(session_of(nurse))]
    asked = ask(administrator)
    assert [shows_number(session_of(administrator)), shows_number(session_of(nurse))] == before
    for account, profession in ((administrator, "it-administrator"), (nurse, "nurse")):
        assert asked not in [wait.sequence for wait in approvals.waiting(who(account, profession)).to_decide]


def test_a40_mail_goes_to_those_who_could_approve_and_names_no_subject(administrator: Account) -> None:
    ask(administrator)
    [sent] = mail.outbox
    assert (sent.to, sent.bcc) == ([], ["s.officer@ch.test"])
    text = f"{sent.subject} {sent.body}"
    assert "i.admin" in text
    assert not any(word in text for word in ("t.trainee", "http", "/accounts/"))


def test_a40_the_beneficiary_is_not_asked_by_mail(administrator: Account, officer: Account) -> None:
    ask(administrator, officer.username)
    assert mail.outbox == []


def test_a_colleague_at_the_bed_is_not_asked_by_mail(nurse: Account) -> None:
    act = Proposal(kind=ProposalKind.BREAK_GLASS, account="n.martin", patient="a" * 32, seconds=60)
    second_notices.mail(who(nurse, "nurse"), act)
    assert mail.outbox == []


def test_without_mail_set_nothing_is_sent(administrator: Account, settings: Settings) -> None:
    settings.MAIL = None
    ask(administrator)
    assert mail.outbox == []


def test_mail_that_cannot_be_sent_stops_nothing(
    administrator: Account, officer: Account, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", fails)
    asked = ask(administrator)
    assert approvals.approve(who(officer, "security-officer"), asked, "test").decision is Decision.ALLOW
    assert "ch.test" not in caplog.text


def test_a_refused_proposal_tells_nobody(nurse: Account) -> None:
    person("t.trainee", enrol=False)
    ruled = approvals.propose_grant(who(nurse, "physician"), "t.trainee", ["physician"], "test")
    assert ruled.decision is Decision.REFUSE
    assert mail.outbox == []


def test_a_safe_that_does_not_answer_shows_no_number(
    officer: Account, administrator: Account, session_of: SessionOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(administrator)

    def silent(_who: Who) -> None:
        raise SafeUnavailableError("down")

    monkeypatch.setattr(approvals, "waiting", silent)
    assert not shows_number(session_of(officer))


def test_a40_a_stale_proof_declines_nothing(administrator: Account, officer: Account) -> None:
    asked = ask(administrator)
    ruled = approvals.decline(who(officer, "security-officer", age=3600), asked, "test")
    assert (ruled.decision, ruled.rule) == (Decision.STEP_UP, "fresh-proof")
    assert approvals.find(who(officer, "security-officer"), asked) is not None


def test_a40_both_sides_are_traced_and_each_refusal(administrator: Account, officer: Account, trace: Trace) -> None:
    asked = ask(administrator)
    approvals.approve(who(administrator, "it-administrator"), asked, "test")
    approvals.approve(who(officer, "security-officer"), asked, "test")
    sides = [
        (one.action, one.account, one.decision) for one in trace() if one.action in {Action.PROPOSE, Action.APPROVE}
    ]
    assert sides == [
        (Action.PROPOSE, "i.admin", Decision.ALLOW),
        (Action.APPROVE, "i.admin", Decision.REFUSE),
        (Action.APPROVE, "s.officer", Decision.ALLOW),
    ]
