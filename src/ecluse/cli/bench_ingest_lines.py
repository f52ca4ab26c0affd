"""Synthetic logs for ``ecluse bench ingest``: the same for the same number of lines. Nobody is described."""

import gzip
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

START = datetime(2025, 3, 3, 7, tzinfo=UTC)
ACCOUNTS, PATIENTS = 211, 49_999
A_SECOND = 3
DEEDS = ("Consultation", "Consultation", "Modification", "Impression", "Recherche")
MAP = """
delimiter = ";"
time = "%d/%m/%Y %H:%M:%S"
[columns]
at = "Date"
account = "Agent"
patient = "IPP"
deed = "Action"
device = "Poste"
address = "IP"
[deeds]
"Consultation" = "read"
"Modification" = "write"
"Impression" = "print"
"Recherche" = "search"
"""
CARE_MAP = """
table = "care"
kind = "appointment"
delimiter = ";"
[columns]
at = "from"
until = "to"
patient = "IPP"
account = "Agent"
"""
PARQUET_MAP = MAP.replace('delimiter = ";"\ntime = "%d/%m/%Y %H:%M:%S"', 'time = "%d/%m/%Y %H:%M:%S"')
AUDIT_EVENT = {
    "resourceType": "AuditEvent",
    "type": {"system": "http://terminology.hl7.org/CodeSystem/audit-event-type", "code": "rest"},
    "subtype": [{"system": "http://hl7.org/fhir/restful-interaction", "code": "read"}],
    "action": "R",
    "outcome": "0",
    "source": {"observer": {"display": "bench"}},
}
ATNA = (
    "<85>1 {at} bench.example record 1 IHE+DICOM - <AuditMessage><EventIdentification EventActionCode='R' "
    "EventDateTime='{at}' EventOutcomeIndicator='0'><EventID csd-code='110110' originalText='Patient Record' "
    "codeSystemName='DCM'/></EventIdentification><ActiveParticipant UserID='{account}' UserIsRequestor='true' "
    "NetworkAccessPointID='10.0.0.{host}' NetworkAccessPointTypeCode='2'/><AuditSourceIdentification "
    "AuditSourceID='bench'/><ParticipantObjectIdentification ParticipantObjectID='{patient}' "
    "ParticipantObjectTypeCode='1' ParticipantObjectTypeCodeRole='1'><ParticipantObjectIDTypeCode csd-code='2' "
    "originalText='Patient Number' codeSystemName='RFC-3881'/></ParticipantObjectIdentification></AuditMessage>"
)
DUMP = """CREATE TABLE `log_access_medical_object` (
  `access_id` int(11) unsigned NOT NULL, `user_id` int(11) unsigned NOT NULL, `datetime` datetime NOT NULL,
  `object_id` int(11) unsigned NOT NULL, `object_class` varchar(80) NOT NULL, `group_id` int(11) unsigned NOT NULL,
  PRIMARY KEY (`access_id`)
);
"""
INSERTED = 1000


class Line:
    """What the line with a number says: the same in every format."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.at = START + timedelta(seconds=number // A_SECOND)
        self.account = f"bench-{number * 7 % ACCOUNTS}"
        self.patient = number * 7919 % PATIENTS
        self.deed = DEEDS[number % len(DEEDS)]
        self.host = number * 7 % ACCOUNTS


def csv_line(line: Line) -> str:
    """Return a row of a French export."""
    words = (f"{line.at:%d/%m/%Y %H:%M:%S}", line.account, f"{line.patient:07}", line.deed)
    return ";".join((*words, f"PC{line.host}", f"10.0.0.{line.host}", "soins"))


def care_line(line: Line) -> str:
    """Return a row of a table of appointments."""
    return f"{line.at:%Y-%m-%d %H:%M:%S};{line.at:%Y-%m-%d};{line.patient:07};{line.account}-{line.number}"


def nginx_line(line: Line) -> str:
    """Return a line of a combined log: a third pages of a patient, a third FHIR, a third pictures and screens."""
    targets = (
        f"/index.php?m=dPpatients&tab=vw_full_patients&patient_id={line.patient}",
        f"/fhir/Observation?patient=Patient/{line.patient}&_count=50",
        f"/modules/style/app.{line.host}.css"
        if line.number % 2
        else f"/index.php?m=system&a=about&token=x{line.number}",
    )
    target = targets[line.number % len(targets)]
    when = f"{line.at:%d/%b/%Y:%H:%M:%S} +0000"
    return f'10.0.0.{line.host} - {line.account} [{when}] "GET {target} HTTP/1.1" 200 512 "-" "Mozilla/5.0 (X11)"'


def audit_event_line(line: Line) -> str:
    """Return an AuditEvent, R4, as one line of NDJSON."""
    who = {"identifier": {"value": line.account}}
    agents = [{"who": who, "requestor": True, "network": {"address": f"10.0.0.{line.host}", "type": "2"}}]
    role = {"system": "http://terminology.hl7.org/CodeSystem/object-role", "code": "1"}
    entity = [{"what": {"reference": f"Patient/{line.patient}"}, "role": role}]
    own = {"id": str(line.number), "recorded": line.at.isoformat(), "agent": agents, "entity": entity}
    return json.dumps({**AUDIT_EVENT, **own})


def atna_line(line: Line) -> str:
    """Return an ATNA message with its syslog header, on one line."""
    at = f"{line.at:%Y-%m-%dT%H:%M:%SZ}"
    return ATNA.format(at=at, account=line.account, host=line.host, patient=line.patient)


def dump_rows(count: int) -> Iterator[str]:
    """Yield a Mediboard table of views as mysqldump writes it."""
    yield DUMP
    for first in range(1, count + 1, INSERTED):
        rows = (
            f"({number},{line.host + 1},'{line.at:%Y-%m-%d %H:00:00}',{line.patient + 1},'CSejour',1)"
            for number in range(first, min(first + INSERTED, count + 1))
            for line in [Line(number)]
        )
        yield f"INSERT INTO `log_access_medical_object` VALUES {','.join(rows)};\n"  # noqa: S608 - a dump to be read


def by_line(header: str, one: Callable[[Line], str]) -> Callable[[Path, int], None]:
    """Return what writes a log of so many lines."""

    def write(file: Path, count: int) -> None:
        with file.open("w", encoding="utf-8") as out:
            out.write(header)
            out.writelines(one(Line(number)) + "\n" for number in range(count))

    return write


CSV_HEADER = "Date;Agent;IPP;Action;Poste;IP;Motif\n"
write_csv = by_line(CSV_HEADER, csv_line)


def write_packed(file: Path, count: int) -> None:
    """Write the CSV, packed with gzip."""
    write_csv(file, count)
    file.write_bytes(gzip.compress(file.read_bytes(), 1))


def write_parquet(file: Path, count: int) -> None:
    """Write the same table as Parquet."""
    write_csv(file, count)
    text = arrow_csv.ConvertOptions(column_types=dict.fromkeys(CSV_HEADER.strip().split(";"), pa.string()))
    rows = arrow_csv.read_csv(file, parse_options=arrow_csv.ParseOptions(delimiter=";"), convert_options=text)
    pq.write_table(rows, file)


def write_dump(file: Path, count: int) -> None:
    """Write the Mediboard dump."""
    with file.open("w", encoding="utf-8") as out:
        out.writelines(dump_rows(count))
