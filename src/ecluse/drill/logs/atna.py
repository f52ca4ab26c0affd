"""The world's log as IHE ATNA audit messages, one a line: DICOM PS3.15 A.5 XML in syslog of RFC 5424 (IHE ITI-20).

Codes: DICOM PS3.16 CID 400 and 401; what these have no word for (a print, a history, a whole record, a report) is
a patient's record read, with an event type of the software's own.

Left out: how many patients a list or a search displayed, and which of the two it was; the workstation, where the
address is known (one access point a message); the session; rights taken away rather than given (DICOM says "changed");
and what else happened to accounts. Each access is one message; an object's name is its number again.
"""

from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from ecluse.core.events import Access, AccountAct, AccountEvent, Deed, Event
from ecluse.drill.logs.timeline import Logged, instant, timeline
from ecluse.drill.world.world import SOURCE, World

FILE = "accesses.syslog"
HEADER = "<85>1 {at} dpi.example.org DPI-FICTIF - IHE+RFC-3881 - \ufeff"  # security, notice
OWN = "urn:ecluse:drill"
RECORD = '<EventID csd-code="110110" codeSystemName="DCM" originalText="Patient Record"/>'
QUERY = '<EventID csd-code="110112" codeSystemName="DCM" originalText="Query"/>'
EXPORT = '<EventID csd-code="110106" codeSystemName="DCM" originalText="Export"/>'
ALERT = '<EventID csd-code="110113" codeSystemName="DCM" originalText="Security Alert"/>'
SIGN_IN = '<EventID csd-code="110114" codeSystemName="DCM" originalText="User Authentication"/>'
SUCCESS, SERIOUS = "0", "8"
IP, NAME = "2", "1"


def _type(code: str, words: str, system: str = "DCM") -> str:
    return f'<EventTypeCode csd-code="{code}" codeSystemName="{system}" originalText="{words}"/>'


def _own(word: str) -> str:
    return RECORD + _type(word, word.capitalize(), OWN)


DEEDS = {
    Deed.READ: ("R", RECORD),
    Deed.HISTORY: ("R", _own("history")),
    Deed.SEARCH: ("E", QUERY),
    Deed.LIST: ("E", QUERY),
    Deed.PRINT: ("R", _own("print")),
    Deed.EVERYTHING: ("R", _own("everything")),
    Deed.WRITE: ("U", RECORD),
    Deed.CREATE: ("C", RECORD),
    Deed.DELETE: ("D", RECORD),
    Deed.EXPORT: ("R", EXPORT),
    Deed.REPORT: ("R", _own("report")),
    Deed.BREAK_GLASS: ("E", ALERT + _type("110127", "Emergency Override Started")),
}
ACTS = {
    AccountAct.LOGIN: (SUCCESS, SIGN_IN + _type("110122", "Login")),
    AccountAct.LOGIN_FAILURE: (SERIOUS, SIGN_IN + _type("110122", "Login")),
    AccountAct.LOGOUT: (SUCCESS, SIGN_IN + _type("110123", "Logout")),
    AccountAct.GRANT: (SUCCESS, ALERT + _type("110136", "Security Roles Changed")),
    AccountAct.LOG_OFF: (SUCCESS, ALERT + _type("110133", "Audit Recording Stopped")),
}
SERVER = (
    '<ActiveParticipant UserID="dpi-fictif" UserIsRequestor="false">'
    '<RoleIDCode csd-code="110150" codeSystemName="DCM" originalText="Application"/></ActiveParticipant>'
    f'<AuditSourceIdentification AuditEnterpriseSiteID="{SOURCE}" AuditSourceID="dpi-fictif">'
    '<AuditSourceTypeCode csd-code="4" codeSystemName="DCM" originalText="Application Server Process"/>'
    "</AuditSourceIdentification>"
)


def write(world: World, folder: Path, more: Iterable[Event] = ()) -> list[Path]:
    """Write the log of ``world``, with ``more`` events laid over it, into ``folder``; return the file."""
    path = folder / FILE
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for one in timeline(world, more):
            if told := message(one):
                file.write(HEADER.format(at=_at(one)) + told + "\n")
    return [path]


def message(one: Logged) -> str:
    """Return the AuditMessage of ``one``, empty where such a log has none."""
    if isinstance(one, Access):
        letter, kind = DEEDS[one.deed]
        told = _told(one, letter, SUCCESS, kind, one.account)
        return told + (_thing(one.patient, "1", "2", "Patient Number") if one.patient else "") + "</AuditMessage>"
    if one.act not in ACTS:
        return ""
    outcome, kind = ACTS[one.act]
    whom = _thing(one.account, "6", "11", "User Identifier") if one.by else ""
    return _told(one, "E", outcome, kind, one.by or one.account) + whom + "</AuditMessage>"


def _told(one: Logged, letter: str, outcome: str, kind: str, account: str) -> str:
    return (
        f'<AuditMessage><EventIdentification EventActionCode="{letter}" EventDateTime="{_at(one)}" '
        f'EventOutcomeIndicator="{outcome}">{kind}</EventIdentification>'
        f'<ActiveParticipant UserID={quoteattr(account)} UserIsRequestor="true"{_point(one)}/>{SERVER}'
    )


def _at(one: Access | AccountEvent) -> str:
    return instant(one.at).isoformat(timespec="milliseconds")


def _point(one: Access | AccountEvent) -> str:
    point, kind = (one.address, IP) if one.address else (one.device, NAME)
    return f' NetworkAccessPointID={quoteattr(point)} NetworkAccessPointTypeCode="{kind}"' if point else ""


def _thing(name: str, role: str, kind: str, words: str) -> str:
    return (
        f"<ParticipantObjectIdentification ParticipantObjectID={quoteattr(name)} "
        f'ParticipantObjectTypeCode="1" ParticipantObjectTypeCodeRole="{role}">'
        f'<ParticipantObjectIDTypeCode csd-code="{kind}" codeSystemName="RFC-3881" originalText="{words}"/>'
        f"<ParticipantObjectName>{escape(name)}</ParticipantObjectName></ParticipantObjectIdentification>"
    )
