"""What stops a session that is already open, with its very next request."""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from ecluse.accounts import approvals, middleware, workstation
from ecluse.accounts.approvals import place_lock
from ecluse.accounts.models import Account, AccountProfession
from ecluse.accounts.testing import PASSWORD, code, person, sign_in, with_credentials
from ecluse.core.words import Action, Decision, Grade, TargetKind
from ecluse.safe.client import SafeUnavailableError
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Checked, Ruled, Who

PAGE = "/accounts/sessions/"
ENROL = "/accounts/factors/first/"
SessionOf = Callable[..., Client]
Trace = Callable[[], list[Entry]]


def lock(officer: Account, kind: TargetKind, target: str) -> Ruled:
    who = Who(account=officer.username, profession="security-officer", session="", acr="aal2")
    return place_lock(who, (kind, target), "Call 4455", "test")


def test_an_open_session_sees_its_page(nurse: Account, session_of: SessionOf) -> None:
    assert session_of(nurse).get(PAGE).status_code == 200


def test_a2_a_lock_on_the_account_stops_its_open_session(officer: Account, session_of: SessionOf) -> None:
    aide = person("locked.aide", "aide")
    open_session = session_of(aide)
    assert open_session.get(PAGE).status_code == 200
    assert lock(officer, TargetKind.ACCOUNT, "locked.aide").decision is Decision.ALLOW
    page = open_session.get(PAGE)
    assert page.status_code == 403
    assert "Call 4455" in page.content.decode()
    assert "security officer" in page.content.decode()


def test_a_locked_person_can_still_sign_out(officer: Account, session_of: SessionOf) -> None:
    open_session = session_of(person("locked.clerk", "admissions"))
    lock(officer, TargetKind.ACCOUNT, "locked.clerk")
    assert open_session.post("/accounts/logout/").status_code == 302
    assert "_auth_user_id" not in open_session.session


def test_a2_a_locked_account_does_not_come_in_again(officer: Account, client: Client, trace: Trace) -> None:
    account = person("locked.doctor", "physician")
    account.set_password(PASSWORD)
    account.save()
    lock(officer, TargetKind.ACCOUNT, "locked.doctor")
    answer = client.post("/accounts/login/", {"login": "locked.doctor", "password": PASSWORD})
    assert answer.status_code == 403
    assert "locked" in {entry.rule for entry in trace() if entry.action is Action.LOGIN_FAILURE}


def test_a_lock_on_the_session_stops_that_one_only(officer: Account, nurse: Account, session_of: SessionOf) -> None:
    stolen, own = session_of(nurse), session_of(nurse)
    lock(officer, TargetKind.SESSION, stolen.session.session_key or "")
    assert stolen.get(PAGE).status_code == 403
    assert own.get(PAGE).status_code == 200


def test_a_lock_on_the_workstation_stops_who_uses_it(officer: Account, nurse: Account, session_of: SessionOf) -> None:
    there, elsewhere = session_of(nurse), session_of(nurse)
    lock(officer, TargetKind.WORKSTATION, there.session[workstation.SESSION])
    assert there.get(PAGE).status_code == 403
    assert elsewhere.get(PAGE).status_code == 200


def test_a4_an_account_that_ends_stops_its_open_session(nurse: Account, session_of: SessionOf) -> None:
    open_session = session_of(nurse)
    nurse.ends = timezone.localdate() - dt.timedelta(days=1)
    nurse.save()
    assert open_session.get(PAGE).headers["Location"].startswith("/accounts/login/")


def test_a1_a_session_without_second_factor_reaches_only_enrolment(client: Client) -> None:
    sign_in(client, person("new.nurse", "nurse"), second_factor=False)
    for page in (PAGE, "/accounts/profession/", "/accounts/password/", "/accounts/factors/", "/accounts/approvals/"):
        assert client.get(page).headers.get("Location") == ENROL, page
    assert client.get(ENROL).status_code == 200


def test_a_profession_that_the_register_lacks_shows_nothing(session_of: SessionOf) -> None:
    account = person("not.enrolled", enrol=False)
    AccountProfession.objects.create(account=account, profession="nurse")
    assert session_of(account, "nurse").get(PAGE).status_code == 403


def test_somebody_without_profession_is_asked_for_one(session_of: SessionOf) -> None:
    open_session = session_of(person("no.profession", enrol=False))
    assert open_session.get(PAGE).headers["Location"].startswith("/accounts/profession/")
    assert open_session.get("/accounts/profession/").status_code == 200


def test_a3_nothing_is_shown_when_the_safe_is_gone(
    nurse: Account, session_of: SessionOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_session = session_of(nurse)
    monkeypatch.setattr(middleware, "the_safe", gone)
    page = open_session.get(PAGE)
    assert page.status_code == 503
    assert "127.0.0.1" not in page.content.decode()


def test_one_can_sign_out_when_the_safe_is_gone(
    nurse: Account, session_of: SessionOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_session = session_of(nurse)
    monkeypatch.setattr(middleware, "the_safe", gone)
    monkeypatch.setattr("ecluse.accounts.bridge.the_safe", gone)
    open_session.post("/accounts/logout/")
    assert "_auth_user_id" not in open_session.session


def test_a3_nobody_signs_in_when_the_safe_is_gone(
    nurse: Account, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.post("/accounts/login/", {"login": nurse.username, "password": PASSWORD})
    monkeypatch.setattr("ecluse.accounts.bridge.the_safe", gone)
    assert client.post("/accounts/factors/authenticate/", {"code": code()}).status_code == 503
    assert "_auth_user_id" not in client.session


def test_a4_a_session_carried_to_another_browser_proves_itself_there(nurse: Account, session_of: SessionOf) -> None:
    victim, thief = session_of(nurse), Client()
    thief.cookies["session"] = victim.cookies["session"].value
    answer = thief.get(PAGE)
    assert answer.headers["Location"] == f"/accounts/reauthenticate/?next={PAGE.replace('/', '%2F')}"


def test_a_forged_device_cookie_is_not_believed(nurse: Account, session_of: SessionOf) -> None:
    open_session = session_of(nurse)
    key = open_session.session[workstation.SESSION]
    open_session.cookies["device"] = f"{key}:forged"
    assert open_session.get(PAGE).status_code == 302


def test_a4_a_session_ends_after_twelve_hours(nurse: Account, session_of: SessionOf) -> None:
    open_session = session_of(nurse)
    moved(open_session, middleware.STARTED, -12 * 3600 - 1)
    assert open_session.get(PAGE).headers["Location"].startswith("/accounts/login/")


def test_a4_a_session_left_alone_for_an_hour_ends(nurse: Account, session_of: SessionOf) -> None:
    open_session = session_of(nurse)
    open_session.get(PAGE)
    moved(open_session, middleware.SEEN, -3601)
    assert open_session.get(PAGE).headers["Location"].startswith("/accounts/login/")


def test_a_session_in_use_goes_on(nurse: Account, session_of: SessionOf) -> None:
    open_session = session_of(nurse)
    open_session.get(PAGE)
    moved(open_session, middleware.SEEN, -3000)
    assert open_session.get(PAGE).status_code == 200
    assert open_session.session[middleware.SEEN] > time.time() - 5


def test_the_lock_of_one_officer_suffices_and_of_a_nurse_does_not(nurse: Account) -> None:
    who = Who(account="n.martin", profession="nurse", session="", acr="aal2")
    assert place_lock(who, (TargetKind.ACCOUNT, "i.admin"), "x", "test").decision is Decision.REFUSE


LIFT = "/accounts/approvals/unlock/"


def everything_locked(officer: Account, dpo: Account) -> Iterator[None]:
    """Lock the whole establishment, as one officer may; lift it afterwards whatever the test did."""
    lock(officer, TargetKind.ESTABLISHMENT, "")
    try:
        yield
    finally:
        first = Who(account=officer.username, profession="security-officer", session="", acr="aal2")
        second = Who(account=dpo.username, profession="dpo", session="", acr="aal2")
        if any(kind == "establishment" for kind, *_rest in approvals.locks()):
            asked = approvals.propose_unlock(first, TargetKind.ESTABLISHMENT, "*", "t")
            approvals.approve(second, asked.sequence, "t")


@pytest.fixture
def dpo() -> Account:
    return person("d.dpo", "dpo")


@pytest.fixture
def locked_down(officer: Account, dpo: Account) -> Iterator[None]:
    yield from everything_locked(officer, dpo)


def test_a7_two_people_lift_the_lock_of_the_whole_establishment_on_its_pages(
    officer: Account, dpo: Account, session_of: SessionOf, locked_down: None
) -> None:
    first, second = session_of(officer, "security-officer"), session_of(dpo, "dpo")
    closed = first.get("/")
    assert closed.status_code == 403
    assert LIFT in closed.content.decode()
    assert first.post(LIFT, {"kind": "establishment", "target": "*"}).status_code == 302
    who = Who(account=dpo.username, profession="dpo", session="", acr="aal2")
    [wait] = [one for one in approvals.waiting(who).to_decide if one.proposal.target_kind is TargetKind.ESTABLISHMENT]
    assert second.post(f"/accounts/approvals/{wait.sequence}/", {"answer": "approve"}).status_code == 302
    assert not [kind for kind, *_rest in approvals.locks() if kind == "establishment"]
    assert first.get(PAGE).status_code == 200


@pytest.mark.parametrize("page", ["/", PAGE, "/accounts/people/", "/accounts/approvals/grant/", "/accounts/locks/"])
def test_a7_a_locked_establishment_shows_nothing_else_to_its_officers(
    officer: Account, session_of: SessionOf, locked_down: None, page: str
) -> None:
    assert session_of(officer, "security-officer").get(page).status_code == 403


def test_a7_a_locked_establishment_lets_no_carer_near_the_approvals(
    nurse: Account, session_of: SessionOf, locked_down: None
) -> None:
    for page in ("/accounts/approvals/", LIFT, "/accounts/reauthenticate/", "/accounts/profession/"):
        assert session_of(nurse, "nurse").get(page).status_code == 403


def test_a7_an_approver_locked_in_person_lifts_nothing(
    officer: Account, dpo: Account, session_of: SessionOf, locked_down: None
) -> None:
    spare = person("d.spare", "dpo")
    by = Who(account=officer.username, profession="security-officer", session="")
    placed = place_lock(by, (TargetKind.ACCOUNT, "d.spare"), "x", "t")
    assert placed.decision is Decision.ALLOW
    assert session_of(spare, "dpo").get("/accounts/approvals/").status_code == 403


def test_a7_an_officer_still_signs_in_to_a_locked_establishment_and_a_nurse_does_not(
    officer: Account, nurse: Account, client: Client, locked_down: None
) -> None:
    with_credentials(officer)
    answer = client.post("/accounts/login/", {"login": nurse.username, "password": PASSWORD})
    assert answer.status_code == 403
    answer = client.post("/accounts/login/", {"login": officer.username, "password": PASSWORD})
    assert answer.headers["Location"].startswith("/accounts/factors/authenticate/")


def test_a2_whoever_opened_a_planted_record_is_not_told_that_it_was_one(
    session_of: SessionOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    thief = session_of(person("fooled.aide", "aide"))
    told = Checked(lock="decoy", registered=True)
    monkeypatch.setattr(middleware, "the_safe", lambda: SimpleNamespace(call=lambda _request: told))
    page = thief.get(PAGE)
    assert page.status_code == 403
    assert "planted" not in page.content.decode()
    assert "Your account or workstation is locked." in page.content.decode()


def moved(client: Client, key: str, seconds: int) -> None:
    session = client.session
    session[key] = int(time.time()) + seconds
    session.save()


def gone() -> None:
    raise SafeUnavailableError("The safe cannot be reached.")


def test_a_mild_lock_asks_an_open_session_to_prove_itself_anew(officer: Account, session_of: SessionOf) -> None:
    aide = person("graded.aide", "aide")
    browser = session_of(aide, "aide", age=60)
    assert browser.get(PAGE).status_code == 200
    who = Who(account=officer.username, profession="security-officer", session="", acr="aal2")
    placed = place_lock(who, (TargetKind.ACCOUNT, aide.username), "odd", "test", grade=Grade.STEP_UP)
    assert placed.decision is Decision.ALLOW, placed
    asked = browser.get(PAGE)
    assert (asked.status_code, asked["Location"].partition("?")[0]) == (302, "/accounts/reauthenticate/")
    time.sleep(1.1)
    assert session_of(aide, "aide").get(PAGE).status_code == 200
