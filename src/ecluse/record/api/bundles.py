"""Bundles (FHIR R4): the result of a search, the history of one resource, everything of one patient."""

from collections.abc import Iterable, Mapping
from typing import Any

Resource = Mapping[str, Any]


def entry(base: str, resource: Resource, mode: str = "match") -> dict[str, Any]:
    """Return one entry of a search result; an outcome tells about the search itself and has no address."""
    if resource["resourceType"] == "OperationOutcome":
        return {"resource": resource, "search": {"mode": "outcome"}}
    url = f"{base}/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": url, "resource": resource, "search": {"mode": mode}}


def searchset(base: str, found: Iterable[Resource], notes: Iterable[Resource] = ()) -> dict[str, Any]:
    """Return a search result, whole: it never has a next page. ``total`` counts matches, not notes."""
    matches = [entry(base, resource) for resource in found]
    entries = matches + [entry(base, note) for note in notes]
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "total": len(matches)}
    if entries:
        bundle["entry"] = entries
    return bundle


def history(base: str, versions: Iterable[Resource], deleted: Iterable[int] = ()) -> dict[str, Any]:
    """Return the versions of one resource, newest first. ``deleted`` are the version numbers that removed it."""
    gone = set(deleted)
    entries = []
    for resource in versions:
        local = f"{resource['resourceType']}/{resource['id']}"
        version = int(resource["meta"]["versionId"])
        if version in gone:
            method, content = "DELETE", {}
        else:
            method, content = ("POST" if version == 1 else "PUT"), {"resource": resource}
        url = resource["resourceType"] if method == "POST" else local
        status = {"POST": "201", "PUT": "200", "DELETE": "204"}[method]
        entries.append(
            {
                "fullUrl": f"{base}/{local}",
                **content,
                "request": {"method": method, "url": url},
                "response": {
                    "status": status,
                    "etag": f'W/"{version}"',
                    "lastModified": resource["meta"]["lastUpdated"],
                },
            }
        )
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "history", "total": len(entries)}
    if entries:
        bundle["entry"] = entries
    return bundle
