"""OpenEMR's ``api_log``: one row for each call of the REST or FHIR API, told by its address (URL).

Whether a call was answered, and with what, is not in it. The URL names patients by uuid.
"""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs

from ecluse.core.events import Access, Deed, Event
from ecluse.sources.fields import number, when
from ecluse.sources.openemr_log import claimed_address
from ecluse.sources.openemr_seals import API
from ecluse.sources.openemr_state import State
from ecluse.sources.openemr_world import World
from ecluse.sources.tables import Part

SOURCE = "openemr/api_log"
API_SEALS = ("api_log", "checksum_api")
UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
METHODS = {"POST": Deed.CREATE, "PUT": Deed.WRITE, "PATCH": Deed.WRITE, "DELETE": Deed.DELETE}
OTHER = re.compile(  # resources that hold nothing of a patient
    r"(?i)(?:facility|practitioner(?:role)?|users?|list|product|insurance_(?:company|type)|version|metadata|organization|"
    r"location|valueset|codesystem|\.well-known|questionnaire|medicationknowledge|device|operationdefinition)"
)


def calls(part: Part, state: State) -> Iterator[Event]:
    """Yield what each call asked for; each row is compared with its checksum on the way."""
    counter = state.counter(SOURCE)
    for row, *values in part.rows("id", *API):
        log, user, patient, client, method, _, url, _, _, created = values
        at = when(created)
        if at is None or not url or not user:
            part.reject(f"row {row} has no time, no user or no URL")
            continue
        at = state.world.clock.here(at)
        counter.saw(number(row), at)
        path, _, query = url.partition("?")
        told = f"Row {row} of api_log (log row {log}, {method} {_route(path)}, {created}) does not fit: it was changed."
        state.seals(API_SEALS).check(number(log), number(row), values, told, at)
        found = asked(method or "GET", path, query, state.world)
        if found is None:
            part.skip("an API call that concerns no patient")
            continue
        deed, named, shown = found
        who = patient if number(patient) else named
        yield Access(
            at,
            state.world.account(user),
            deed,
            who or "",
            shown=1 if who else shown,
            at_least=not who and deed not in METHODS.values(),
            address=claimed_address(client),
            route=f"{method} {_route(path)}",
            request=f"log row {log}",
            source=SOURCE,
            row=number(row),
        )


def _route(path: str) -> str:
    return "/".join("{id}" if UUID.fullmatch(one) or one.isdigit() else one for one in path.split("/"))[:200]


def asked(method: str, path: str, query: str, world: World) -> tuple[Deed, str, int] | None:
    """Return what a call does, to which patient, and how many patients it asked to be shown; None: no patient's."""
    words = [word for word in path.split("/") if word]
    place = next((at for at, word in enumerate(words) if word in {"api", "fhir", "portal"}), -1)
    inside = words[place + 1 :] if place >= 0 else []
    if not inside or OTHER.fullmatch(inside[0]):
        return None
    resource = inside[0].lower()
    fields = parse_qs(query)
    patient = _patient(resource, inside, fields, world)
    if any(word.startswith("$export") for word in inside):
        return Deed.EXPORT, patient, _every(world)
    if any(word.startswith("$everything") for word in inside):
        return Deed.EVERYTHING, patient, 1
    if method.upper() in METHODS:
        return METHODS[method.upper()], patient, 1
    if patient or any(UUID.fullmatch(word) or word.isdigit() for word in inside[1:]):
        return Deed.READ, patient, 1
    count = number((fields.get("_count") or fields.get("_limit") or [""])[0])
    whole = resource == "patient" and not fields
    return (Deed.SEARCH if fields else Deed.LIST), "", _every(world) if whole else max(count, 1)


def _every(world: World) -> int:
    return max(len(world.pids), 1)


def _patient(resource: str, inside: list[str], fields: dict[str, list[str]], world: World) -> str:
    if resource == "patient" and len(inside) > 1:
        one = inside[1]
        return world.patient(one) if UUID.fullmatch(one) else one if one.isdigit() else ""
    for name in ("patient", "subject", "puuid", "pid"):
        if value := (fields.get(name) or [""])[0]:
            found = UUID.search(value)
            return world.patient(found[0]) if found else value if value.isdigit() else ""
    return ""
