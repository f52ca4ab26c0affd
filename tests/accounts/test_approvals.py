"""Four eyes: who may ask, who may be the second person, and what is done only then."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from ecluse.accounts import approvals
from ecluse.accounts.models import Account, AccountProfession
from ecluse.accounts.testing import person
from ecluse.core.words import Action, Decision, ProposalKind, TargetKind
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Wait, Who

WAITING = "/accounts/approvals/"
GRANT = "/accounts/approvals/grant/"
CAP = "/accounts/approvals/cap/"
UNLOCK = "/accounts/approvals/unlock/"
LOCKS = "/accounts/locks/"
SessionOf = Callable[..., Client]
Trace = Callable[[], list[Entry]]


def who(account: Account, profession: str, session: str = "", age: int = 0) -> Who:
    key = session or f"session of {account.username}"
    return Who(account=account.username, profession=profession, session=key, acr="aal2", auth_age=age)


def professions(account: Account) -> set[str]:
    return set(AccountProfession.objects.filter(account=account).values_list("profession", flat=True))


@pytest.fixture
def trainee() -> Account:
    """Somebody who is there and has no profession yet."""
    return person("t.trainee", enrol=False)


@pytest.fixture
def asked(administrator: Account, trainee: Account) -> int:
    """The number of a proposal by the IT administrator: the trainee becomes a nurse."""
    return approvals.propose_grant(who(administrator, "it-administrator"), "t.trainee", ["nurse"], "test").sequence


def test_a_grant_is_done_when_a_second_person_approves(officer: Account, trainee: Account, asked: int) -> None:
    assert professions(trainee) == set()
    assert approvals.approve(who(officer, "security-officer"), asked, "test").decision is Decision.ALLOW
    assert professions(trainee) == {"nurse"}


def test_a7_the_requester_cannot_approve(administrator: Account, trainee: Account, asked: int) -> None:
    ruled = approvals.approve(who(administrator, "it-administrator", session="another"), asked, "test")
    assert ruled.decision is Decision.REFUSE
    assert professions(trainee) == set()


def test_a7_the_requester_cannot_approve_under_another_profession(trainee: Account) -> None:
    both = person("two.hats", "it-administrator", "security-officer")
    asked = approvals.propose_grant(who(both, "it-administrator"), "t.trainee", ["nurse"], "test").sequence
    ruled = approvals.approve(who(both, "security-officer", session="another"), asked, "test")
    assert (ruled.decision, ruled.rule) == (Decision.REFUSE, "same-person")


def test_a7_the_beneficiary_cannot_approve(administrator: Account, officer: Account) -> None:
    asked = approvals.propose_grant(who(administrator, "it-administrator"), "s.officer", ["physician"], "test").sequence
    ruled = approvals.approve(who(officer, "security-officer"), asked, "test")
    assert (ruled.decision, ruled.rule) == (Decision.REFUSE, "beneficiary")
    assert professions(officer) == {"security-officer"}


def test_an_administrator_who_grants_himself_waits_for_another(administrator: Account, officer: Account) -> None:
    me = who(administrator, "it-administrator")
    asked = approvals.propose_grant(me, "i.admin", ["it-administrator", "physician"], "test").sequence
    assert professions(administrator) == {"it-administrator"}
    assert approvals.approve(me, asked, "test").decision is Decision.REFUSE
    assert professions(administrator) == {"it-administrator"}


def test_a40_a_nurse_cannot_be_the_second_person_of_a_grant(nurse: Account, trainee: Account, asked: int) -> None:
    ruled = approvals.approve(who(nurse, "nurse"), asked, "test")
    assert (ruled.decision, ruled.rule) == (Decision.REFUSE, "not-an-approver")
    assert professions(trainee) == set()


def test_a40_a_stale_proof_approves_nothing(officer: Account, trainee: Account, asked: int) -> None:
    ruled = approvals.approve(who(officer, "security-officer", age=3600), asked, "test")
    assert ruled.decision is Decision.STEP_UP
    assert ruled.max_age > 0
    assert professions(trainee) == set()


def test_a40_a_proposal_is_executed_once(officer: Account, asked: int) -> None:
    second = who(officer, "security-officer")
    assert approvals.approve(second, asked, "test").decision is Decision.ALLOW
    ruled = approvals.approve(second, asked, "test")
    assert (ruled.decision, ruled.rule) == (Decision.REFUSE, "no-such-proposal")


def test_a40_a_declined_proposal_is_never_executed(officer: Account, trainee: Account, asked: int) -> None:
    second = who(officer, "security-officer")
    assert approvals.decline(second, asked, "test").decision is Decision.ALLOW
    assert approvals.approve(second, asked, "test").decision is Decision.REFUSE
    assert professions(trainee) == set()


def test_a40_a_proposal_that_never_was_cannot_be_approved(officer: Account) -> None:
    assert approvals.approve(who(officer, "security-officer"), 10**9, "test").decision is Decision.REFUSE


def test_a40_somebody_the_register_does_not_know_approves_nothing(trainee: Account, asked: int) -> None:
    AccountProfession.objects.create(account=trainee, profession="security-officer")
    ruled = approvals.approve(who(trainee, "security-officer"), asked, "test")
    assert ruled.decision is Decision.REFUSE
    assert ruled.rule in {"unregistered", "profession"}


def test_whoever_loses_a_profession_loses_the_open_sessions(
    administrator: Account, officer: Account, session_of: SessionOf
) -> None:
    leaver = person("l.leaver", "nurse")
    open_session = session_of(leaver)
    open_session.get("/accounts/sessions/")
    asked = approvals.propose_grant(who(administrator, "it-administrator"), "l.leaver", [], "test").sequence
    assert open_session.get("/accounts/sessions/").status_code == 200
    approvals.approve(who(officer, "security-officer"), asked, "test")
    assert open_session.get("/accounts/sessions/").status_code in {302, 403}
    assert professions(leaver) == set()


def test_a7_a_lock_is_lifted_by_two_people_only(administrator: Account, officer: Account) -> None:
    person("p.porter", "aide")
    second = person("o.second", "security-officer")
    target = (TargetKind.ACCOUNT, "p.porter")
    approvals.place_lock(who(officer, "security-officer"), target, "wait", "test")
    asked = approvals.propose_unlock(who(officer, "security-officer"), *target, "test").sequence
    assert approvals.approve(who(officer, "security-officer", session="x"), asked, "test").decision is Decision.REFUSE
    assert ("account", "p.porter", "wait") in approvals.locks()
    assert approvals.approve(who(second, "security-officer"), asked, "test").decision is Decision.ALLOW
    assert ("account", "p.porter", "wait") not in approvals.locks()


def test_a_failing_receiver_does_not_hide_that_it_is_done(officer: Account, trainee: Account, asked: int) -> None:
    def fails(**_: object) -> None:
        raise RuntimeError

    approvals.executed.connect(fails)
    try:
        assert approvals.approve(who(officer, "security-officer"), asked, "test").decision is Decision.ALLOW
    finally:
        approvals.executed.disconnect(fails)


def test_other_parts_are_told_what_was_executed(officer: Account, asked: int) -> None:
    told: list[Wait] = []

    def receives(wait: Wait, **_: object) -> None:
        told.append(wait)

    approvals.executed.connect(receives)
    try:
        approvals.approve(who(officer, "security-officer"), asked, "test")
    finally:
        approvals.executed.disconnect(receives)
    assert [(wait.sequence, wait.proposal.kind) for wait in told] == [(asked, ProposalKind.GRANT)]


# Pages


def test_the_inbox_shows_what_one_may_decide(officer: Account, session_of: SessionOf, asked: int) -> None:
    page = session_of(officer).get(WAITING).content.decode()
    assert "t.trainee becomes: Nurse." in page
    assert f"{WAITING}{asked}/" in page


def test_the_inbox_of_a_nurse_does_not_show_grants(nurse: Account, session_of: SessionOf, asked: int) -> None:
    page = session_of(nurse).get(WAITING).content.decode()
    assert "t.trainee" not in page


def test_approving_on_the_page_does_it(officer: Account, trainee: Account, session_of: SessionOf, asked: int) -> None:
    answer = session_of(officer).post(f"{WAITING}{asked}/", {"answer": "approve"})
    assert answer.headers["Location"] == WAITING
    assert professions(trainee) == {"nurse"}


def test_a_stale_session_is_sent_to_prove_itself_and_back(
    officer: Account, trainee: Account, session_of: SessionOf, asked: int
) -> None:
    answer = session_of(officer, age=3600).post(f"{WAITING}{asked}/", {"answer": "approve"})
    assert answer.headers["Location"] == "/accounts/reauthenticate/?next=%2Faccounts%2Fapprovals%2F"
    assert professions(trainee) == set()


def test_looking_at_a_decision_decides_nothing(
    officer: Account, trainee: Account, session_of: SessionOf, asked: int
) -> None:
    assert session_of(officer).get(f"{WAITING}{asked}/", {"answer": "approve"}).status_code == 405
    assert professions(trainee) == set()


def test_a_form_of_another_site_decides_nothing(
    officer: Account, trainee: Account, session_of: SessionOf, asked: int
) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = session_of(officer).cookies
    assert strict.post(f"{WAITING}{asked}/", {"answer": "approve"}).status_code == 403
    assert professions(trainee) == set()


@pytest.mark.parametrize("where", [GRANT, CAP, UNLOCK, LOCKS, "/accounts/people/"])
@pytest.mark.parametrize("profession", ["nurse", "physician", "dim-physician", "admissions", "dpo"])
def test_a9_pages_of_the_office_are_closed_to_others(session_of: SessionOf, profession: str, where: str) -> None:
    account = person(f"one.{profession}", profession)
    assert session_of(account).get(where).status_code == 403


@pytest.mark.parametrize("where", [WAITING, GRANT, CAP, UNLOCK, LOCKS, "/accounts/people/", "/accounts/sessions/"])
def test_pages_are_closed_to_strangers(client: Client, where: str) -> None:
    assert client.get(where).headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("where", [WAITING, GRANT, CAP, UNLOCK, LOCKS, "/accounts/people/?q=n.mar"])
def test_pages_of_the_office_open_to_the_security_officer(
    officer: Account, nurse: Account, session_of: SessionOf, where: str
) -> None:
    assert session_of(officer).get(where).status_code == 200


def test_the_administrator_does_not_place_locks(administrator: Account, nurse: Account, session_of: SessionOf) -> None:
    form = {"kind": "account", "target": "n.martin", "reason": "x", "hours": "0"}
    assert session_of(administrator).post(LOCKS, form).status_code == 403
    assert ("account", "n.martin") not in {lock[:2] for lock in approvals.locks()}


def test_a9_a_refused_page_is_traced(session_of: SessionOf, nurse: Account, trace: Trace) -> None:
    session_of(nurse).get("/accounts/people/")
    refused = [entry for entry in trace() if entry.decision is Decision.REFUSE]
    assert [(entry.account, entry.detail) for entry in refused] == [("n.martin", "accounts_list")]


def test_asking_on_the_page_files_a_proposal(administrator: Account, trainee: Account, session_of: SessionOf) -> None:
    answer = session_of(administrator).post(GRANT, {"account": "t.trainee", "professions": ["aide"]})
    assert answer.headers["Location"] == WAITING
    asked = approvals.waiting(who(administrator, "it-administrator")).asked
    assert asked[-1].proposal.professions == ("aide",)
    assert professions(trainee) == set()


@pytest.mark.parametrize(
    "form",
    [{"account": "nobody", "professions": ["aide"]}, {"account": "t.trainee", "professions": ["king"]}, {}],
    ids=["no such account", "no such profession", "empty"],
)
def test_a_wrong_form_files_nothing(
    administrator: Account, trainee: Account, session_of: SessionOf, trace: Trace, form: dict[str, object]
) -> None:
    assert session_of(administrator).post(GRANT, form).status_code == 422
    assert Action.PROPOSE not in {entry.action for entry in trace()}


def test_a_lock_placed_on_the_page_stops_the_account(officer: Account, session_of: SessionOf) -> None:
    victim = session_of(person("v.victim", "nurse"))
    form = {"kind": "account", "target": "v.victim", "reason": "Stolen badge", "hours": "1"}
    session_of(officer).post(LOCKS, form)
    assert victim.get("/accounts/sessions/").status_code == 403


def test_s4_who_locks_with_an_old_proof_proves_again_who_they_are_and_writes_nothing_twice(
    officer: Account, session_of: SessionOf
) -> None:
    name = person("w.suspect", "nurse").username
    form = {"kind": "account", "target": name, "reason": "Seen at night", "hours": "4"}
    client = session_of(officer, age=90)
    asked = client.post(LOCKS, form)
    assert asked.headers["Location"] == f"/accounts/reauthenticate/?next={quote(LOCKS, safe='')}"
    assert name not in {lock[1] for lock in approvals.locks()}
    page = client.get(LOCKS)
    assert {name: page.context["form"][name].value() for name in form} == {**form, "hours": 4}
    assert client.get(LOCKS).context["form"]["target"].value() == ""
    session_of(officer).post(LOCKS, form)
    assert name in {lock[1] for lock in approvals.locks()}


def test_the_officer_ends_all_sessions_of_an_account_at_once(
    officer: Account, nurse: Account, session_of: SessionOf, trace: Trace
) -> None:
    first, second = opened(session_of(nurse)), opened(session_of(nurse))
    session_of(officer).post("/accounts/people/n.martin/sessions/end/")
    for ended in (first, second):
        assert ended.get("/accounts/sessions/").headers["Location"].startswith("/accounts/login/")
    entry = next(entry for entry in trace() if entry.action is Action.SESSION_END)
    assert (entry.account, entry.target, entry.rule) == ("s.officer", "n.martin", "ended-by-officer")


def test_one_ends_the_other_sessions_and_keeps_this_one(nurse: Account, session_of: SessionOf) -> None:
    here, elsewhere = opened(session_of(nurse)), opened(session_of(nurse))
    here.post("/accounts/sessions/end/", {"session": "others"})
    assert here.get("/accounts/sessions/").status_code == 200
    assert elsewhere.get("/accounts/sessions/").status_code == 302


def test_one_cannot_end_the_session_of_another(nurse: Account, officer: Account, session_of: SessionOf) -> None:
    theirs = opened(session_of(officer))
    row = UserSession.objects.get(user=officer)
    session_of(nurse).post("/accounts/sessions/end/", {"session": str(row.pk)})
    assert theirs.get("/accounts/sessions/").status_code == 200


def opened(client: Client) -> Client:
    assert client.get("/accounts/sessions/").status_code == 200
    return client
