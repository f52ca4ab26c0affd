"""AuditEvents are found in files of every make; what is broken in one is rejected, and never stops the rest."""

import gzip
import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from ecluse.core.errors import BadInputError
from ecluse.core.events import Access
from ecluse.sources import audit_event, reading
from ecluse.sources.base import Context, Reject, Tally
from ecluse.sources.json_walk import LONGEST
from ecluse.sources.opening import head

PATIENT = {"type": {"code": "1"}, "role": {"code": "1"}, "what": {"reference": "Patient/TEST-1"}}
USER = {"requestor": True, "who": {"reference": "Practitioner/essai"}}


def event(**more: Any) -> dict[str, Any]:
    made = {
        "resourceType": "AuditEvent",
        "type": {"code": "rest"},
        "subtype": [{"code": "read"}],
        "action": "R",
        "recorded": "2025-03-04T09:12:45.250Z",
        "agent": [USER],
        "entity": [PATIENT],
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


def one(path: Path, **more: Any) -> object:
    found = Found(path / "a.ndjson", json.dumps(event(**more)))
    assert found.rejects == []
    return found.events[0]


def bundle(events: Sequence[dict[str, Any]], **more: str) -> dict[str, Any]:
    return {"resourceType": "Bundle", "entry": [{**more, "resource": one} for one in events]}


@pytest.mark.parametrize(
    "pack",
    [
        lambda events: "\n".join(map(json.dumps, events)),
        lambda events: "\r\n".join(map(json.dumps, events)) + "\r\n\r\n",
        json.dumps,
        lambda events: json.dumps(events, indent=2),
        lambda events: json.dumps(bundle(events)),
        lambda events: json.dumps(bundle(events, fullUrl="u"), indent=1),
        lambda events: json.dumps({"entry": bundle(events)["entry"], "total": 3, "resourceType": "Bundle"}),
        lambda events: "\n".join(json.dumps(one, indent=2) for one in events),
        lambda events: "".join(json.dumps(one) for one in events),
        lambda events: "\n".join(json.dumps(bundle([one])) for one in events),
        lambda events: json.dumps([bundle(events)]),
        lambda events: "\ufeff" + json.dumps(events),
        lambda events: "\n".join("server-1  | " + json.dumps(one) for one in events),
    ],
)
def test_l4_any_way_of_packing_resources_holds_the_same_events(
    tmp_path: Path, pack: Callable[[Sequence[dict[str, Any]]], str]
) -> None:
    events = [event(entity=[PATIENT | {"what": {"reference": f"Patient/É-{n}"}}]) for n in range(3)]
    data = pack(events).encode()
    file = tmp_path / "log.gz"
    found = Found(file, gzip.compress(data))
    assert [access.patient for access in found.events if isinstance(access, Access)] == [
        f"Patient/É-{n}" for n in range(3)
    ]
    assert found.rejects == []
    assert found.tally.lines == 3
    assert audit_event.sniff(file, head(file)) >= 90


def test_l2_one_bad_line_never_stops_the_others(tmp_path: Path) -> None:
    good = json.dumps(event())
    bad = [
        good[:-40],
        '{"resourceType":"AuditEvent","agent":7}',
        '{"resourceType":"AuditEvent"',
        b"\xff\xfe{".decode("latin-1"),
    ]
    found = Found(tmp_path / "a", "\n".join([good, *bad[:3], good]))
    assert len(found.events) == 2
    assert [reject.line for reject in found.rejects] == [2, 3, 4]
    assert all("essai" not in reject.text + reject.reason for reject in found.rejects)


def test_a_broken_bundle_gives_what_is_whole(tmp_path: Path) -> None:
    entries = [json.dumps({"resource": event()}) for _ in range(4)]
    entries[1] = entries[1].replace('"action":', '"action" oops')
    found = Found(tmp_path / "a", '{"resourceType":"Bundle","entry":[' + ",".join(entries) + "]}")
    assert len(found.events) == 3
    assert found.reasons == ["not JSON"]


def test_a_bundle_that_was_cut_gives_what_came_before_and_says_so(tmp_path: Path) -> None:
    data = json.dumps({"resourceType": "Bundle", "entry": [{"resource": event()} for _ in range(9)]})
    found = Found(tmp_path / "a", data[: len(data) * 2 // 3])
    assert 5 <= len(found.events) <= 6
    assert len(found.rejects) >= 1
    assert "ends inside" in found.reasons[0]


@pytest.mark.parametrize(
    "shape", ['{"resourceType":"AuditEvent","x":%s}', "[%s]", '{"resourceType":"Bundle","entry":[%s]}']
)
def test_json_nested_without_end_is_rejected(tmp_path: Path, shape: str) -> None:
    found = Found(tmp_path / "a", shape % ("[" * 200_000 + "]" * 200_000) + "\n" + json.dumps(event()))
    assert len(found.events) == 1 or found.rejects
    assert set(found.reasons) <= {"nested too deep", "not JSON", "the file ends inside a bundle"}


def test_a_line_or_entry_without_end_is_rejected_and_the_next_is_read(tmp_path: Path) -> None:
    huge = json.dumps(event(entity=[query("x" * LONGEST)]))
    found = Found(tmp_path / "a", f"{json.dumps(event())}\n{huge}\n{json.dumps(event())}\n")
    assert len(found.events) == 2
    assert [reject.line for reject in found.rejects] == [2]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"recorded": "yesterday"}, "no time"),
        ({"recorded": None}, "no time"),
        ({"recorded": "2025-02-30T00:00:00Z"}, "no time"),
        ({"agent": []}, "nobody"),
        ({"agent": [{"requestor": True}]}, "nobody"),
    ],
)
def test_an_event_without_time_or_actor_is_rejected(tmp_path: Path, more: dict[str, Any], reason: str) -> None:
    found = Found(tmp_path / "a", json.dumps(event(**more)))
    assert found.events == []
    assert reason in found.reasons[0]


def test_nulls_and_numbers_where_text_belongs_are_forgiven(tmp_path: Path) -> None:
    found = one(tmp_path, action=None, outcome=0, subtype=[{"code": "read", "display": None}], id=7, period=None)
    assert isinstance(found, Access)


def test_l1_lines_of_other_logs_and_resources_are_skipped_and_counted(tmp_path: Path) -> None:
    lines = [
        json.dumps(event()),
        '{"level":"INFO","msg":"started"}',
        "plain words",
        json.dumps({"resourceType": "Patient"}),
    ]
    found = Found(tmp_path / "a", "\n".join(lines))
    assert len(found.events) == 1
    assert found.rejects == []
    assert found.tally.skipped.total() == 3


def test_l2_a_file_that_is_mostly_unreadable_is_an_error_that_says_so(tmp_path: Path) -> None:
    file = tmp_path / "a.ndjson"
    file.write_text(
        "\n".join([json.dumps(event()), *['{"resourceType":"AuditEvent","agent":7}'] * 20]), encoding="utf-8"
    )
    with pytest.raises(BadInputError, match="mostly unreadable"):
        reading.events(audit_event, file)


@pytest.mark.parametrize(
    "data", [b"", b"a,b,c\n1,2,3\n", b'{"resourceType":"Patient"}', b"<AuditMessage/>", b"\x00\x01"]
)
def test_other_files_are_not_taken_for_audit_events(tmp_path: Path, data: bytes) -> None:
    assert audit_event.sniff(tmp_path / "a", data) == 0
