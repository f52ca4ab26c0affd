"""One entry of the trace as an IHE ATNA audit message: DICOM PS3.15 A.5 XML in a syslog message of RFC 5424.

The XML follows the schema of A.5.1: EventIdentification, ActiveParticipant, AuditSourceIdentification,
ParticipantObjectIdentification. The syslog header is that of IHE ITI-20: priority 85, message id ``DICOM+RFC3881``.
"""

import os
import re
from xml.etree import ElementTree as ET

from ecluse.respond.audit_out.balp import Site, instant
from ecluse.respond.audit_out.kinds import Code, kind_of, outcome_of
from ecluse.safe.entry import Entry
from ecluse.safe.notes import b64

PRIORITY = 85  # facility 10 (security), severity 5 (notice)
MESSAGE_ID = "DICOM+RFC3881"
BOM = "\ufeff"
NOT_IN_A_HEADER = re.compile(r"[^!-~]")
IP, NAME = "2", "1"
LONGEST_HOST = 255


def message(entry: Entry, site: Site) -> bytes:
    """Return ``entry`` as the XML of an AuditMessage, UTF-8 without declaration."""
    root = ET.Element("AuditMessage")
    kind = kind_of(entry)
    event = ET.SubElement(
        root,
        "EventIdentification",
        EventActionCode=kind.letter,
        EventDateTime=instant(entry.at),
        EventOutcomeIndicator=outcome_of(entry),
    )
    coded(event, "EventID", kind.dicom)
    for special in (kind.dicom_type,) if kind.dicom_type else kind.subtypes:
        coded(event, "EventTypeCode", special)
    if entry.purpose is not None:
        coded(event, "PurposeOfUse", Code("HL7 v3 ActReason", entry.purpose.value, entry.purpose.value))
    participants(root, entry, site)
    source = ET.SubElement(
        root, "AuditSourceIdentification", AuditEnterpriseSiteID=site.name, AuditSourceID=site.origin
    )
    coded(source, "AuditSourceTypeCode", Code("DCM", "4", "Application Server Process"))
    objects(root, entry)
    return bytes(ET.tostring(root, encoding="utf-8"))


def coded(parent: ET.Element, tag: str, code: Code) -> None:
    """Add a coded value."""
    system = code.system.rpartition("/")[2]
    ET.SubElement(parent, tag, {"csd-code": code.code, "codeSystemName": system, "originalText": code.display})


def participants(root: ET.Element, entry: Entry, site: Site) -> None:
    """Add who did it, with the access point it came from, and the application that answered."""
    account = {"UserID": entry.account or "unknown", "UserIsRequestor": "true"}
    if entry.session:
        account["AlternativeUserID"] = f"session:{entry.session}"
    point = entry.address or entry.workstation
    if point:
        account |= {"NetworkAccessPointID": point, "NetworkAccessPointTypeCode": IP if entry.address else NAME}
    person = ET.SubElement(root, "ActiveParticipant", account)
    if entry.profession:
        coded(person, "RoleIDCode", Code("urn:ecluse:profession", entry.profession, entry.profession))
    server = ET.SubElement(root, "ActiveParticipant", {"UserID": site.origin, "UserIsRequestor": "false"})
    coded(server, "RoleIDCode", Code("DCM", "110150", "Application"))


def objects(root: ET.Element, entry: Entry) -> None:
    """Add the patient by pseudonym, with the categories of data, and what else the act concerned."""
    if entry.patient:
        patient = thing(root, entry.patient, "1", "1", Code("RFC-3881", "2", "Patient Number"))
        for word in entry.compartments:
            ET.SubElement(patient, "ParticipantObjectDetail", type="compartment", value=base64_of(word.value))
    if entry.target:
        thing(root, entry.target, "4", "13", Code("RFC-3881", "12", "URI"))


def thing(root: ET.Element, name: str, type_: str, role: str, id_type: Code) -> ET.Element:
    """Add an object, its type code, and the name that the schema asks for (the pseudonym again: no name is known)."""
    found = ET.SubElement(
        root,
        "ParticipantObjectIdentification",
        ParticipantObjectID=name,
        ParticipantObjectTypeCode=type_,
        ParticipantObjectTypeCodeRole=role,
    )
    coded(found, "ParticipantObjectIDTypeCode", id_type)
    ET.SubElement(found, "ParticipantObjectName").text = name
    return found


def base64_of(text: str) -> str:
    """Return ``text`` as the schema carries values."""
    return b64(text.encode())


def syslog(entry: Entry, site: Site) -> bytes:
    """Return the syslog message (RFC 5424) of an entry."""
    host = NOT_IN_A_HEADER.sub("-", site.origin)[:LONGEST_HOST] or "-"
    header = f"<{PRIORITY}>1 {instant(entry.at)} {host} ecluse {os.getpid()} {MESSAGE_ID} - {BOM}"
    return header.encode() + message(entry, site)


def counted(frame: bytes) -> bytes:
    """Return a frame of a stream: octet counting (RFC 5425, RFC 6587)."""
    return b"%d %s" % (len(frame), frame)
