"""The shapes of FHIR R4 resources as msgspec structs, built at start from the models of fhir.resources (R4B).

So they cannot drift.

What these structs accept, fhir.resources accepts too: every rule here is as strict as there or stricter. What they
refuse is not yet wrong: primitive extensions (``_birthDate``), nulls in arrays, leap seconds and other rarities are
left to fhir.resources, which has the last word (see ``validate.py``). Decoding through them is some forty times faster.
R4B (4.3.0) has the R4 shape of all the types kept.
"""

import types
import typing
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Annotated, Any

import msgspec
from fhir.resources.R4B import get_fhir_model_class
from fhir_core.fhirabstractmodel import FHIRAbstractModel
from msgspec import UNSET, Meta, UnsetType
from pydantic.fields import FieldInfo

from ecluse.record.fhir_types import TYPES

YEAR = r"(?:1[6-9]|20|21)[0-9]{2}"
MONTH_DAY = r"(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31"
CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?"
ZONE = r"(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])"
DAY = f"{YEAR}-(?:{MONTH_DAY})"
PARTIAL = f"{YEAR}(?:-(?:0[1-9]|1[0-2]))?"
HTTP = r"https?://[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*(?::[0-9]{1,4})?(?:/[A-Za-z0-9._~/-]*)?"
RELATIVE = r"[A-Z][A-Za-z]{2,63}/[A-Za-z0-9.-]{1,64}"


def written(pattern: str) -> Any:  # noqa: ANN401 - a type hint has no better type
    """Return the type of a text that matches the whole of ``pattern``."""
    return Annotated[str, Meta(pattern=rf"\A(?:{pattern})\Z")]


TEXT = Annotated[str, Meta(min_length=1, max_length=1_048_576)]
BIG = 2**31 - 1
PRIMITIVES: dict[str, Any] = {
    "boolean": bool,
    "string": TEXT,
    "markdown": TEXT,
    "xhtml": TEXT,
    "code": written(r"[^\s]+(?: [^\s]+)*"),
    "id": written(r"[A-Za-z0-9.-]{1,64}"),
    "uri": TEXT,
    "canonical": TEXT,
    "url": written(f"{HTTP}|{RELATIVE}"),
    "oid": written(r"urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+"),
    "decimal": float,
    "integer": Annotated[int, Meta(ge=-BIG, le=BIG)],
    "unsignedInt": Annotated[int, Meta(ge=0, le=BIG)],
    "positiveInt": Annotated[int, Meta(ge=1, le=BIG)],
    "date": written(f"{PARTIAL}|{DAY}"),
    "dateTime": written(f"{PARTIAL}|{DAY}(?:T{CLOCK}{ZONE})?"),
    "instant": written(f"{DAY}T{CLOCK}{ZONE}"),
    "time": written(CLOCK),
    "base64Binary": written(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)"),
}
PRIMITIVES["uuid"] = written("(?!)")  # rare: left to fhir.resources
WHOLE: tuple[type, ...] = (int,)
JSON_TYPES: dict[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "integer": WHOLE,
    "unsignedInt": WHOLE,
    "positiveInt": WHOLE,
    "decimal": (int, float, Decimal),
}
BOOLEANS: dict[object, str] = {bool: "boolean"}


class UnknownShapeError(Exception):
    """A field of a model is of a kind this module does not know (a new version of fhir.resources)."""


@cache
def model_of(name: str) -> type[FHIRAbstractModel]:
    """Return the model of fhir.resources for a FHIR type."""
    found: type[FHIRAbstractModel] = get_fhir_model_class(name)
    return found


def fields_of(name: str) -> Iterator[tuple[str, str, FieldInfo]]:
    """Yield name, FHIR name and description of every element of a type, without extensions of primitives."""
    for own, info in model_of(name).model_fields.items():
        if not own.endswith("__ext") and own != "fhir_comments":
            yield own, info.alias or own, info


def shape_of(annotation: object) -> tuple[str, bool]:
    """Return the FHIR type of an annotation and whether it repeats.

    Raises:
        UnknownShapeError: it is neither a primitive nor a type.
    """
    origin, inside = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in {typing.Union, types.UnionType}:
        known = [one for one in inside if one is not types.NoneType]
        return shape_of(known[0])
    if origin is list:
        return shape_of(inside[0])[0], True
    if origin is Annotated:
        marks = (getattr(mark, "__visit_name__", None) for mark in getattr(annotation, "__metadata__", ()))
        found = next((mark for mark in marks if mark), "uuid" if inside[0] is uuid.UUID else "")
    else:
        found = BOOLEANS.get(annotation, "") or name_of(annotation)
    if not found:
        raise UnknownShapeError(str(annotation))
    return str(found), False


def name_of(annotation: object) -> str:
    """Return the FHIR type behind one of the named placeholders of the models."""
    model = getattr(annotation, "get_model_klass", None)
    return str(model().__resource_type__) if model else ""


@cache
def elements(name: str) -> dict[str, str]:
    """Return the FHIR type of each element of a type, by its FHIR name."""
    return {alias: shape_of(info.annotation)[0] for _, alias, info in fields_of(name)}


def loose_json(name: str, node: dict[str, Any]) -> str:
    """Return an element whose JSON type is not FHIR's (a number or a truth value in quotes).

    Which pydantic would convert.
    """
    shapes = elements(name)
    for member, value in node.items():
        kind = shapes.get(member, "")
        for one in value if isinstance(value, list) else [value]:
            if kind in JSON_TYPES and one is not None and type(one) not in JSON_TYPES[kind]:
                return member
            if isinstance(one, dict) and kind not in PRIMITIVES:
                inner = str(one.get("resourceType", "")) if kind == "Resource" else kind
                if inner and (found := loose_json(inner, one)):
                    return f"{member}.{found}"
    return ""


def choices_of(name: str) -> dict[str, tuple[list[str], bool]]:
    """Return the groups of which one element at most may be given (``value[x]``), and whether one must be."""
    groups: dict[str, tuple[list[str], bool]] = {}
    for _, alias, info in fields_of(name):
        extra = info.json_schema_extra
        if isinstance(extra, dict) and extra.get("one_of_many"):
            members, _ = groups.setdefault(str(extra["one_of_many"]), ([], False))
            members.append(alias)
            groups[str(extra["one_of_many"])] = (members, bool(extra.get("one_of_many_required")))
    return groups


def one_at_most(groups: dict[str, tuple[list[str], bool]]) -> Callable[[Any], None]:
    """Return a check that each group has one element at most, or exactly one."""
    checks = [(attrgetter(*map(safe_name, members)), len(members), must) for members, must in groups.values()]

    def check(self: object) -> None:
        for getter, size, must in checks:
            given = size - getter(self).count(UNSET)
            if given > 1 or (must and not given):
                raise ValueError("one of many")

    return check


def safe_name(alias: str) -> str:
    """Return a name Python accepts for an element (``class``, ``for``, ``assert``)."""
    return f"fhir_{alias}"


def required(info: FieldInfo) -> bool:
    """Tell whether an element must be given."""
    extra = info.json_schema_extra
    return info.is_required() or (isinstance(extra, dict) and bool(extra.get("element_required")))


def build(name: str, *, resource: bool) -> None:
    """Build the struct of a type, and those it uses, in this module."""
    struct = f"S{name}"
    if struct in globals():
        return
    globals()[struct] = None
    needed, optional = [], []
    for _, alias, info in fields_of(name):
        kind, many = shape_of(info.annotation)
        if kind == "Resource":
            hint: Any = "SResource"
        elif kind in PRIMITIVES:
            hint = PRIMITIVES[kind]
        else:
            build(kind, resource=False)
            hint = f"S{kind}"
        spelled = spell(hint, many=many)
        if required(info):
            needed.append((safe_name(alias), spelled))
        else:
            optional.append((safe_name(alias), typing.Union[spelled, UnsetType], UNSET))  # noqa: UP007 - built, not written
    groups = choices_of(name)
    globals()[struct] = msgspec.defstruct(
        struct,
        [*needed, *optional],
        module=__name__,
        namespace={"__post_init__": one_at_most(groups)} if groups else {},
        rename=lambda own: own.removeprefix("fhir_"),
        forbid_unknown_fields=True,
        kw_only=True,
        gc=False,
        tag=name if resource else None,
        tag_field="resourceType" if resource else None,
    )


def spell(hint: Any, *, many: bool) -> Any:  # noqa: ANN401 - a type hint has no better type
    """Return a type hint, by name where the struct is not built yet, as a list when the element repeats."""
    one = typing.ForwardRef(hint) if isinstance(hint, str) else hint
    return Annotated[list[one], Meta(min_length=1)] if many else one  # type: ignore[valid-type]


for _type in sorted(TYPES):
    build(_type, resource=True)
SResource = typing.Union[tuple(globals()[f"S{_type}"] for _type in sorted(TYPES))]  # type: ignore[valid-type]  # noqa: UP007
DECODER: msgspec.json.Decoder[Any] = msgspec.json.Decoder(SResource)
