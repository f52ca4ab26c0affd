"""The fast path is never laxer than fhir.resources, and no reason holds a value of the resource."""

import copy
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ecluse.record import r4, validate, vault
from ecluse.record.fhir_types import TYPES, Resource

DATA = Path(__file__).parent.parent / "data" / "fhir"
GOOD: list[Resource] = [
    entry["resource"]
    for name in ("mathilde", "vizcarrondo")
    for entry in vault.decode((DATA / f"{name}.json").read_bytes())["entry"]
]
ODD: list[Any] = [
    "",
    " ",
    "SECRET",
    "a b",
    "a  b",
    " a",
    "2024",
    "2024-02",
    "2024-02-29",
    "2023-02-29",
    "2024-13-01",
    "2024-01-01T10:00",
    "2024-01-01T10:00:00",
    "2024-01-01T10:00:00Z",
    "2024-01-01T24:00:00Z",
    "2024-01-01T10:00:60Z",
    "24:00:00",
    "http://x",
    "x y",
    "Patient/1",
    "urn:uuid:1",
    0,
    -1,
    1,
    1.5,
    2**31,
    2**40,
    1e400,
    True,
    None,
    [],
    {},
    [None],
    ["a", None],
    [[]],
    {"x": 1},
    "QQ==",
    "Q",
    "QQ",
    "a\nb",
    "é",
    "\u0000",
    "x" * 70,
    {"reference": 1},
    {"resourceType": "Patient"},
    [{"resourceType": "Basic"}],
]


def verdicts(resource: Resource) -> tuple[bool, bool]:
    """Return what the fast path and fhir.resources say."""
    raw = json.dumps(resource).encode()
    try:
        r4.DECODER.decode(raw)
        fast = True
    except msgspec.MsgspecError:
        fast = False
    try:
        r4.model_of(resource["resourceType"]).model_validate_json(raw)
        slow = True
    except (ValidationError, ValueError, TypeError, ArithmeticError, AttributeError):
        slow = False
    return fast, slow


def spots(node: object) -> list[tuple[Any, Any]]:
    """Return every place in a resource, as (container, key)."""
    found: list[tuple[Any, Any]] = []
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, value in pairs:
        found += [(node, name), *spots(value)]
    return found


def plain(resource: Resource) -> Resource:
    made: Resource = json.loads(vault.encode(resource))
    return made


@pytest.mark.parametrize("resource", GOOD, ids=lambda one: str(one["resourceType"]))
def test_good_resources_take_the_fast_path(resource: Resource) -> None:
    fast, slow = verdicts(plain(resource))
    assert slow
    assert fast or resource.get("birthDate") == "2024-02-29"


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_what_the_fast_path_accepts_fhir_resources_accepts_too(data: st.DataObject) -> None:
    resource = plain(copy.deepcopy(data.draw(st.sampled_from(GOOD))))
    for _ in range(data.draw(st.integers(1, 2))):
        container, name = data.draw(st.sampled_from(spots(resource)))
        match data.draw(st.sampled_from(["replace", "remove", "add", "double"])):
            case "replace" if name != "resourceType":
                container[name] = copy.deepcopy(data.draw(st.sampled_from(ODD)))
            case "remove" if name != "resourceType":
                del container[name]
            case "add" if isinstance(container, dict):
                names = [
                    "value",
                    "valueString",
                    "valueBoolean",
                    "deceasedBoolean",
                    "_status",
                    "extension",
                    "id",
                    "meta",
                    "x",
                    "text",
                ]
                container[data.draw(st.sampled_from(names))] = copy.deepcopy(data.draw(st.sampled_from(ODD)))
            case "double" if isinstance(container, dict):
                container[name] = [container[name]]
    fast, slow = verdicts(resource)
    assert slow or not fast


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(TYPES)), st.dictionaries(st.text(max_size=12), st.sampled_from(ODD), max_size=4))
def test_no_reason_ever_tells_a_value(kind: str, members: dict[str, Any]) -> None:
    reason = validate.reason_against(json.dumps(members | {"resourceType": kind, "status": "SECRET SECRET  "}).encode())
    assert "SECRET" not in reason


@pytest.mark.parametrize(
    ("resource", "where"),
    [
        ({"resourceType": "Observation", "code": {"text": "x"}}, "Observation"),
        ({"resourceType": "Patient", "brithDate": "1971-05-05"}, "Patient.brithDate"),
        ({"resourceType": "Patient", "birthDate": "1971-02-30"}, "Patient.birthDate"),
        ({"resourceType": "Patient", "birthDate": None}, "Patient.birthDate is empty"),
        ({"resourceType": "Patient", "name": []}, "Patient.name is empty"),
        ({"resourceType": "Patient", "name": [{"family": ""}]}, "Patient.family is empty"),
        ({"resourceType": "Patient", "name": {"family": "x"}}, "Patient.name"),
        ({"resourceType": "Patient", "active": "yes"}, "Patient.active"),
        ({"resourceType": "Patient", "multipleBirthInteger": "2"}, "Patient.multipleBirthInteger"),
        ({"resourceType": "Patient", "deceasedBoolean": True, "deceasedDateTime": "2024"}, "Patient"),
        ({"resourceType": "Patient", "birthDate__ext": {}}, "Patient.birthDate__ext is not known here"),
        ({"resourceType": "Patient", "contained": [{"resourceType": "Patient", "x": 1}]}, "Patient"),
        ({"resourceType": "Patient", "_gender": "2024"}, "Patient cannot be read"),
        ({"resourceType": "Patient", "_gender": "[]"}, "Patient cannot be read"),
        ({"resourceType": "Basic", "code": {"text": "x"}}, "not kept"),
        ({"resourceType": "Bundle", "type": "batch"}, "not kept"),
        ({"resourceType": 7}, "not kept"),
        ({}, "not kept"),
    ],
)
def test_what_is_not_valid_is_refused_with_its_place(resource: Resource, where: str) -> None:
    assert where in validate.reason_against(json.dumps(resource).encode())


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"null", b'"x"', b"{", b"\xff", b'{"resourceType":"Patient"} x', b"[" * 5000]
)
def test_what_is_not_a_json_object_is_refused(text: bytes) -> None:
    assert validate.reason_against(text)


def test_rarities_of_fhir_pass_by_the_slow_path() -> None:
    for resource in (
        {"resourceType": "Patient", "birthDate": "2024-02-29"},
        {"resourceType": "Patient", "_birthDate": {"extension": [{"url": "http://x/unknown", "valueBoolean": True}]}},
        {"resourceType": "Patient", "name": [{"given": [None, "B"], "_given": [{"id": "a"}, None]}]},
    ):
        assert validate.reason_against(json.dumps(resource).encode()) == ""
