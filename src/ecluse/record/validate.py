"""Is this a valid FHIR R4 resource of a type that is kept? Fast path first, fhir.resources has the last word.

Reasons never hold a value of the resource: they name the element and what is wrong with it.
"""

import re

import msgspec
from pydantic import ValidationError

from ecluse.core.errors import BadInputError
from ecluse.record import r4, vault
from ecluse.record.fhir_types import TYPES, Resource

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,49}\Z")
WORDS = {
    "missing": "is missing",
    "model_field_validation.missing": "is missing",
    "extra_forbidden": "is not known here",
    "string_pattern_mismatch": "is not written as it must be",
    "value_error": "is not as it must be",
    "string_type": "must be a text",
    "bool_parsing": "must be true or false",
    "list_type": "must be a list",
}


def check(resource: Resource) -> None:
    """Refuse what is not valid.

    Raises:
        BadInputError: with the reason, in words that hold no value of the resource.
    """
    reason = reason_against(vault.encode(resource))
    if reason:
        raise BadInputError(reason, "Mend the resource: hl7.org/fhir/R4 describes each type.")


def reason_against(raw: bytes) -> str:
    """Return why the JSON text ``raw`` is not a valid resource of a kept type, or an empty string."""
    try:
        r4.DECODER.decode(raw)
    except msgspec.MsgspecError:
        return last_word(raw)
    except RecursionError:
        return "nested too deep"
    return ""


def last_word(raw: bytes) -> str:
    """Ask fhir.resources, after what JSON and FHIR refuse before any model: nulls, names that are no element."""
    try:
        resource = vault.decode(raw)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return "not a JSON object"
    kind = resource.get("resourceType")
    if not isinstance(kind, str) or kind not in TYPES:
        return "this type of resource is not kept"
    odd = odd_member(resource)
    if odd:
        return f"{kind}.{odd}"
    try:
        r4.model_of(kind).model_validate_json(raw)
        loose = r4.loose_json(kind, resource)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        return f"{path(kind, first['loc'])} {WORDS.get(first['type'], 'is wrong (' + first['type'] + ')')}"
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError) as error:
        return f"{kind} cannot be read ({type(error).__name__})"
    return f"{kind}.{loose} is not of the right JSON type" if loose else ""


def odd_member(node: object) -> str:
    """Return a member that FHIR JSON never has: null outside a list, or a name only the models know."""
    if isinstance(node, list):
        return next((found for value in node if (found := odd_member(value))), "")
    if not isinstance(node, dict):
        return ""
    for name, value in node.items():
        if "__" in name or name in {"fhir_comments", "resource_type"}:
            return f"{shown(name)} is not known here"
        if value is None or value in ({}, [], ""):
            return f"{shown(name)} is empty"
        if found := odd_member(value):
            return found
    return ""


def path(kind: str, location: tuple[int | str, ...]) -> str:
    """Return where in the resource, in FHIRPath's manner."""
    text = kind
    for step in location:
        text += f"[{step}]" if isinstance(step, int) else f".{shown(step)}"
    return text


def shown(name: str) -> str:
    """Return a member's name when it looks like one: a sender's own may hold anything."""
    return name if NAME.match(name) else "?"
