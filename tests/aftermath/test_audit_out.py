"""Audit out: valid BALP, read back as the same access, closed to all but auditors, sent once and never skipped."""

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import Mock
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.test import Client
from fhir.resources.R4B.auditevent import AuditEvent
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from tests.aftermath.conftest import SITE, Api, Hand, World

from ecluse.accounts.testing import sign_in
from ecluse.core.errors import BadInputError, BrokenWorldError
from ecluse.core.events import Access, AccountEvent, Event
from ecluse.core.home import Audit
from ecluse.core.words import PATIENT_ACTIONS, Action, Compartment, Decision, DutyKind, Ground, Purpose
from ecluse.gate.world import home as world_home
from ecluse.record import trace_index
from ecluse.respond.audit_out import allowance, asking, atna, balp, sending, views
from ecluse.respond.audit_out.kinds import BALP, KINDS
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Note, Who
from ecluse.safe.testing import who
from ecluse.safe.trace_reader import entries, opens
from ecluse.sources import atna as atna_reader
from ecluse.sources import audit_event as audit_event_reader
from ecluse.sources import ecluse_trace
from ecluse.sources.base import Context, Reject, Tally

PATIENT = "0191f3c8a7b67c2e8d3f4a5b6c7d8e9f"
SHOWING = sorted(PATIENT_ACTIONS - {Action.CREATE, Action.BREAK_GLASS})


def entry(action: Action = Action.READ, **more: Any) -> Entry:
    fields: dict[str, Any] = {
        "seq": 4711,
        "at": datetime(2026, 5, 1, 8, 30, 0, 250_000, tzinfo=UTC),
        "salt": "salt",
        "action": action,
        "decision": Decision.ALLOW,
        "rule": "explained",
        "account": "n.martin",
        "profession": "nurse",
        "session": "5e551011",
        "workstation": "ward-3",
        "address": "192.0.2.7",
        "patient": PATIENT,
        "compartments": (Compartment.IDENTITY, Compartment.CLINICAL),
        "purpose": Purpose.TREATMENT,
        "ground": Ground.EXPLAINED,
        "duty": DutyKind.CARE_TEAM,
        "request": "0a1b2c3d4e5f6071",
    }
    return Entry(**(fields | more))


def codes(concept: dict[str, Any]) -> set[str]:
    return {coding["code"] for coding in concept["coding"]}


def agents(event: dict[str, Any], code: str) -> list[dict[str, Any]]:
    return [agent for agent in event["agent"] if code in codes(agent["type"])]


def entities(event: dict[str, Any], type_: str) -> list[dict[str, Any]]:
    return [one for one in event["entity"] if one["type"]["code"] == type_]


def holds_the_slices(event: dict[str, Any], client: str, server: str) -> None:
    """The rules that all Patient* profiles of BALP 1.1 share."""
    assert event["outcome"] == "0"
    assert event["recorded"] == "2026-05-01T08:30:00.250Z"
    assert len(event["subtype"]) >= 1
    for role in (client, server):
        [agent] = agents(event, role)
        assert agent["who"]
        assert agent["network"]["address"]
        assert "media" not in agent
    [patient] = entities(event, "1")
    assert patient["role"]["code"] == "1"
    assert patient["what"] == {"reference": f"Patient/{PATIENT}"}
    [transaction] = entities(event, "XrequestId")
    assert transaction["what"]["identifier"]["value"] == "0a1b2c3d4e5f6071"


@pytest.mark.parametrize("action", sorted(KINDS))
@pytest.mark.parametrize("patient", [PATIENT, ""])
@pytest.mark.parametrize("decision", list(Decision))
def test_r50_every_entry_is_valid_fhir_r4(action: Action, patient: str, decision: Decision) -> None:
    AuditEvent.model_validate(balp.audit_event(entry(action, patient=patient, decision=decision), SITE))
    bare = Entry(seq=1, at=datetime.now(UTC), salt="s", action=action, decision=decision)
    AuditEvent.model_validate(balp.audit_event(bare, SITE))


@pytest.mark.parametrize("action", [Action.READ, Action.HISTORY, Action.PRINT, Action.EVERYTHING])
def test_r50_a_reading_holds_the_slices_of_patient_read(action: Action) -> None:
    event = balp.audit_event(entry(action), SITE)
    holds_the_slices(event, client="110152", server="110153")
    assert event["meta"]["profile"] == [f"{BALP}PatientRead"]
    assert (event["type"]["code"], event["action"]) == ("rest", "R")
    [user] = agents(event, "IRCP")
    assert user["requestor"] is True
    assert user["who"]["identifier"]["value"] == "n.martin"
    assert "network" not in user
    assert "media" not in user
    assert [codes(reason) for reason in user["purposeOfUse"]] == [{"TREAT"}]
    [data] = entities(event, "2")
    assert data["role"]["code"] in {"4", "3", "20"}
    assert data["what"]


@pytest.mark.parametrize("action", [Action.SEARCH, Action.LIST])
def test_r50_a_patient_displayed_by_a_search_holds_the_slices_of_patient_query(action: Action) -> None:
    event = balp.audit_event(entry(action), SITE)
    holds_the_slices(event, client="110153", server="110152")
    assert event["meta"]["profile"] == [f"{BALP}PatientQuery"]
    assert (event["type"]["code"], event["action"]) == ("rest", "E")
    assert "search" in {one["code"] for one in event["subtype"]}
    assert len(agents(event, "IRCP")) == 1
    [query] = entities(event, "2")
    assert query["role"]["code"] == "24"
    assert query["query"]
    assert not {"what", "lifecycle", "detail"} & query.keys()


@pytest.mark.parametrize(
    ("action", "profile", "letter", "user"),
    [
        (Action.CREATE, "PatientCreate", "C", {"AUT", "INF", "CST"}),
        (Action.WRITE, "PatientUpdate", "U", {"AUT", "INF", "CST"}),
        (Action.ERASE, "PatientDelete", "D", {"AUT", "INF", "CST"}),
    ],
)
def test_r50_a_change_holds_the_slices_of_its_profile(
    action: Action, profile: str, letter: str, user: set[str]
) -> None:
    event = balp.audit_event(entry(action), SITE)
    holds_the_slices(event, client="110153", server="110152")
    assert event["meta"]["profile"] == [f"{BALP}{profile}"]
    assert event["action"] == letter
    assert profile.removeprefix("Patient").lower() in {one["code"] for one in event["subtype"]}
    [person] = [agent for agent in event["agent"] if agent["requestor"]]
    assert codes(person["type"]) <= user
    [data] = entities(event, "2")
    assert data["what"]


def test_r50_an_export_holds_the_slices_of_a_disclosure_at_its_source() -> None:
    event = balp.audit_event(entry(Action.EXPORT, purpose=Purpose.LEGAL, approval=9), SITE)
    assert event["meta"]["profile"] == [f"{BALP}PrivacyDisclosure.Source"]
    assert (event["type"]["code"], event["action"]) == ("110106", "R")
    assert "disclose" in {one["code"] for one in event["subtype"]}
    assert [codes(reason) for reason in event["purposeOfEvent"]] == [{"HLEGAL"}]
    [source], [recipient] = agents(event, "110153"), agents(event, "110152")
    assert source["who"] == event["source"]["observer"]  # val-audit-source
    assert source["network"]
    assert recipient["who"]
    assert recipient["network"]
    assert len(event["entity"]) >= 2
    assert len(entities(event, "1")) == 1
    assert "modifierExtension" not in event


@pytest.mark.parametrize("decision", sorted(set(Decision) - {Decision.ALLOW}))
def test_r50_a_refusal_claims_no_profile_of_a_success(decision: Decision) -> None:
    event = balp.audit_event(entry(decision=decision, rule="no-duty", ground=None), SITE)
    assert "profile" not in event.get("meta", {})
    assert event["outcome"] in {"4", "8"}
    assert event["outcomeDesc"] == f"{decision.value}: no-duty"


def test_r50_a_broken_glass_says_so() -> None:
    broken = balp.audit_event(entry(Action.BREAK_GLASS), SITE)
    assert {one["code"] for one in broken["subtype"]} == {"110127"}
    read = balp.audit_event(entry(purpose=Purpose.BREAK_GLASS, ground=Ground.EMERGENCY), SITE)
    assert codes(agents(read, "IRCP")[0]["purposeOfUse"][0]) == {"BTG"}


Reading = Callable[[Path, Entry], list[Event]]


def read_back(reader: ModuleType, path: Path) -> list[Event]:
    rejects: list[Reject] = []
    events = list(reader.read(path, Tally(rejects.append), Context()))
    assert rejects == []
    return events


def told_of(one: Entry) -> Event:
    told = ecluse_trace.told(one)
    assert isinstance(told, tuple)
    return told[0]


def as_fhir(folder: Path, one: Entry) -> list[Event]:
    path = folder / "event.json"
    path.write_text(json.dumps(balp.audit_event(one, SITE)))
    return read_back(audit_event_reader, path)


def as_atna(folder: Path, one: Entry) -> list[Event]:
    path = folder / "event.syslog"
    path.write_bytes(atna.syslog(one, SITE) + b"\n")
    return read_back(atna_reader, path)


@pytest.mark.parametrize("form", [as_fhir, as_atna])
@pytest.mark.parametrize("decision", [Decision.ALLOW, Decision.REFUSE, Decision.JUSTIFY])
@pytest.mark.parametrize("action", SHOWING)
def test_r50_our_own_reader_reads_it_back_as_the_same_access(
    tmp_path: Path, form: Reading, action: Action, decision: Decision
) -> None:
    one = entry(action, decision=decision)
    told = told_of(one)
    [found] = form(tmp_path, one)
    assert isinstance(told, Access)
    assert isinstance(found, Access)
    assert found.account == told.account
    assert found.patient.removeprefix("Patient/") == told.patient
    assert found.at == told.at
    assert found.shown == told.shown == int(opens(one))
    assert found.address == told.address
    if form is as_fhir and action not in {Action.PRINT, Action.EVERYTHING, Action.LIST}:
        assert found.deed is told.deed


@pytest.mark.parametrize("form", [as_fhir, as_atna])
@pytest.mark.parametrize("action", [Action.LOGIN, Action.LOGOUT, Action.LOGIN_FAILURE, Action.GRANT])
def test_r50_what_happened_to_an_account_is_read_back_too(tmp_path: Path, form: Reading, action: Action) -> None:
    one = entry(action, patient="", compartments=(), ground=None, duty=None, purpose=None)
    told = told_of(one)
    [found] = form(tmp_path, one)
    assert isinstance(told, AccountEvent)
    assert isinstance(found, AccountEvent)
    assert (found.account, found.act, found.at) == (told.account, told.act, told.at)


def test_r53_nothing_but_codes_pseudonyms_and_times_goes_out() -> None:
    one = entry(detail="free words", mark="a mark", salt="the-salt", terms=())
    for text in (json.dumps(balp.audit_event(one, SITE)), atna.syslog(one, SITE).decode()):
        for secret in ("free words", "a mark", "the-salt"):
            assert secret not in text


def test_the_syslog_header_is_that_of_rfc_5424_and_iti_20() -> None:
    line = atna.syslog(entry(), SITE)
    assert line.startswith(b"<85>1 2026-05-01T08:30:00.250Z ecluse.local ecluse ")
    assert b" DICOM+RFC3881 - \xef\xbb\xbf<AuditMessage>" in line
    assert atna.counted(b"abc") == b"3 abc"


# The interface


@pytest.fixture
def officer(world: World) -> Api:
    return Api(sign_in(Client(), world.security, "security-officer"))


def test_the_trace_is_found_by_patient_agent_and_date(nurse: Api, officer: Api, world: World) -> None:
    nurse.get(f"Patient/{world.known.ref}")
    ref, account = world.known.ref, world.nurse.username
    for query in (f"patient=Patient/{ref}", f"patient={ref}&agent={account}", f"agent={account}&date=ge2020"):
        found = officer.get(f"AuditEvent?{query}&_count=1000").json()
        Bundle.model_validate(found)
        resources = [one["resource"] for one in found["entry"]]
        assert [one for one in resources if entities_of(one, "1") == [f"Patient/{ref}"] and account in json.dumps(one)]


def entities_of(event: dict[str, Any], type_: str) -> list[str]:
    return [one["what"]["reference"] for one in event.get("entity", []) if one["type"]["code"] == type_]


def test_pages_follow_each_other_and_lose_nothing(nurse: Api, officer: Api, world: World) -> None:
    for _ in range(5):
        nurse.get(f"Patient/{world.known.ref}")
    query = f"AuditEvent?agent={world.nurse.username}"
    whole = [one["resource"]["id"] for one in officer.get(f"{query}&_count=1000").json()["entry"]]
    seen, link = [], f"{query}&_count=2"
    while link:
        page = officer.get(link).json()
        seen += [one["resource"]["id"] for one in page["entry"]]
        following = [one["url"] for one in page["link"] if one["relation"] == "next"]
        link = f"AuditEvent?{urlsplit(following[0]).query}" if following else ""
    assert seen == whole
    assert len(whole) >= 5


@pytest.mark.parametrize(
    "query",
    ["", "patient=x", "date=yesterday", "date=ge2026-13", "agent=a&agent=b", "agent=a&_count=0", "agent=a&name=b"],
)
def test_a_question_that_is_not_one_is_told_so(officer: Api, query: str) -> None:
    found = officer.get(f"AuditEvent?{query}")
    assert found.status_code == 400
    assert found.json()["resourceType"] == "OperationOutcome"


def test_r51_nobody_and_no_carer_reads_the_trace(nurse: Api, service: Api, world: World) -> None:
    assert Api(Client()).get("AuditEvent?agent=a").status_code == 401
    for caller in (nurse, service):
        assert caller.get("AuditEvent?agent=a").status_code == 403


def test_r51_a_service_reads_it_only_when_a_setting_names_it(
    service: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = world_home()
    settings = type(home.settings)(audit=Audit(readers=(world.service.username,)))
    monkeypatch.setattr(views, "home", lambda: type(home)(home.path, settings))
    assert service.get("AuditEvent?agent=a").status_code == 200


def test_r51_each_reading_of_the_trace_is_an_entry_and_each_refusal_too(
    nurse: Api, officer: Api, world: World, trace: Callable[[], list[Entry]]
) -> None:
    officer.get(f"AuditEvent?patient={world.known.ref}")
    nurse.get("AuditEvent?agent=a")
    told = [(one.account, one.rule, one.patient) for one in trace() if one.target == "AuditEvent"]
    assert told == [
        (world.security.username, "trace-read", world.known.ref),
        (world.nurse.username, "audit-not-granted", ""),
    ]


def test_r51_it_is_read_only(officer: Api) -> None:
    assert officer.send("POST", "AuditEvent", {"resourceType": "AuditEvent"}).status_code in {403, 405}


def given(officer: Api, world: World) -> int:
    here = world_home()
    return allowance.given(here.safe, here.trace_index, world.security.username)


def test_r54_more_entries_than_an_hour_allows_are_refused_and_traced(
    nurse: Api, officer: Api, world: World, trace: Callable[[], list[Entry]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        nurse.get(f"Patient/{world.known.ref}")
    query = f"AuditEvent?agent={world.nurse.username}&_count=2"
    assert len(officer.get(query).json()["entry"]) == given(officer, world) == 2
    monkeypatch.setattr(allowance, "PEOPLE_AN_HOUR", 3)
    refused = officer.get(query)
    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")
    assert refused.json()["issue"][0]["code"] == "throttled"
    assert officer.get(f"{query[:-1]}1").status_code == 200
    told = [(one.rule, one.detail) for one in trace() if one.target == "AuditEvent"]
    assert told == [("trace-read", "2"), ("trace-read-cap", ""), ("trace-read", "1")]


def test_r54_asking_again_and_again_does_not_give_more(
    nurse: Api, officer: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allowance, "PEOPLE_AN_HOUR", 5)
    nurse.get(f"Patient/{world.known.ref}")
    answers = [officer.get(f"AuditEvent?agent={world.nurse.username}&_count=1") for _ in range(8)]
    assert [one.status_code for one in answers] == [200] * 5 + [429] * 3


def give(hand: Hand, number: int) -> None:
    """Trace that a page of so many entries was given."""
    hand.call(
        Note(
            who=who("nurse.one"),
            action=Action.LIST,
            decision=Decision.ALLOW,
            rule=allowance.READ,
            target=allowance.TARGET,
            request="page",
            detail=str(number),
        )
    )


def test_r54_what_was_given_more_than_an_hour_ago_does_not_count(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = hand.now
    give(hand, 40)
    hand.now += 3000
    give(hand, 2)

    def given_at(seconds: float) -> int:
        clock = Mock(now=lambda zone: datetime.fromtimestamp(begun + seconds, zone))
        monkeypatch.setattr(trace_index, "datetime", clock)
        return allowance.given(hand.folder, hand.folder / "index", "nurse.one")

    assert [given_at(seconds) for seconds in (3010, 3900, 6700)] == [42, 2, 0]


def test_r54_only_pages_that_were_given_count() -> None:
    page = entry(Action.LIST, rule=allowance.READ, target=allowance.TARGET, detail="7")
    other = entry(Action.LIST, rule=allowance.READ, target="case", detail="9")
    refused = entry(Action.LIST, rule=allowance.FULL, target=allowance.TARGET, detail="5")
    assert allowance.told([page, other, refused, page]) == 14


def test_r54_a_service_may_copy_more_than_a_person_reads(world: World) -> None:
    person_, service_ = (Who(account="a", profession=one, session="s") for one in ("dpo", "interface-service"))
    assert allowance.most(person_) < allowance.most(service_)


def test_r54_the_statement_of_capabilities_tells_of_the_interface(nurse: Api) -> None:
    [told] = [one for one in nurse.get("metadata").json()["rest"][0]["resource"] if one["type"] == "AuditEvent"]
    assert told["interaction"] == [{"code": "search-type"}]
    assert {one["name"] for one in told["searchParam"]} == {one for one in asking.KNOWN if not one.startswith("_")}
    CapabilityStatement.model_validate(nurse.get("metadata").json())


# Sending


class Repository:
    """An audit record repository on UDP or TLS, on this machine."""

    def __init__(self) -> None:
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.udp.settimeout(5)

    @property
    def address(self) -> str:
        return f"udp://127.0.0.1:{self.udp.getsockname()[1]}"

    def received(self, number: int) -> list[bytes]:
        return [self.udp.recv(65_535) for _ in range(number)]


@pytest.fixture
def repository() -> Iterator[Repository]:
    made = Repository()
    yield made
    made.udp.close()


def test_r52_every_signed_entry_is_sent_once_and_the_next_call_goes_on(
    hand: Hand, tmp_path: Path, repository: Repository
) -> None:
    file, audit = tmp_path / "run" / "atna.json", Audit(syslog=repository.address)
    size = len(list(entries(hand.folder)))
    assert sending.send_new(hand.folder, file, audit, SITE) == size
    assert all(line.startswith(b"<85>1 ") for line in repository.received(size))
    assert sending.send_new(hand.folder, file, audit, SITE) == 0
    hand.read(["e" * 32])
    assert sending.send_new(hand.folder, file, audit, SITE) == 0  # durable, but no head covers it yet
    hand.sign()
    assert sending.send_new(hand.folder, file, audit, SITE) == 1
    assert b"e" * 32 in repository.received(1)[0]


def test_r52_a_lost_place_sends_again_and_never_skips(hand: Hand, tmp_path: Path, repository: Repository) -> None:
    file, audit = tmp_path / "atna.json", Audit(syslog=repository.address)
    size = sending.send_new(hand.folder, file, audit, SITE)
    for harm in (b"", b"{", b'{"to":"udp://elsewhere:1","next":99}', b'{"to":"x","next":-1}'):
        file.write_bytes(harm)
        assert sending.send_new(hand.folder, file, audit, SITE) == size


def test_r52_a_repository_that_cannot_be_reached_moves_nothing(hand: Hand, tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        file = tmp_path / "atna.json"
        with pytest.raises(BrokenWorldError):
            sending.send_new(hand.folder, file, Audit(syslog=f"tls://127.0.0.1:{port}"), SITE)
        assert not file.exists()


@pytest.mark.parametrize("address", ["", "http://a:1", "tls://", "syslog.example", "tcp://a:514"])
def test_an_address_that_is_no_repository_is_refused(hand: Hand, tmp_path: Path, address: str) -> None:
    with pytest.raises(BadInputError):
        sending.send_new(hand.folder, tmp_path / "atna.json", Audit(syslog=address), SITE)


def certified(folder: Path) -> Path:
    """Write a certificate of localhost and its key, together."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "localhost.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return file


@contextmanager
def listening(certificate: Path, *, breaks: bool = False) -> Iterator[tuple[int, list[bytes]]]:
    """Listen with TLS on this machine; yield the port, and what came. ``breaks``: reset each connection, unread."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def serve() -> None:
            with suppress(TimeoutError, OSError):
                while True:
                    line, _peer = server.accept()
                    with suppress(OSError), context.wrap_socket(line, server_side=True) as secured:
                        if breaks:
                            secured.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                            continue
                        while data := secured.recv(65_536):
                            received.append(data)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1], received
        server.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def test_r52_a_connection_that_breaks_moves_nothing(hand: Hand, tmp_path: Path) -> None:
    certificate = certified(tmp_path)
    with listening(certificate, breaks=True) as (port, _received):
        file = tmp_path / "atna.json"
        audit = Audit(syslog=f"tls://localhost:{port}", ca=str(certificate))
        with pytest.raises(BrokenWorldError):
            sending.send_new(hand.folder, file, audit, SITE)
        assert not file.exists()


def test_r52_over_tls_the_repository_must_prove_who_it_is(hand: Hand, tmp_path: Path) -> None:
    certificate = certified(tmp_path)
    with listening(certificate) as (port, received):
        trusted = Audit(syslog=f"tls://localhost:{port}", ca=str(certificate))
        unknown = Audit(syslog=f"tls://localhost:{port}")
        file = tmp_path / "atna.json"
        with pytest.raises(BrokenWorldError):
            sending.send_new(hand.folder, file, unknown, SITE)
        size = sending.send_new(hand.folder, file, trusted, SITE)
    whole = b"".join(received)
    assert whole.count(b"<AuditMessage>") == size
    assert whole.split(b" ", 1)[0].isdigit()
