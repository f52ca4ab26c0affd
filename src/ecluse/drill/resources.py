"""FHIR R4 resources of one patient. Only the Patient says who it is; each carries the marker of its compartment."""

import base64
import datetime as dt
from typing import Any, NamedTuple

from ecluse.drill.cast import Member, Unit
from ecluse.drill.markers import TEST_OID
from ecluse.drill.patients import Facts

Resource = dict[str, Any]
ESTABLISHMENT = "urn:oid:1.2.250.1.213.1.4.99.1"  # identifiers given by the synthetic establishment
RPPS = "urn:oid:1.2.250.1.71.4.2.1"
TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
ATC = "http://www.whocc.no/atc"
LOINC = "http://loinc.org"
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


class Coded(NamedTuple):
    """A code of a standard system with its words."""

    code: str
    text: str


class Visitable(NamedTuple):
    """Where and when care was given, and by whom."""

    start: dt.datetime
    end: dt.datetime | None
    unit: Unit
    member: Member


def stamp(at: dt.datetime) -> str:
    """Write an instant as FHIR does, to the second, in UTC."""
    return f"{at:%Y-%m-%dT%H:%M:%S}Z"


def patient(who: Facts, treating: Member | None) -> Resource:
    """Return the Patient: identity, contacts and treating doctor in one resource."""
    names: list[Resource] = [{"use": "official", "family": who.birth_name, "given": list(who.given)}]
    if who.used_name:
        names.append({"use": "usual", "family": who.used_name, "given": [who.given[0]]})
    doctor: Resource = {"display": who.town_doctor}
    if treating:
        doctor["reference"] = practitioner_ref(treating)
    found: Resource = {
        "resourceType": "Patient",
        "id": patient_id(who.number),
        "identifier": [
            {
                "use": "official",
                "type": _type("INS-NIR", "NIR", "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203"),
                "system": f"urn:oid:{TEST_OID}",
                "value": who.ins,
            },
            {"use": "usual", "type": _type("PI", "IPP", TYPES), "system": ESTABLISHMENT, "value": who.ipp},
        ],
        "active": True,
        "name": names,
        "telecom": [
            {"system": "phone", "use": "home", "value": who.phone},
            {"system": "phone", "use": "mobile", "value": who.mobile},
            {"system": "email", "value": who.email},
        ],
        "gender": "female" if who.female else "male",
        "birthDate": who.birth.isoformat(),
        "address": [
            {"use": "home", "line": [who.address], "city": who.town, "postalCode": who.postcode, "country": "FR"}
        ],
        "contact": [
            {
                "relationship": [{"text": "personne à prévenir"}],
                "name": {"family": who.relative[1], "given": [who.relative[0]]},
            }
        ],
        "generalPractitioner": [doctor],
    }
    if who.died:
        found["deceasedDateTime"] = stamp(who.died)
    return found


def _type(code: str, text: str, system: str) -> Resource:
    return {"coding": [{"system": system, "code": code}], "text": text}


def patient_id(number: int) -> str:
    """Return the id of a patient in the files of the world (Écluse gives its own at import)."""
    return f"p{number:07d}"


def practitioner_ref(member: Member) -> str:
    """Return the reference by which resources name somebody of the staff."""
    return f"Practitioner/prat-{member.rpps}"


def unit_ref(unit: Unit) -> str:
    """Return the reference of a unit as a place."""
    return f"Location/lieu-{unit.code}"


def of_patient(kind: str, number: int, place: int, code: str, subject: str = "subject") -> Resource:
    """Return the members common to everything that hangs on a patient. ``code`` is the marker of its compartment."""
    letter = kind[:3].lower()
    return {
        "resourceType": kind,
        "id": f"{letter}{number:07d}-{place}",
        "identifier": [{"system": f"{ESTABLISHMENT}.{len(kind)}", "value": f"{code}-{place}"}],
        subject: {"reference": f"Patient/{patient_id(number)}"},
    }


def coverage(who: Facts, place: int, code: str) -> Resource:
    """Return one period of top-up insurance."""
    cover = who.covers[place]
    found = of_patient("Coverage", who.number, place, code, "beneficiary")
    found["status"] = "active" if cover.end is None else "cancelled"
    found["type"] = {"text": "mutuelle"}
    found["subscriberId"] = f"{code}-{place}"
    found["period"] = {"start": cover.start.isoformat()} | ({"end": cover.end.isoformat()} if cover.end else {})
    found["payor"] = [{"display": f"{cover.insurer}, contrat {code}"}]
    return found


def encounter(number: int, place: int, code: str, stay: Visitable) -> Resource:
    """Return a stay: number, ward, doctor, dates."""
    found = of_patient("Encounter", number, place, code)
    urgent = stay.unit.code == "URG"
    found["status"] = "in-progress" if stay.end is None else "finished"
    found["class"] = {"system": ACT, "code": "EMER" if urgent else "IMP"}
    found["type"] = [{"text": f"Séjour {code}-{place}"}]
    found["participant"] = [{"individual": {"reference": practitioner_ref(stay.member), "display": stay.member.name}}]
    found["period"] = {"start": stamp(stay.start)} | ({"end": stamp(stay.end)} if stay.end else {})
    found["location"] = [{"location": {"reference": unit_ref(stay.unit), "display": stay.unit.name}}]
    found["serviceProvider"] = {"reference": f"Organization/org-{stay.unit.code}", "display": stay.unit.name}
    return found


def care_team(number: int, place: int, code: str, stay: Visitable, carers: list[Member]) -> Resource:
    """Return the people who look after a patient during a stay."""
    found = of_patient("CareTeam", number, place, code)
    found["status"] = "active"
    found["name"] = f"Équipe {code}"
    found["period"] = {"start": stamp(stay.start)}
    found["participant"] = [
        {"member": {"reference": practitioner_ref(carer), "display": carer.name}} for carer in carers
    ]
    return found


def appointment(number: int, place: int, code: str, at: dt.datetime, member: Member, now: dt.datetime) -> Resource:
    """Return a consultation of half an hour."""
    found = of_patient("Appointment", number, place, code)
    subject = found.pop("subject")
    found["status"] = "booked" if at > now else "fulfilled"
    found["description"] = f"Consultation {code}"
    found["start"], found["end"] = stamp(at), stamp(at + dt.timedelta(minutes=30))
    found["participant"] = [
        {"actor": subject, "status": "accepted"},
        {"actor": {"reference": practitioner_ref(member), "display": member.name}, "status": "accepted"},
    ]
    return found


def condition(number: int, place: int, code: str, what: Coded, since: dt.datetime) -> Resource:
    """Return a diagnosis."""
    found = of_patient("Condition", number, place, code)
    found["clinicalStatus"] = {
        "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]
    }
    found["code"] = {"coding": [{"system": ICD10, "code": what.code}], "text": f"{what.text} ({code})"}
    found["onsetDateTime"] = stamp(since)
    return found


def prescription(number: int, place: int, code: str, what: Coded, stay: Visitable) -> Resource:
    """Return an ordonnance."""
    found = of_patient("MedicationRequest", number, place, code)
    found["status"] = "active" if stay.end is None else "completed"
    found["intent"] = "order"
    found["medicationCodeableConcept"] = {
        "coding": [{"system": ATC, "code": what.code}],
        "text": f"{what.text} ({code})",
    }
    found["authoredOn"] = stamp(stay.start)
    found["requester"] = {"reference": practitioner_ref(stay.member), "display": f"Dr {stay.member.name}"}
    found["dosageInstruction"] = [{"text": f"1 matin et soir pendant {place + 5} jours"}]
    return found


def allergy(number: int, place: int, code: str, what: Coded) -> Resource:
    """Return an allergy."""
    found = of_patient("AllergyIntolerance", number, place, code, "patient")
    found["clinicalStatus"] = {
        "coding": [{"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "code": "active"}]
    }
    found["code"] = {"text": f"{what.text} ({code})"}
    return found


def observation(number: int, place: int, code: str, what: Coded, value: float, unit: str, at: dt.datetime) -> Resource:
    """Return a measure."""
    found = of_patient("Observation", number, place, code)
    found["status"] = "final"
    found["code"] = {"coding": [{"system": LOINC, "code": what.code}], "text": f"{what.text} ({code})"}
    found["effectiveDateTime"] = stamp(at)
    found["valueQuantity"] = {"value": value, "unit": unit}
    return found


def order(number: int, place: int, code: str, what: Coded, unit: Unit, stay: Visitable, at: dt.datetime) -> Resource:
    """Return an order of a ward to a department."""
    found = of_patient("ServiceRequest", number, place, code)
    found["status"], found["intent"] = "active", "order"
    found["code"] = {"text": f"{what.text} ({code})"}
    found["authoredOn"] = stamp(at)
    found["requester"] = {"reference": practitioner_ref(stay.member), "display": stay.member.name}
    found["performer"] = [{"reference": f"Organization/org-{unit.code}", "display": unit.name}]
    return found


def document(number: int, place: int, code: str, title: str, at: dt.datetime) -> Resource:
    """Return a letter or a certificate, its bytes inside. The text names nobody: what it is of, its marker says."""
    text = f"{title}\n\nDossier {code}\nDocument de démonstration, patient imaginaire.\n"
    found = of_patient("DocumentReference", number, place, code)
    found["status"] = "current"
    found["type"] = {"text": title}
    found["date"] = stamp(at)
    found["description"] = f"{title} ({code})"
    data = base64.b64encode(text.encode()).decode()
    found["content"] = [{"attachment": {"contentType": "text/plain; charset=utf-8", "data": data, "title": title}}]
    return found
