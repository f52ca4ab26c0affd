"""People who come for a night, who leave, whom nobody uses, and what each may do once a year."""

import datetime as dt
import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from typer.testing import CliRunner

from ecluse.accounts import approvals, registry, reviews
from ecluse.accounts.employment import unused, why_not
from ecluse.accounts.generic import generic
from ecluse.accounts.models import Account, AccountProfession, Membership, Review
from ecluse.accounts.testing import PASSWORD, code, person, with_credentials
from ecluse.cli.accounts import app
from ecluse.core.words import Action, Decision
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Who

ISSUE, WAITING, REVIEW = "/accounts/people/temporary/", "/accounts/approvals/", "/accounts/people/review/"
PAGE, LOGIN = "/accounts/sessions/", "/accounts/login/"
LEA = {"name": "Léa Morand", "profession": "nurse", "hours": "12", "unit": ""}
SessionOf = Callable[..., Client]
Trace = Callable[[], list[Entry]]


@pytest.fixture
def night() -> Account:
    return person("c.night", "nurse", units=["CARD"])


@pytest.fixture
def doctor() -> Account:
    return person("d.night", "physician")


def newest() -> Account:
    return Account.objects.filter(username__startswith="t.").latest("pk")


def confirmed(session_of: SessionOf, night: Account, doctor: Account) -> tuple[Account, str]:
    """Issue and confirm Léa; return her account and first password."""
    session_of(night).post(ISSUE, LEA)
    account = newest()
    who = Who(account=doctor.username, profession="physician", session="x", acr="aal2")
    [wait] = [one for one in approvals.waiting(who).to_decide if one.proposal.account == account.username]
    page = session_of(doctor).post(f"{WAITING}{wait.sequence}/", {"answer": "approve"})
    account.refresh_from_db()
    return account, page.context["first"]


def test_issued_by_one_confirmed_by_another(
    session_of: SessionOf, night: Account, doctor: Account, trace: Trace
) -> None:
    account, first = confirmed(session_of, night, doctor)
    assert account.issued_by == "c.night"
    assert account.expires is not None
    assert dt.timedelta(hours=11) < account.expires - timezone.now() <= dt.timedelta(hours=12)
    newcomer = Client()
    answer = newcomer.post(LOGIN, {"login": account.username, "password": first})
    assert answer.status_code == 302
    assert newcomer.get(PAGE).headers["Location"] == "/accounts/factors/first/"
    acts = [(entry.action, entry.account) for entry in trace() if entry.target == account.username]
    assert (Action.PROPOSE, "c.night") in acts
    assert (Action.APPROVE, "d.night") in acts
    assert first not in repr(trace())


def test_a14_before_the_second_person_nothing_opens(session_of: SessionOf, night: Account) -> None:
    session_of(night).post(ISSUE, LEA)
    account = newest()
    assert not account.is_active
    assert not account.has_usable_password()
    assert not AccountProfession.objects.filter(account=account).exists()


def test_a14_it_expires_by_itself_open_sessions_included(
    session_of: SessionOf, night: Account, doctor: Account
) -> None:
    account, first = confirmed(session_of, night, doctor)
    with_app = with_credentials(account)
    open_session = session_of(with_app)
    assert open_session.get(PAGE).status_code == 200
    Account.objects.filter(pk=account.pk).update(expires=timezone.now() - dt.timedelta(seconds=1))
    assert open_session.get(PAGE).headers["Location"].startswith(LOGIN)
    assert Client().post(LOGIN, {"login": account.username, "password": first}).status_code != 302


@pytest.mark.parametrize("profession", ["dpo", "security-officer", "it-administrator", "physician", "king"])
def test_a14_a_nurse_issues_nobody_above_a_nurse(session_of: SessionOf, night: Account, profession: str) -> None:
    before = Account.objects.count()
    assert session_of(night).post(ISSUE, LEA | {"profession": profession}).status_code == 422
    assert Account.objects.count() == before


def test_a14_what_the_form_refuses_the_safe_refuses_too_and_no_account_stays(
    session_of: SessionOf, night: Account
) -> None:
    from_web = Who(account="c.night", profession="nurse", session="x", acr="aal2")
    ruled = approvals.propose_temporary(from_web, "t.eve", "security-officer", 3600, "t")
    assert ruled.decision is Decision.REFUSE


@pytest.mark.parametrize("profession", ["aide", "secretary", "it-administrator", "admissions"])
def test_a14_whoever_issues_nothing_has_no_page_for_it(session_of: SessionOf, profession: str) -> None:
    assert session_of(person(f"x.{profession}", profession), profession).get(ISSUE).status_code == 403


def test_a14_issuing_asks_for_a_fresh_proof(session_of: SessionOf, night: Account) -> None:
    assert "/accounts/reauthenticate/" in session_of(night, age=400).get(ISSUE).headers["Location"]


@pytest.mark.parametrize(("days", "stopped"), [(0, ""), (89, ""), (91, "unused"), (400, "unused")])
def test_a16_an_account_that_nobody_used_for_ninety_days_stops(nurse: Account, days: int, stopped: str) -> None:
    nurse.created = nurse.last_login = timezone.now() - dt.timedelta(days=days)
    assert why_not(nurse) == stopped


def test_a16_a_long_unused_account_does_not_sign_in_until_two_people_re_open_it(
    nurse: Account, client: Client, trace: Trace
) -> None:
    Account.objects.filter(pk=nurse.pk).update(
        created=timezone.now() - dt.timedelta(days=200), last_login=timezone.now() - dt.timedelta(days=100)
    )
    assert client.post(LOGIN, {"login": "n.martin", "password": PASSWORD}).status_code == 403
    assert "unused" in {entry.rule for entry in trace() if entry.action is Action.LOGIN_FAILURE}
    person("i.reopen", "it-administrator")
    person("s.reopen", "security-officer")
    asks = Who(account="i.reopen", profession="it-administrator", session="", acr="aal2")
    agrees = Who(account="s.reopen", profession="security-officer", session="", acr="aal2")
    approvals.approve(agrees, approvals.propose_grant(asks, "n.martin", ["nurse"], "t").sequence, "t")
    nurse.refresh_from_db()
    assert not unused(nurse, timezone.now())
    client.post(LOGIN, {"login": "n.martin", "password": PASSWORD})
    client.post("/accounts/factors/authenticate/", {"code": code()})
    assert "_auth_user_id" in client.session


@pytest.mark.parametrize(
    ("username", "display"),
    [
        ("infirmiere.garde", ""),
        ("stagiaire1", ""),
        ("urgences", ""),
        ("admin", ""),
        ("user", "User"),
        ("interne_nuit-2", ""),
        ("poste.soins.3", ""),
        ("nurse01", ""),
        ("x.y", "Infirmière de garde"),
        ("secretariat", "Secrétariat de cardiologie"),
    ],
)
def test_a17_a_name_that_is_nobodys_own_is_refused_with_the_reason(username: str, display: str) -> None:
    assert generic(username, display)
    row = {"username": username, "display_name": display, "professions": ["nurse"]}
    taken = registry.load(json.dumps([row]).encode())
    assert [(reject.username, "every person has an account" in reject.reason) for reject in taken.rejects] == [
        (username, True)
    ]
    assert not Account.objects.filter(username=username).exists()


@pytest.mark.parametrize(
    ("username", "display"),
    [("r.garde", "Rose Garde"), ("n.martin", "Nadia Martin"), ("l.adam", ""), ("j.nuit", "Jean Nuit"), ("i.admin", "")],
)
def test_people_whose_names_are_words_keep_them(username: str, display: str) -> None:
    assert not generic(username, display)


def test_a_service_may_have_the_name_of_its_post() -> None:
    row = {"username": "laboratory", "professions": ["interface-service"], "service": True}
    assert registry.load(json.dumps([row]).encode()).rejects == ()


def test_rights_are_looked_at_once_a_year(session_of: SessionOf, officer: Account, night: Account) -> None:
    open_session = session_of(officer, "security-officer")
    assert "c.night" in open_session.get(REVIEW).content.decode()
    open_session.post("/accounts/people/c.night/review/", {"keep": "1"})
    assert "c.night" not in open_session.get(REVIEW).content.decode()
    assert "c.night" in open_session.get(f"{REVIEW}?all=1").content.decode()
    Review.objects.update(at=timezone.now() - dt.timedelta(days=366))
    assert "c.night" in {line.username for line in reviews.lines(only_due=True)}


def test_the_command_reports_whose_rights_nobody_has_looked_at(night: Account) -> None:
    told = json.loads(CliRunner().invoke(app, ["review", "--json"], catch_exceptions=False).stdout)
    [row] = [one for one in told if one["username"] == "c.night"]
    assert (row["professions"], row["units"], row["due"], row["reviewed"]) == (["nurse"], ["CARD"], True, None)


def test_a15_what_is_withdrawn_stops_at_once(
    session_of: SessionOf, officer: Account, night: Account, trace: Trace
) -> None:
    at_work = session_of(night)
    assert at_work.get(PAGE).status_code == 200
    session_of(officer, "security-officer").post("/accounts/people/c.night/review/", {"withdraw": "nurse"})
    assert at_work.get(PAGE).headers["Location"].startswith(LOGIN)
    assert not AccountProfession.objects.filter(account=night).exists()
    assert Action.REVOKE in {entry.action for entry in trace()}


def test_a_unit_is_withdrawn_at_once(session_of: SessionOf, officer: Account, night: Account) -> None:
    session_of(officer, "security-officer").post("/accounts/people/c.night/review/", {"withdraw": "unit:CARD"})
    assert not Membership.objects.filter(account=night, until=None).exists()


@pytest.mark.parametrize("profession", ["nurse", "physician", "it-administrator", "dim-physician"])
def test_a15_nobody_else_reviews(session_of: SessionOf, night: Account, profession: str) -> None:
    open_session = session_of(person(f"r.{profession}", profession), profession)
    assert open_session.get(REVIEW).status_code == 403
    assert open_session.post("/accounts/people/c.night/review/", {"withdraw": "nurse"}).status_code == 403
    assert AccountProfession.objects.filter(account=night).exists()


def test_a15_nobody_reviews_themselves(session_of: SessionOf, officer: Account) -> None:
    answer = session_of(officer, "security-officer").post("/accounts/people/s.officer/review/", {"keep": "1"})
    assert answer.status_code == 403
    assert not Review.objects.exists()


def test_a15_withdrawing_asks_for_a_fresh_proof(session_of: SessionOf, officer: Account, night: Account) -> None:
    answer = session_of(officer, "security-officer", 400).post(
        "/accounts/people/c.night/review/", {"withdraw": "nurse"}
    )
    assert "/accounts/reauthenticate/" in answer.headers["Location"]
    assert AccountProfession.objects.filter(account=night).exists()


def test_a11_a_privileged_person_with_a_code_alone_is_shown_the_way_to_a_key(client: Client) -> None:
    with_credentials(person("o.code", "security-officer"))
    client.post(LOGIN, {"login": "o.code", "password": PASSWORD})
    client.post("/accounts/factors/authenticate/", {"code": code()})
    assert client.get("/accounts/locks/").headers["Location"].startswith("/accounts/profession/")
    refused = client.post("/accounts/profession/", {"profession": "security-officer"})
    assert (refused.status_code, "webauthn/add" in refused.content.decode()) == (403, True)
    assert "webauthn/add" in client.get("/accounts/stronger/").content.decode()
