"""Whatever a file holds, a reader of messages ends: every piece is an event, counted as skipped, or rejected."""

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.core.errors import BadInputError
from ecluse.sources import atna, audit_event, care_fhir, care_hl7, ecluse_trace, reading, staff
from ecluse.sources.base import Context, Reader, Tally

EVENT = {
    "resourceType": "AuditEvent", "type": {"code": "rest"}, "recorded": "2025-03-04T09:12:45Z", "action": "R",
    "agent": [{"requestor": True, "who": {"reference": "Practitioner/a"}}],
    "entity": [{"what": {"reference": "Patient/TEST"}, "query": "UGF0aWVudD9uYW1lPWE="}],
}  # fmt: skip
STAY = {
    "resourceType": "Encounter", "subject": {"reference": "Patient/TEST"}, "period": {"start": "2025-03-01"},
    "participant": [{"individual": {"reference": "Practitioner/a"}}],
}  # fmt: skip
MESSAGE = (
    '<85>1 2025-03-04T09:12:45Z h A 1 - - <?xml version="1.0"?><AuditMessage><EventIdentification EventActionCode="R" '
    'EventDateTime="2025-03-04T09:12:45Z" EventOutcomeIndicator="0"><EventID csd-code="110110"/></EventIdentification>'
    '<ActiveParticipant UserID="a"/></AuditMessage>\n'
)
SEEDS: dict[Reader, list[str]] = {
    audit_event: [
        (json.dumps(EVENT) + "\n") * 3,
        json.dumps({"resourceType": "Bundle", "entry": [{"resource": EVENT}] * 3}),
        json.dumps([EVENT, EVENT], indent=1),
    ],
    care_fhir: [
        (json.dumps(STAY) + "\n") * 3,
        json.dumps({"resourceType": "Bundle", "entry": [{"resource": STAY}] * 3}),
    ],
    atna: [MESSAGE * 3],
    care_hl7: ["MSH|^~\\&|A|B|C|D|20250301||ADT^A01|1|P|2.5\rEVN|A01|20250301\rPID|1||7\rPV1|1|I|W1|||||dr\r" * 3],
    staff: ["login;metier;debut\na;Médecin;2020-01-01\n", "dn: uid=a\nobjectClass: person\nuid: a\ntitle:: TcOpZA==\n"],
    ecluse_trace: ['{"seq":1,"at":"2025-03-04T09:12:45Z","salt":"s","action":"login","decision":"allow"}\n' * 3],
}
CASES = [(reader, seed) for reader, seeds in SEEDS.items() for seed in seeds]


@st.composite
def changes(draw: st.DrawFn) -> list[tuple[float, int, bytes]]:
    one = st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=12) | st.sampled_from(PIECES))
    return draw(st.lists(one, max_size=6))


PIECES: Sequence[bytes] = (
    b"{", b"}", b"[", b"]", b'"', b"\\", b"\n", b"\r", b"\0", b"\xff", b"<", b">", b"&x;", b"<!DOCTYPE", b"MSH|", b"|",
    b"^", b"null", b"1e999", b"-", b'{"resourceType":"AuditEvent"}', b"</AuditMessage>", b"<AuditMessage>", b"\x0b",
    b";", b"::",
)  # fmt: skip
NAMES = [f"{reader.STORY.name}-{number}" for number, (reader, _) in enumerate(CASES)]


@pytest.mark.parametrize(("reader", "seed"), CASES, ids=NAMES)
@settings(max_examples=60, deadline=None)
@given(edits=changes())
def test_l1_a_damaged_file_never_breaks_its_reader(
    reader: Reader, seed: str, edits: list[tuple[float, int, bytes]]
) -> None:
    data = bytearray(seed.encode())
    for where, length, put in edits:
        begin = int(where * len(data))
        data[begin : begin + length] = put
    with TemporaryDirectory() as folder:
        file = Path(folder, "file")
        file.write_bytes(data)
        reader.sniff(file, bytes(data[:65536]))
        tally = Tally()
        try:
            events = list(reading.read(reader, file, tally, Context()))
        except BadInputError:
            return
    assert tally.rejected + tally.skipped.total() <= tally.lines
    if reader in (audit_event, atna):
        assert len(events) + tally.rejected + tally.skipped.total() >= tally.lines
