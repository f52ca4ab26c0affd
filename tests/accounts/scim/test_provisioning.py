"""SCIM 2.0: what an identity system may do to accounts, and what it may not."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from ecluse.accounts import tokens
from ecluse.accounts.approvals import all_waiting
from ecluse.accounts.models import Account, AccountProfession, Membership, Provisioned, Unit
from ecluse.accounts.scim.models import RIGHTS, STAFF
from ecluse.accounts.services.bound import tied
from ecluse.accounts.services.testing import Answer
from ecluse.accounts.testing import Bound, person, sign_in
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Who

Trace = Callable[[], list[Entry]]
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class Scim:
    """The identity system of a hospital."""

    def __init__(self, bound: Bound) -> None:
        self.bound = bound

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        url = f"/scim/v2/{path}"
        proved = self.bound.headers(method, url.partition("?")[0])
        text = json.dumps(body) if body is not None else ""
        return Client().generic(method, url, text, content_type="application/scim+json", headers={**proved, **headers})

    def make(self, name: str, **more: object) -> Any:  # noqa: ANN401
        body = {"schemas": [USER, STAFF], "userName": name, "displayName": name.title(), "active": True, **more}
        answer = self.ask("POST", "Users", body)
        assert answer.status_code == 201, answer.json()
        return answer.json()

    def patch(self, path: str, *operations: dict[str, object]) -> Answer:
        return self.ask("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)})


@pytest.fixture
def account() -> Account:
    return person("hr.system", "provisioning-service", service=True)


@pytest.fixture
def scim(account: Account) -> Scim:
    return Scim(Bound(account, "scim"))


def rules(trace: Trace) -> list[str]:
    return [entry.rule for entry in trace()]


def test_a_person_is_made_and_found_again(scim: Scim) -> None:
    made = scim.make(
        "m.durand", externalId="HR-77", emails=[{"value": "m.durand@chu.local"}], password="Secret-of-the-idp-1"
    )
    found = scim.ask("GET", 'Users?filter=userName%20eq%20"m.durand"').json()
    assert (found["totalResults"], found["Resources"][0]["id"]) == (1, made["id"])
    assert made["externalId"] == "HR-77"
    assert "emails" not in made
    account = Account.objects.get(username="m.durand")
    assert not account.has_usable_password()


def test_p1_active_false_ends_an_open_session_with_the_next_request_and_revokes_tokens(
    scim: Scim, trace: Trace
) -> None:
    nurse = person("n.scim", "nurse")
    Provisioned.objects.create(account=nurse)
    browser = sign_in(Client(), nurse)
    assert browser.get("/accounts/sessions/").status_code == 200
    done = scim.patch(f"Users/{nurse.pk}", {"op": "replace", "path": "active", "value": False})
    assert (done.status_code, done.json()["active"]) == (200, False)
    assert browser.get("/accounts/sessions/").status_code == 302
    assert {"account-stopped", "token-revoked"} <= set(rules(trace))


def test_p1_a_replacement_that_says_inactive_stops_too(scim: Scim) -> None:
    nurse = person("n.replaced", "nurse")
    Provisioned.objects.create(account=nurse)
    browser = sign_in(Client(), nurse)
    body = {"schemas": [USER], "userName": nurse.username, "displayName": "N", "active": False}
    assert scim.ask("PUT", f"Users/{nurse.pk}", body).status_code == 200
    assert browser.get("/accounts/sessions/").status_code == 302


def test_p1_taking_a_user_away_stops_it_and_keeps_its_account(scim: Scim) -> None:
    made = scim.make("t.away")
    assert scim.ask("DELETE", f"Users/{made['id']}").status_code == 204
    assert scim.ask("GET", f"Users/{made['id']}").status_code == 404
    assert not Account.objects.get(username="t.away").is_active


def test_p1_the_tokens_of_a_stopped_service_open_nothing() -> None:
    service = person("old.feed", "interface-service", service=True)
    bound = Bound(service)
    tokens.revoke(service)
    assert tokens.holder(tied(bound.token, bound.possession.thumbprint)) is None


def test_p2_a_profession_is_proposed_never_granted(scim: Scim, account: Account) -> None:
    made = scim.make("d.asked", roles=[{"value": "physician"}])
    told = made[RIGHTS]
    assert "waits for a second person" in told["proposal"]
    assert told["proposed"] == ["physician"]
    assert "roles" not in made
    assert not AccountProfession.objects.filter(account__username="d.asked").exists()
    who = Who(account=account.username, profession="provisioning-service", session="")
    assert [wait.by for wait in all_waiting(who) if wait.proposal.account == "d.asked"] == [account.username]


@pytest.mark.parametrize("word", ["interface-service", "provisioning-service", "director", ""])
def test_p2_a_word_that_is_no_profession_of_people_is_refused(scim: Scim, word: str) -> None:
    body = {"schemas": [USER], "userName": "x.word", "roles": [{"value": word}]}
    assert scim.ask("POST", "Users", body).status_code == 400


def test_p3_accounts_made_elsewhere_are_not_seen_nor_changed(scim: Scim, nurse: Account, account: Account) -> None:
    for other in (nurse, account):
        assert scim.ask("GET", f"Users/{other.pk}").status_code == 404
        assert scim.patch(f"Users/{other.pk}", {"op": "replace", "path": "active", "value": False}).status_code == 404
    assert scim.ask("GET", "Users").json()["totalResults"] == 0
    taken = scim.ask("POST", "Users", {"schemas": [USER], "userName": nurse.username})
    assert (taken.status_code, taken.json()["scimType"]) == (409, "uniqueness")


def test_p3_nobody_else_is_put_into_a_unit(scim: Scim, nurse: Account) -> None:
    members = [{"value": str(nurse.pk)}]
    body = {"schemas": [GROUP], "displayName": "Cardiology", "members": members}
    assert scim.ask("POST", "Groups", body).status_code == 400
    assert not Membership.objects.exists()


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "userName", "value": "i.admin"},
        {"op": "replace", "path": f"{STAFF}:rpps", "value": "10009999999"},
        {"op": "add", "path": f"{STAFF}:rpps", "value": "10009999999"},
        {"op": "replace", "path": f"{RIGHTS}:professions", "value": ["physician"]},
    ],
)
def test_p4_what_identifies_a_person_is_written_once(scim: Scim, operation: dict[str, object]) -> None:
    made = scim.make("r.once", **{STAFF: {"rpps": "10001111111"}})
    answer = scim.patch(f"Users/{made['id']}", operation)
    assert answer.status_code == 400
    account = Account.objects.get(pk=int(made["id"]))
    assert (account.username, account.rpps) == ("r.once", "10001111111")


def test_p4_a_number_is_not_added_later(scim: Scim) -> None:
    made = scim.make("r.later")
    answer = scim.patch(f"Users/{made['id']}", {"op": "add", "path": f"{STAFF}:rpps", "value": "10001111112"})
    assert (answer.status_code, answer.json()["scimType"]) == (400, "mutability")


def test_p5_nobody_comes_in_without_a_token() -> None:
    for path in ("Users", "Groups", "ServiceProviderConfig", "Schemas", "nowhere"):
        assert Client().get(f"/scim/v2/{path}").status_code == 401


def test_p5_a_token_of_another_scope_or_another_profession_is_refused(trace: Trace, account: Account) -> None:
    feed = person("lab.scim", "interface-service", service=True)
    assert Scim(Bound(account, "system/*.crus")).ask("GET", "Users").status_code == 403
    assert Scim(Bound(feed, "scim")).ask("GET", "Users").status_code == 403
    assert [rule for rule in rules(trace) if rule in {"scope", "not-provisioning"}] == ["scope", "not-provisioning"]


def test_p5_a_provisioning_token_reads_no_record(account: Account) -> None:
    bound = Bound(account, "scim")
    assert Client().get("/fhir/Patient/x", headers=bound.headers("GET", "/fhir/Patient/x")).status_code == 403


def test_p5_a_proof_is_needed_each_time(account: Account) -> None:
    bound = Bound(account, "scim")
    headers = bound.headers("GET", "/scim/v2/Users")
    assert Client().get("/scim/v2/Users", headers=headers).status_code == 200
    assert Client().get("/scim/v2/Users", headers=headers).status_code == 401


def test_p5_what_changes_is_traced(scim: Scim, trace: Trace) -> None:
    made = scim.make("t.traced")
    group = scim.ask("POST", "Groups", {"schemas": [GROUP], "displayName": "Night", "members": [{"value": made["id"]}]})
    assert group.status_code == 201
    assert rules(trace)[-3:] == ["account-provisioned", "unit-made", "joins-unit"]


def test_a_member_joins_and_leaves_a_unit(scim: Scim) -> None:
    made = scim.make("u.nit")
    group = scim.ask("POST", "Groups", {"schemas": [GROUP], "displayName": "Day", "externalId": "DAY"}).json()
    path = f"Groups/{group['id']}"
    joined = scim.patch(path, {"op": "add", "path": "members", "value": [{"value": made["id"]}]})
    assert [member["value"] for member in joined.json()["members"]] == [made["id"]]
    scim.patch(path, {"op": "remove", "path": f'members[value eq "{made["id"]}"]'})
    assert Membership.objects.get(unit=Unit.objects.get(code="DAY")).until is not None


def test_pages_are_told_apart(scim: Scim) -> None:
    for number in range(5):
        scim.make(f"p.age{number}")
    told = scim.ask("GET", "Users?startIndex=2&count=2").json()
    assert (told["totalResults"], told["startIndex"], told["itemsPerPage"]) == (5, 2, 2)
    assert [one["userName"] for one in told["Resources"]] == ["p.age1", "p.age2"]
    assert scim.ask("GET", "Users?count=0").json()["Resources"] == []


@pytest.mark.parametrize("text", ['userName co "a"', 'password eq "x"', 'userName eq "a" or active eq true', "x"])
def test_a_filter_that_is_not_offered_is_refused(scim: Scim, text: str) -> None:
    answer = scim.ask("GET", f"Users?filter={text.replace(' ', '%20')}")
    assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidFilter")


@pytest.mark.parametrize(
    "body",
    [
        {"schemas": [USER]},
        {"schemas": [USER], "userName": "Not Good"},
        {"schemas": [USER], "userName": "a.b", "unheardOf": 1},
        {"schemas": [USER, STAFF], "userName": "a.b", STAFF: {"rpps": "12"}},
        {"schemas": [USER, STAFF], "userName": "a.b", STAFF: {"ends": "soon"}},
        [],
    ],
)
def test_a_user_that_may_not_be_is_refused(scim: Scim, body: object) -> None:
    assert scim.ask("POST", "Users", body).status_code == 400
    assert not Provisioned.objects.exists()


def test_the_documents_say_what_is_kept(scim: Scim) -> None:
    assert scim.ask("GET", "ServiceProviderConfig").json()["patch"]["supported"] is True
    assert scim.ask("GET", "ResourceTypes").json()["totalResults"] == 2
    names = [one["name"] for one in scim.ask("GET", f"Schemas/{USER}").json()["attributes"]]
    assert names == ["userName", "displayName", "active", "roles"]
    assert scim.ask("GET", "Schemas/unheard").status_code == 404


def test_p1_a_replacement_that_says_nothing_of_active_does_not_let_a_stopped_person_in_again(scim: Scim) -> None:
    made = scim.make("s.topped")
    scim.patch(f"Users/{made['id']}", {"op": "replace", "path": "active", "value": False})
    body = {"schemas": [USER], "userName": "s.topped", "displayName": "S"}
    assert scim.ask("PUT", f"Users/{made['id']}", body).json()["active"] is False
    scim.patch(f"Users/{made['id']}", {"op": "remove", "path": "active"})
    assert not Account.objects.get(username="s.topped").is_active


def test_p3_a_group_taken_away_loses_its_people_and_stays_for_those_who_lie_there(
    scim: Scim, nurse: Account, trace: Trace
) -> None:
    made = scim.make("u.gone")
    body = {"schemas": [GROUP], "displayName": "Night", "externalId": "N", "members": [{"value": made["id"]}]}
    group = scim.ask("POST", "Groups", body).json()
    unit = Unit.objects.get(code="N")
    Membership.objects.create(account=nurse, unit=unit)
    assert scim.ask("DELETE", f"Groups/{group['id']}").status_code == 204
    assert scim.ask("GET", f"Groups/{group['id']}").status_code == 404
    assert scim.ask("GET", 'Groups?filter=externalId%20eq%20"N"').json()["totalResults"] == 0
    assert [row.account for row in Membership.objects.filter(unit=unit, until=None)] == [nurse]
    assert {"unit-closed", "leaves-unit"} <= set(rules(trace))
    again = scim.ask("POST", "Groups", {"schemas": [GROUP], "displayName": "Night", "externalId": "N"})
    assert (again.status_code, again.json()["id"]) == (201, group["id"])


def test_a_search_by_post_tells_what_is_asked_for_alone(scim: Scim) -> None:
    scim.make("s.ought", externalId="HR-8")
    body = {"filter": 'userName eq "s.ought"', "attributes": ["externalId"]}
    [found] = scim.ask("POST", "Users/.search", body).json()["Resources"]
    assert set(found) == {"id", "schemas", "externalId"}
    [more] = scim.ask("GET", 'Users?filter=userName%20eq%20"s.ought"&excludedAttributes=active').json()["Resources"]
    assert "active" not in more
    assert scim.ask("POST", ".search", {}).status_code == 501
    assert scim.ask("GET", "Users/.search").status_code == 405
