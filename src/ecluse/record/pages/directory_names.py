"""Names of people and places that resources point to without saying how they are called."""

from collections.abc import Iterable, Mapping
from typing import Any

from ecluse.record import directory
from ecluse.record.fhir_types import DIRECTORY_TYPES
from ecluse.safe.protocol import Who

MOST = 200


def names_for(resources: Iterable[Mapping[str, Any]], who: Who, request_id: str) -> dict[str, str]:
    """Return how each directory entry that ``resources`` leave unnamed is called, by its reference (``Type/ref``)."""
    wanted: dict[str, str] = {}
    for resource in resources:
        unnamed(resource, wanted)
    kept = dict(list(wanted.items())[:MOST])
    if not kept:
        return {}
    known = directory.get_many(kept.values(), who, request_id)
    return {reference: directory.label(known[ref]) for reference, ref in kept.items() if ref in known}


def unnamed(node: object, found: dict[str, str]) -> None:
    """Collect references to directory entries that carry no display."""
    if isinstance(node, Mapping):
        reference = node.get("reference")
        if isinstance(reference, str) and "display" not in node:
            kind, _, ref = reference.partition("/")
            if kind in DIRECTORY_TYPES:
                found[reference] = ref
        for value in node.values():
            unnamed(value, found)
    elif isinstance(node, list):
        for value in node:
            unnamed(value, found)
