"""AuditEvents of every dialect become the same events; what is broken is rejected, and never stops the rest."""

import json
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ecluse.core.events import Access, AccountAct, AccountEvent, Deed, Event
from ecluse.sources import audit_event
from ecluse.sources.base import Context, Reject, Tally

PATIENT = {"type": {"code": "1"}, "role": {"code": "1"}, "what": {"reference": "Patient/TEST-1"}}
USER = {"type": {"coding": [{"code": "IRCP"}]}, "requestor": True, "who": {"reference": "Practitioner/essai"}}
CLIENT = {
    "type": {"coding": [{"code": "110152"}]},
    "requestor": False,
    "who": {"display": "poste-12"},
    "network": {"address": "2001:0db8:0000:0000:0000:0000:0000:0007", "type": "2"},
}
SERVER = {
    "type": {"coding": [{"code": "110153"}]},
    "requestor": False,
    "who": {"reference": "Device/server"},
    "network": {"address": "https://server.example.org/fhir", "type": "5"},
}


def event(**more: Any) -> dict[str, Any]:
    made = {
        "resourceType": "AuditEvent",
        "type": {"code": "rest"},
        "subtype": [{"code": "read"}],
        "action": "R",
        "recorded": "2025-03-04T09:12:45.250Z",
        "outcome": "0",
        "agent": [CLIENT, SERVER, USER],
        "source": {"site": "clinique-fictive", "observer": {"reference": "Device/server"}},
        "entity": [PATIENT, {"type": {"code": "2"}, "what": {"reference": "Observation/5"}}],
    }
    return {key: value for key, value in (made | more).items() if value is not None}


def query(text: str, *, plain: bool = False) -> dict[str, Any]:
    return {
        "type": {"code": "2"},
        "role": {"code": "24"},
        "query": text if plain else b64encode(text.encode()).decode(),
    }


class Found:
    def __init__(self, path: Path, data: bytes | str) -> None:
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        self.rejects: list[Reject] = []
        self.tally = Tally(self.rejects.append)
        self.events = list(audit_event.read(path, self.tally, Context()))

    @property
    def reasons(self) -> list[str]:
        return [reject.reason for reject in self.rejects]


def one(path: Path, **more: Any) -> Access | AccountEvent:
    events = all_of(path, event(**more))
    assert len(events) == 1
    assert isinstance(events[0], Access | AccountEvent)
    return events[0]


def all_of(path: Path, *events: dict[str, Any]) -> list[Event]:
    found = Found(path / "a.ndjson", "\n".join(map(json.dumps, events)))
    assert found.rejects == []
    return found.events


def test_a_read_tells_who_saw_whom_when_and_from_where(tmp_path: Path) -> None:
    assert one(tmp_path) == Access(
        at=datetime(2025, 3, 4, 9, 12, 45, 250_000, UTC),
        account="Practitioner/essai",
        deed=Deed.READ,
        patient="Patient/TEST-1",
        device="poste-12",
        address="2001:db8::7",
        site="clinique-fictive",
        route="read Observation",
        source="a.ndjson",
        row=-1,
    )


@pytest.mark.parametrize(
    ("more", "deed"),
    [
        ({"subtype": [{"code": "vread"}]}, Deed.READ),
        ({"subtype": [{"code": "history-instance"}]}, Deed.HISTORY),
        ({"subtype": [{"code": "create"}], "action": "C"}, Deed.CREATE),
        ({"subtype": [{"code": "update"}], "action": "U"}, Deed.WRITE),
        ({"subtype": [{"code": "patch"}], "action": None}, Deed.WRITE),
        ({"subtype": [{"code": "delete"}], "action": None}, Deed.DELETE),
        ({"subtype": [{"code": "search-type"}], "action": "E"}, Deed.SEARCH),
        ({"type": {"code": "110106"}, "subtype": [{"code": "disclose"}, {"code": "read"}]}, Deed.EXPORT),
        ({"type": {"code": "110107"}, "subtype": [{"code": "disclose"}], "action": "C"}, Deed.CREATE),
        ({"type": {"code": "110113"}, "subtype": [{"code": "110127"}], "action": "E"}, Deed.BREAK_GLASS),
        ({"agent": [USER | {"purposeOfUse": [{"coding": [{"code": "BTG"}]}]}]}, Deed.BREAK_GLASS),
        ({"type": {"code": "110112"}, "subtype": None, "action": "E"}, Deed.SEARCH),
        ({"type": None, "subtype": None, "action": "D"}, Deed.DELETE),
        ({"type": {"code": "unheard"}, "subtype": None, "action": None}, Deed.READ),
    ],
)
def test_codes_and_actions_become_deeds(tmp_path: Path, more: dict[str, Any], deed: Deed) -> None:
    found = one(tmp_path, **more)
    assert isinstance(found, Access)
    assert (found.deed, found.patient, found.shown) == (deed, "Patient/TEST-1", 1)


@pytest.mark.parametrize(
    ("kind", "outcome", "act"),
    [
        ("110122", "0", AccountAct.LOGIN),
        ("110122", "4", AccountAct.LOGIN_FAILURE),
        ("110122", "8", AccountAct.LOGIN_FAILURE),
        ("110123", "0", AccountAct.LOGOUT),
        ("110137", "0", AccountAct.GRANT),
        ("110133", "0", AccountAct.LOG_OFF),
    ],
)
def test_what_happens_to_accounts_is_told(tmp_path: Path, kind: str, outcome: str, act: AccountAct) -> None:
    found = one(tmp_path, type={"code": "110114"}, subtype=[{"code": kind}], outcome=outcome, entity=[])
    assert isinstance(found, AccountEvent)
    assert (found.act, found.account, found.by) == (act, "Practitioner/essai", "")


def test_a_grant_tells_who_got_it_and_who_gave_it(tmp_path: Path) -> None:
    object_ = {"type": {"code": "1"}, "role": {"code": "6"}, "what": {"reference": "Practitioner/other"}}
    found = one(tmp_path, type={"code": "110113"}, subtype=[{"code": "110136"}], entity=[object_])
    assert isinstance(found, AccountEvent)
    assert (found.account, found.by) == ("Practitioner/other", "Practitioner/essai")


@pytest.mark.parametrize("outcome", ["4", "8", "12", 8])
def test_l11_a_refused_access_names_its_patient_and_shows_nothing(tmp_path: Path, outcome: str | int) -> None:
    found = one(tmp_path, outcome=outcome)
    assert isinstance(found, Access)
    assert (found.patient, found.shown) == ("Patient/TEST-1", 0)


def test_a_failed_change_of_an_account_is_no_change(tmp_path: Path) -> None:
    found = Found(tmp_path / "a", json.dumps(event(subtype=[{"code": "110137"}], outcome="8")))
    assert found.events == []
    assert found.tally.skipped["a change of an account that failed"] == 1


def test_an_authorization_decision_is_no_disclosure(tmp_path: Path) -> None:
    found = one(tmp_path, type={"code": "110113"}, subtype=[{"code": "AuthZ-Consent"}], action="E")
    assert isinstance(found, Access)
    assert (found.patient, found.shown) == ("Patient/TEST-1", 0)


def test_an_event_of_several_patients_is_an_access_to_each_once(tmp_path: Path) -> None:
    other = PATIENT | {"what": {"reference": "https://server.example.org/fhir/Patient/TEST-2/_history/3"}}
    found = all_of(tmp_path, event(entity=[PATIENT, other, PATIENT]))
    assert [access.patient for access in found if isinstance(access, Access)] == ["Patient/TEST-1", "Patient/TEST-2"]


@pytest.mark.parametrize("plain", [False, True])
def test_l3_search_words_are_never_kept(tmp_path: Path, plain: bool) -> None:
    found = one(
        tmp_path, subtype=[{"code": "search"}], action="E", entity=[query("Patient?name=secretname", plain=plain)]
    )
    assert isinstance(found, Access)
    assert (found.deed, found.patient, found.shown, found.at_least) == (Deed.SEARCH, "", 0, True)
    assert found.route == "search Patient"
    assert "secretname" not in repr(found)


def test_a_search_for_clinical_resources_of_a_patient_is_a_read(tmp_path: Path) -> None:
    asked = query("GET test.example.org/r4/Observation?patient=TEST-1\nX-Request-Id: 7")
    found = one(tmp_path, subtype=[{"code": "search"}], action="E", entity=[asked, PATIENT])
    assert isinstance(found, Access)
    assert (found.deed, found.patient, found.route) == (Deed.READ, "Patient/TEST-1", "search Observation")


def test_everything_and_export_are_seen_in_the_request_line(tmp_path: Path) -> None:
    asked = query("GET https://server.example.org/fhir/Patient/TEST-9/$everything?_count=100")
    found = one(tmp_path, subtype=[{"code": "operation"}], action="E", entity=[asked])
    assert isinstance(found, Access)
    assert (found.deed, found.patient) == (Deed.EVERYTHING, "Patient/TEST-9")
    found = one(
        tmp_path, subtype=None, action="E", entity=[query("GET https://server.example.org/fhir/Group/7/$export")]
    )
    assert isinstance(found, Access)
    assert (found.deed, found.at_least) == (Deed.EXPORT, True)


def test_the_request_id_ties_the_events_of_one_search_together(tmp_path: Path) -> None:
    tie = {"type": {"code": "XrequestId"}, "what": {"identifier": {"value": "r-1"}}}
    found = one(tmp_path, entity=[PATIENT, tie])
    assert isinstance(found, Access)
    assert found.request == "r-1"


def test_the_id_of_an_event_tells_it_from_another_that_is_alike(tmp_path: Path) -> None:
    found = one(tmp_path, id="e-1")
    assert isinstance(found, Access)
    assert found.request == "e-1"


@pytest.mark.parametrize(
    ("network", "address", "device"),
    [
        ({"address": "10.20.0.31", "type": "2"}, "10.20.0.31", "poste-12"),
        ({"address": "10.20.0.31:5123", "type": "2"}, "10.20.0.31", "poste-12"),
        ({"address": "[2001:DB8::7]:443", "type": "2"}, "2001:db8::7", "poste-12"),
        ({"address": "10.20.0.31, 10.0.0.1", "type": "2"}, "10.20.0.31", "poste-12"),
        ({"address": "poste-soins:8080", "type": "1"}, "", "poste-soins:8080"),
        (None, "", "poste-12"),
    ],
)
def test_an_address_is_an_address_and_a_machine_a_machine(
    tmp_path: Path, network: dict[str, str] | None, address: str, device: str
) -> None:
    found = one(tmp_path, agent=[CLIENT | {"network": network}, SERVER, USER])
    assert (found.address, found.device) == (address, device)


def test_a_client_named_by_its_address_has_that_address(tmp_path: Path) -> None:
    hapi = {"type": {"coding": [{"code": "110152"}]}, "who": {"display": "10.20.0.31"}}
    found = one(tmp_path, agent=[hapi, SERVER, USER])
    assert (found.address, found.device) == ("10.20.0.31", "")


@pytest.mark.parametrize(
    ("agents", "account"),
    [
        ([CLIENT, SERVER], "poste-12"),
        ([SERVER, CLIENT, USER | {"who": {"identifier": {"value": "007"}, "display": "X"}}], "007"),
        ([USER | {"who": {"display": "Essai Un"}}], "Essai Un"),
        ([{"requestor": True, "altId": "login.un", "name": "Essai Un"}], "login.un"),
        ([{"userId": {"value": "stu3"}, "requestor": True}], "stu3"),
        ([{"who": {"reference": "https://server.example.org/fhir/Practitioner/9"}}], "Practitioner/9"),
        ([CLIENT, SERVER, {"type": {"coding": [{"code": "UserOauthAgent"}]}, "requestor": True}], "poste-12"),
        ([{"type": {"coding": [{"code": "PROV"}]}, "who": {"display": "org"}}, USER], "Practitioner/essai"),
    ],
)
def test_the_account_is_the_person_and_else_the_machine_that_asked(
    tmp_path: Path, agents: Sequence[dict[str, Any]], account: str
) -> None:
    assert one(tmp_path, agent=agents).account == account


def test_l3_a_token_is_known_by_a_digest_only(tmp_path: Path) -> None:
    secret = "C187CC480FAC40A0936902D8BC324F5F"
    found = one(tmp_path, agent=[USER | {"policy": [secret]}])
    assert found.session
    assert secret not in repr(found)


def test_r5_is_read_like_r4(tmp_path: Path) -> None:
    r5 = event(
        type=None,
        category=[{"coding": [{"code": "rest"}]}],
        subtype=None,
        code={"coding": [{"code": "read"}]},
        outcome={"code": {"code": "success"}},
        agent=[
            USER,
            {"type": {"coding": [{"code": "110152"}]}, "networkString": "10.20.0.31", "who": {"display": "pc"}},
        ],
        source={"site": {"display": "clinique-fictive"}, "observer": {"display": "x"}},
        patient={"reference": "Patient/TEST-1"},
        entity=[{"what": {"reference": "Observation/5"}, "role": {"coding": [{"code": "4"}]}}],
    )
    found = all_of(tmp_path, r5)[0]
    assert isinstance(found, Access)
    assert (found.deed, found.patient, found.address, found.site, found.shown) == (
        Deed.READ, "Patient/TEST-1", "10.20.0.31", "clinique-fictive", 1,
    )  # fmt: skip


def test_the_early_draft_of_r5_is_read(tmp_path: Path) -> None:
    draft = {
        "resourceType": "AuditEvent",
        "code": {"coding": [{"system": "RadLex", "code": "RID1"}], "text": "Register\npatient"},
        "occurredDateTime": "2032-12-27T14:47:42+01:00",
        "encounter": {"reference": "Encounter/3"},
        "agent": [{"who": {"reference": "Practitioner/4"}}],
    }
    found = all_of(tmp_path, draft)[0]
    assert isinstance(found, Access)
    assert (found.account, found.patient, found.shown, found.route) == ("Practitioner/4", "", 1, "Register patient")
