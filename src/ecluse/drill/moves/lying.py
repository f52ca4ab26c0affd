"""Lying to the gate: made-up reasons, broken glass, invented second people, forged duties, other people's names."""

import datetime as dt
from typing import Any

import httpx

from ecluse.drill.browser import page
from ecluse.drill.moves.reading import first
from ecluse.drill.resources import RPPS, stamp
from ecluse.drill.thief import Thief, Tip

TRIES = 25
FORGED = 6
HEADERS = (
    {"X-Forwarded-For": "10.0.0.1"},
    {"X-Forwarded-User": "s.robert"},
    {"X-Remote-User": "s.robert"},
    {"X-HTTP-Method-Override": "GET"},
    {"X-Ecluse-Account": "a.moreau"},
    {"X-Purpose-Of-Use": "ETREAT"},
    {"Authorization": "Bearer a.moreau"},
    {"Accept": "text/html"},
    {"HX-Request": "true"},
    {"Forwarded": "for=127.0.0.1"},
)


def reasons(thief: Thief) -> None:
    """Open records nobody explains and answer whatever the gate asks: a reason, an emergency, a second person."""
    for tip in first(thief, TRIES):
        answer = thief.get(f"/patient/{tip.ref}/", "reasons and glass")
        for after in thief.press(answer, "reasons and glass", tip):
            thief.press(after, "reasons and glass", tip)
        follow(thief, answer, tip)


def follow(thief: Thief, answer: httpx.Response, tip: Tip) -> None:
    """Follow the links a refusal offers, and press what stands there."""
    for link in page(answer).links:
        if tip.ref in link or "gate" in link:
            offered = thief.get(str(answer.url.join(link)), "reasons and glass")
            for after in thief.press(offered, "reasons and glass", tip):
                thief.press(after, "reasons and glass", tip)


def reasons_for_services(thief: Thief) -> None:
    """Say why in the request itself."""
    for tip in first(thief, TRIES):
        for name in ("X-Reason", "X-Justification", "X-Break-Glass", "X-Second-Person"):
            thief.get(f"/fhir/Patient/{tip.ref}", "reasons and glass", headers={name: "emergency"})


def headers(thief: Thief) -> None:
    """Claim to be somebody else, or elsewhere."""
    for tip, claims in zip(first(thief, len(HEADERS)), HEADERS, strict=False):
        thief.get(f"/fhir/Patient/{tip.ref}", "headers", headers=claims)
        thief.get(f"/patient/{tip.ref}/", "headers", headers=claims)


def duties(thief: Thief) -> None:
    """Write oneself into the care of strangers, then read them."""
    for tip in first(thief, FORGED):
        for resource in forged(thief, tip):
            thief.write("POST", f"/fhir/{resource['resourceType']}", "forged duties", resource)
        thief.write("PUT", f"/fhir/Patient/{tip.ref}", "forged duties", doctor(thief, tip), **{"If-Match": 'W/"1"'})
        thief.get(f"/fhir/Patient/{tip.ref}", "forged duties")
        thief.get(f"/patient/{tip.ref}/", "forged duties")


def giving(thief: Thief) -> None:
    """Give one's own patients away, and oneself, under another name, other people's."""
    for tip in thief.known.own[:FORGED]:
        record = thief.get(f"/patient/{tip.ref}/", "giving")
        for link in page(record).links:
            if "/gate/give/" in link:
                thief.press(thief.get(str(record.url.join(link)), "giving"), "giving", tip, only="/gate/give/")


def forged(thief: Thief, tip: Tip) -> list[dict[str, Any]]:
    """Return a stay, an appointment, a team and an order that all name the victim or their unit."""
    now = dt.datetime.now(dt.UTC)
    subject = {"reference": f"Patient/{tip.ref}"}
    me = {"identifier": {"system": RPPS, "value": thief.known.victim.rpps}}
    unit = {"identifier": {"system": "urn:ecluse:unit", "value": thief.known.victim.unit}}
    period = {"start": stamp(now - dt.timedelta(hours=1))}
    act = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"}
    return [
        {
            "resourceType": "Encounter",
            "status": "in-progress",
            "class": act,
            "subject": subject,
            "period": period,
            "participant": [{"individual": me}],
            "serviceProvider": unit,
            "location": [{"location": unit}],
        },
        {
            "resourceType": "Appointment",
            "status": "booked",
            "start": stamp(now),
            "end": stamp(now + dt.timedelta(minutes=30)),
            "participant": [{"actor": subject, "status": "accepted"}, {"actor": me, "status": "accepted"}],
        },
        {
            "resourceType": "CareTeam",
            "status": "active",
            "subject": subject,
            "period": period,
            "participant": [{"member": me}, {"member": unit}],
        },
        {
            "resourceType": "ServiceRequest",
            "status": "active",
            "intent": "order",
            "subject": subject,
            "authoredOn": stamp(now),
            "performer": [unit],
        },
    ]


def doctor(thief: Thief, tip: Tip) -> dict[str, Any]:
    """Return a Patient that names the victim as treating doctor."""
    reference = {"identifier": {"system": RPPS, "value": thief.known.victim.rpps}}
    return {"resourceType": "Patient", "id": tip.ref, "generalPractitioner": [reference]}
