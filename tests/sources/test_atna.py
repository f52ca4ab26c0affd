"""Audit messages of every dialect and header become events; an attack in XML is refused, and hides no other message."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ecluse.core.errors import BadInputError
from ecluse.core.events import Access, AccountAct, AccountEvent, Deed
from ecluse.sources import atna, reading
from ecluse.sources.atna_split import LONGEST
from ecluse.sources.base import Context, Reject, Tally

XML = '<?xml version="1.0" encoding="UTF-8"?>\n<!-- made for a test -->\n'
RFC5424 = "<85>1 2025-03-04T09:12:45.250+01:00 srv.example.org FICTIF 4411 IHE+RFC-3881 - "
MEDIBOARD = "<105>1 2025-03-05T10:30:00Z - MEDIBOARD - IHE+RFC-3881 - "
OPENEMR = "<13>2025-03-05T08:00:01+00:00 emr.example.org\n"
RFC3164 = "<85>Mar  4 09:12:45 host atna: "
PERSON = (
    '<ActiveParticipant UserID="essai.un" UserIsRequestor="true" NetworkAccessPointID="10.20.0.31" '
    'NetworkAccessPointTypeCode="2"/>'
)
PATIENT = (
    '<ParticipantObjectIdentification ParticipantObjectID="{}^^^&amp;1.2.3&amp;ISO^PI" ParticipantObjectTypeCode="1" '
    'ParticipantObjectTypeCodeRole="1"><ParticipantObjectIDTypeCode {}="2" codeSystemName="RFC-3881"/>'
    "<ParticipantObjectName>ESSAI-SECRET Abricot</ParticipantObjectName></ParticipantObjectIdentification>"
)
USER = (
    '<ParticipantObjectIdentification ParticipantObjectID="{}" ParticipantObjectTypeCode="1" '
    'ParticipantObjectTypeCodeRole="6"><ParticipantObjectIDTypeCode code="11"/></ParticipantObjectIdentification>'
)
MACHINE = (
    '<ActiveParticipant UserID="{}" UserIsRequestor="{}" NetworkAccessPointID="10.40.0.10" '
    'NetworkAccessPointTypeCode="2"><RoleIDCode code="110153"/></ActiveParticipant>'
)


def message(
    event: str = "110110",
    kind: str = "",
    *,
    action: str = "R",
    outcome: str = "0",
    when: str = "2025-03-04T09:12:45+01:00",
    who: str = PERSON,
    things: str = PATIENT.format("TEST-1", "csd-code"),
    code: str = "csd-code",
    words: str = "",
    more: str = "",
) -> str:
    type_code = f'<EventTypeCode {code}="{kind}" codeSystemName="DCM"/>' if kind else ""
    name = "originalText" if code == "csd-code" else "displayName"
    return (
        f'<AuditMessage><EventIdentification EventActionCode="{action}" EventDateTime="{when}" '
        f'EventOutcomeIndicator="{outcome}"><EventID {code}="{event}" {name}="{words}" codeSystemName="DCM"/>'
        f'{type_code}{more}</EventIdentification>{who}<AuditSourceIdentification AuditEnterpriseSiteID="clinique" '
        f'AuditSourceID="dpi"/>{things}</AuditMessage>'
    )


class Found:
    def __init__(self, path: Path, data: str | bytes) -> None:
        file = path / "atna.log"
        file.write_bytes(data.encode() if isinstance(data, str) else data)
        self.rejects: list[Reject] = []
        self.tally = Tally(self.rejects.append)
        self.events = list(atna.read(file, self.tally, Context()))

    @property
    def reasons(self) -> list[str]:
        return [reject.reason for reject in self.rejects]

    @property
    def patients(self) -> list[str]:
        return [event.patient for event in self.events if isinstance(event, Access)]


def one(path: Path, text: str) -> Access | AccountEvent:
    found = Found(path, text)
    assert found.rejects == []
    assert len(found.events) == 1
    assert isinstance(found.events[0], Access | AccountEvent)
    return found.events[0]


@pytest.mark.parametrize("code", ["csd-code", "code"])
@pytest.mark.parametrize("head", ["", XML, RFC5424, RFC5424 + "\ufeff" + XML, RFC3164, "812 " + RFC5424, OPENEMR + XML])
def test_both_spellings_under_any_header_tell_the_same(tmp_path: Path, head: str, code: str) -> None:
    assert one(tmp_path, head + message(code=code, things=PATIENT.format("TEST-1", code))) == Access(
        at=datetime.fromisoformat("2025-03-04T09:12:45+01:00"),
        account="essai.un",
        deed=Deed.READ,
        patient="TEST-1",
        address="10.20.0.31",
        site="clinique",
        route="110110",
        source="atna.log",
        row=-1,
    )


@pytest.mark.parametrize(
    ("event", "kind", "action", "deed"),
    [
        ("110110", "ITI-8", "U", Deed.WRITE),
        ("110110", "", "C", Deed.CREATE),
        ("110110", "", "D", Deed.DELETE),
        ("110106", "ANY", "R", Deed.EXPORT),
        ("110107", "ITI-43", "C", Deed.READ),
        ("110107", "ANY", "C", Deed.CREATE),
        ("110112", "ITI-9", "E", Deed.SEARCH),
        ("110113", "110127", "E", Deed.BREAK_GLASS),
        ("110103", "", "R", Deed.READ),
        ("110105", "", "D", Deed.DELETE),
    ],
)
def test_events_become_deeds(tmp_path: Path, event: str, kind: str, action: str, deed: Deed) -> None:
    found = one(tmp_path, message(event, kind, action=action))
    assert isinstance(found, Access)
    assert (found.deed, found.patient, found.shown) == (deed, "TEST-1", 1)


@pytest.mark.parametrize(
    ("event", "kind", "outcome", "act"),
    [
        ("110114", "110122", "0", AccountAct.LOGIN),
        ("110114", "110122", "4", AccountAct.LOGIN_FAILURE),
        ("110114", "110123", "0", AccountAct.LOGOUT),
        ("110113", "110136", "0", AccountAct.GRANT),
        ("110113", "110133", "0", AccountAct.LOG_OFF),
    ],
)
def test_what_happens_to_accounts_is_told(tmp_path: Path, event: str, kind: str, outcome: str, act: AccountAct) -> None:
    found = one(tmp_path, message(event, kind, outcome=outcome, things=""))
    assert isinstance(found, AccountEvent)
    assert (found.act, found.account, found.address) == (act, "essai.un", "10.20.0.31")


def test_l11_a_failure_names_its_patient_and_shows_nothing(tmp_path: Path) -> None:
    found = one(tmp_path, message(outcome="8"))
    assert isinstance(found, Access)
    assert (found.patient, found.shown) == ("TEST-1", 0)


def test_an_export_of_three_patients_is_three_accesses(tmp_path: Path) -> None:
    things = "".join(PATIENT.format(f"TEST-{number}", "code") for number in (1, 2, 3, 1))
    assert Found(tmp_path, message("110106", things=things)).patients == ["TEST-1", "TEST-2", "TEST-3"]


def test_a_query_without_a_patient_showed_at_least_nobody_known(tmp_path: Path) -> None:
    found = one(tmp_path, message("110112", "ITI-21", action="E", things=""))
    assert isinstance(found, Access)
    assert (found.shown, found.at_least) == (0, True)


def test_the_local_time_of_mediboard_is_not_taken_for_universal_time(tmp_path: Path) -> None:
    found = one(tmp_path, MEDIBOARD + XML + message("110112", "ITI-9", action="E", when="2025-03-05T10:30:00Z"))
    assert found.at == datetime(2025, 3, 5, 10, 30)  # noqa: DTZ001 - the local clock
    found = one(tmp_path, RFC5424 + XML + message(when="2025-03-05T10:30:00Z"))
    assert found.at == datetime(2025, 3, 5, 10, 30, tzinfo=UTC)


def test_openemr_names_its_user_among_the_objects_and_the_address_is_not_the_users(tmp_path: Path) -> None:
    who = MACHINE.format("emr|OpenEMR", "true")
    things = USER.format("nurse-03")
    found = one(
        tmp_path, OPENEMR + XML + message("eventIDcode", code="code", words="Login", who=who, things=things, action="E")
    )
    assert isinstance(found, AccountEvent)
    assert (found.act, found.account, found.address) == (AccountAct.LOGIN, "nurse-03", "")
    things += PATIENT.format("117", "code")
    record = message("eventIDcode", code="code", words="Patient Record", who=who, things=things)
    access = one(tmp_path, OPENEMR + XML + record)
    assert isinstance(access, Access)
    assert (access.deed, access.account, access.patient) == (Deed.READ, "nurse-03", "117")


def test_a_person_comes_before_the_machine_and_lends_its_address(tmp_path: Path) -> None:
    person = '<ActiveParticipant UserID="essai.deux" UserIsRequestor="true"/>'
    found = one(tmp_path, message(who=MACHINE.format("ws", "true") + person))
    assert (found.account, found.address) == ("essai.deux", "10.40.0.10")
    assert one(tmp_path, message(who=MACHINE.format("DPI|CLINIQUE", "true"))).account == "DPI|CLINIQUE"


def test_l3_names_and_queries_are_never_kept(tmp_path: Path) -> None:
    assert "SECRET" not in repr(one(tmp_path, message()))


def test_l1_many_messages_in_one_file_are_told_apart_however_they_follow(tmp_path: Path) -> None:
    texts = [message(things=PATIENT.format(f"T-{number}", "code")) for number in range(6)]
    data = RFC5424 + texts[0] + "\n" + XML + texts[1] + texts[2] + "\n\n" + OPENEMR + XML + texts[3]
    data += (
        "\n<34>1 2025-03-04T09:12:45Z host su - - - a line of another program\n" + RFC3164 + texts[4] + "\0" + texts[5]
    )
    found = Found(tmp_path, data)
    assert found.patients == [f"T-{number}" for number in range(6)]
    assert found.rejects == []
    assert found.tally.skipped == {"a line without an audit message": 1}
    assert found.tally.lines == 7
    assert Found(tmp_path, "<log>\n" + "\n".join(texts) + "\n</log>").patients == found.patients


def test_many_blocks_lose_no_message_at_their_borders(tmp_path: Path) -> None:
    text = "".join(RFC5424 + message(things=PATIENT.format(f"T-{number:05}", "code")) + "\n" for number in range(4000))
    assert Found(tmp_path, text).patients == [f"T-{number:05}" for number in range(4000)]


def test_namespaces_and_prefixes_do_not_hide_a_message(tmp_path: Path) -> None:
    plain = message()
    spaced = plain.replace("<AuditMessage>", '<AuditMessage xmlns="urn:x" xmlns:xsi="urn:y" xsi:z="1">')
    prefixed = plain.replace("</", "</a:").replace("<", "<a:").replace("<a:/a:", "</a:")
    prefixed = prefixed.replace("<a:AuditMessage>", '<a:AuditMessage xmlns:a="urn:x">')
    assert Found(tmp_path, spaced + prefixed).patients == ["TEST-1", "TEST-1"]


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "ascii", "utf-8"])
def test_messages_in_other_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    written = "utf-8" if encoding == "ascii" else encoding  # some declare ASCII and write UTF-8
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + message(who=PERSON.replace("essai.un", "essai.é"))
    found = Found(tmp_path, text.encode(written))
    assert [event.account for event in found.events if isinstance(event, Access)] == ["essai.é"]


ATTACKS = {
    "an outside entity": '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + message(more="&f;"),
    "a thousand laughs": '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>' + message(more="&b;"),
    "a type inside": message(more='<!DOCTYPE x SYSTEM "http://example.org/x.dtd">'),
    "an entity nobody declared": message(more="&f;"),
    "no end of a tag": message().replace("</EventIdentification>", ""),
    "a null character": message(more="\0"),
    "bytes of no encoding": XML.replace("UTF-8", "no-such") + message(),
    "no event": "<AuditMessage><ActiveParticipant UserID='x'/></AuditMessage>",
    "no time": message(when="yesterday"),
    "nobody": message(who=""),
    "no end": message()[:-15],
    "too long": message(more=f"<EventOutcomeDescription>{'x' * LONGEST}</EventOutcomeDescription>"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_l12_an_attack_or_a_broken_message_is_rejected_and_the_next_is_read(tmp_path: Path, attack: str) -> None:
    found = Found(tmp_path, RFC5424 + message() + "\n" + RFC5424 + ATTACKS[attack] + "\n" + RFC5424 + message() + "\n")
    assert found.patients == ["TEST-1", "TEST-1"]
    assert len(found.rejects) == 1
    assert found.rejects[0].line == 2
    assert "root:" not in repr(found.events)
    assert "essai" not in found.rejects[0].text + found.rejects[0].reason


def test_l12_a_thousand_levels_are_no_harm(tmp_path: Path) -> None:
    found = Found(tmp_path, message(more="<a>" * 50_000 + "</a>" * 50_000) + message())
    assert found.patients == ["TEST-1", "TEST-1"]


def test_machines_are_counted_not_judged(tmp_path: Path) -> None:
    found = Found(tmp_path, message("110100", "110120", things="") + message("110113", "110126", things=""))
    assert found.events == []
    assert found.rejects == []
    assert found.tally.skipped.total() == 2


def test_l2_a_file_that_is_mostly_unreadable_is_an_error_that_says_so(tmp_path: Path) -> None:
    file = tmp_path / "atna.log"
    file.write_text("<AuditMessage>&x;</AuditMessage>\n" * 30 + message(), encoding="utf-8")
    with pytest.raises(BadInputError, match="mostly unreadable"):
        reading.events(atna, file)


@pytest.mark.parametrize("data", [b"", b"AuditMessage", b'{"resourceType":"AuditEvent"}', b"a,b\n1,2", b"<x/>"])
def test_other_files_are_not_taken_for_audit_messages(tmp_path: Path, data: bytes) -> None:
    assert atna.sniff(tmp_path / "x", data) == 0
    assert atna.sniff(tmp_path / "x", RFC5424.encode() + message().encode()) >= 90
