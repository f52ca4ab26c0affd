"""Fills the home folder named by ECLUSE_HOME with a few made-up people and patients, when run as a program."""

import base64
import datetime as dt
import json
import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecluse.web.settings")
django.setup()

from ecluse.accounts import registry  # noqa: E402
from ecluse.cli.child import safe_running  # noqa: E402
from ecluse.core.home import load  # noqa: E402
from ecluse.core.words import Ground, Purpose  # noqa: E402
from ecluse.gate.access import Pass, Wanted  # noqa: E402
from ecluse.record import line, terms, writing  # noqa: E402
from ecluse.record.fhir_types import split  # noqa: E402
from ecluse.record.models import Patient, Token, new_ref, now_ms  # noqa: E402
from ecluse.record.vault import Row  # noqa: E402
from ecluse.safe.protocol import Newcomer, Who  # noqa: E402

PASSWORD = "une-peniche-par-bief"
INS_TEST = "urn:oid:1.2.250.1.213.1.4.10"
TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"
NOW = dt.datetime.now(dt.UTC)
UNITS = [
    {"code": "CARD", "name": "Cardiologie"},
    {"code": "URG", "name": "Urgences"},
]
STAFF = [
    ("a.leroy", "Dr Anne Leroy", "physician", "CARD"),
    ("b.simon", "Dr Basile Simon", "physician", "CARD"),
    ("n.martin", "Nadia Martin", "nurse", "CARD"),
    ("s.petit", "Sami Petit", "admissions", "URG"),
    ("r.garde", "Rose Garde", "security-officer", ""),
    ("d.rossi", "Dominique Rossi", "dpo", ""),
    ("i.tran", "Ivan Tran", "it-administrator", ""),
    ("l.adam", "Lou Adam", "nurse", "CARD"),
    ("m.noel", "Maud Noël", "nurse", "URG"),
    ("k.morel", "Karine Morel", "midwife", "CARD"),
    ("y.cadre", "Yasmine Cadre", "nurse", "CARD"),
    ("v.blin", "Victor Blin", "physician", "CARD"),
    ("t.vasseur", "Tess Vasseur", "nurse", "CARD"),
    ("t.vidal", "Tom Vidal", "nurse", "CARD"),
    ("t.valette", "Tania Valette", "nurse", "CARD"),
    ("t.verdier", "Teo Verdier", "nurse", "CARD"),
    ("j.dimitri", "Jo Dimitri", "dim-physician", ""),
    ("u.aubert", "Ugo Aubert", "auditor", ""),
    ("h.cardon", "Hélène Cardon", "unit-head", "CARD"),
    ("f.faure", "Fanny Faure", "nurse", "CARD"),
    ("o.perrin", "Oscar Perrin", "nurse", "CARD"),
    ("c.royer", "Chloé Royer", "midwife", "CARD"),
    ("h.quai", "Hugo Quai", "nurse", "CARD"),
    ("h.quint", "Hanna Quint", "nurse", "CARD"),
    ("e.roche", "Élise Roche", "nurse", "CARD"),
    ("e.royan", "Éric Royan", "nurse", "CARD"),
    ("p.sorel", "Paule Sorel", "nurse", "CARD"),
    ("p.seguin", "Pascal Seguin", "nurse", "CARD"),
    ("w.sabot", "William Sabot", "nurse", "CARD"),
    ("w.sarre", "Wanda Sarre", "nurse", "CARD"),
    ("u.avril", "Ugo Avril", "physician", "CARD"),
    ("u.brunet", "Ursule Brunet", "security-officer", ""),
    ("g.vanne", "Gaëlle Vanne", "security-officer", ""),
    ("u.charron", "Urbain Charron", "it-administrator", ""),
    ("z.nouvel", "Zoé Nouvel", "nurse", "CARD"),
    ("z.newman", "Zack Newman", "nurse", "CARD"),
]
NO_FACTOR_YET = {"k.morel", "f.faure", "o.perrin", "c.royer", "h.quai", "h.quint", "z.nouvel", "z.newman"}
PATIENTS = [
    ("DUVAL", "Jeanne", "BERNARD", "female", "1951-03-14", "CARD", False),
    ("MOREAU", "Karim", "", "male", "1978-11-02", "CARD", False),
    ("LEFEBVRE", "Odile", "", "female", "1939-07-25", "CARD", False),
    ("GIRARD", "Paul", "", "male", "1966-01-09", "CARD", False),
    ("ROUSSEL", "Inès", "FONTAINE", "female", "1990-05-30", "CARD", False),
    ("MERCIER", "Théo", "", "male", "2004-12-18", "URG", False),
    ("CHEVALIER", "Marthe", "", "female", "1944-04-01", "CARD", True),
]


def secret(username: str) -> str:
    """Return somebody's demonstration secret."""
    return base64.b32encode(username.ljust(20, "=").encode()[:20]).decode()


def people() -> None:
    """Load the staff."""
    rows = [
        {
            "username": username,
            "display_name": name,
            "professions": [profession],
            "units": [unit for unit in UNITS if unit["code"] == code],
            "password": PASSWORD,
            "totp_secret": "" if username in NO_FACTOR_YET else secret(username),
        }
        for username, name, profession, code in STAFF
    ]
    taken = registry.load(json.dumps(rows).encode(), demo=True)
    assert not taken.rejects, taken.rejects


def ins(number: int, sex: str, born: str) -> str:
    """Return a made-up matricule with a right key."""
    body = f"{2 if sex == 'female' else 1}{born[2:4]}{born[5:7]}99{number:06d}"
    return f"{body}{97 - int(body) % 97:02d}"


def patients(who: Who) -> None:
    """Write the patients with their care."""
    for number, (birth, given, used, sex, birth_day, unit, dead) in enumerate(PATIENTS, 1):
        names: list[dict[str, Any]] = [{"use": "official", "family": birth, "given": [given]}]
        if used:
            names.append({"use": "usual", "family": used, "given": [given]})
        patient: dict[str, Any] = {
            "resourceType": "Patient",
            "identifier": [
                {"system": INS_TEST, "value": ins(number, sex, birth_day), "type": {"text": "NIR"}},
                {
                    "system": "urn:oid:1.2.250.1.213.1.4.99.1",
                    "value": f"8{number:07d}",
                    "type": {"coding": [{"system": TYPES, "code": "PI"}]},
                },
            ],
            "name": names,
            "gender": sex,
            "birthDate": birth_day,
            "telecom": [
                {"system": "phone", "use": "mobile", "value": f"06 39 98 {number:02d} 17"},
                {"system": "email", "value": f"{given.lower()}.{birth.lower()}@courriel.example"},
            ],
            "address": [{"line": [f"{number} quai de l’Écluse"], "postalCode": "99999", "city": "Valbreuse-sur-Onde"}],
            "contact": [
                {
                    "relationship": [{"text": "fille"}],
                    "name": {"family": birth, "given": ["Claire"]},
                    "telecom": [{"system": "phone", "value": "06 39 98 44 02"}],
                }
            ],
            "generalPractitioner": [{"display": "Dr Fabre"}],
        }
        if dead:
            patient["deceasedDateTime"] = (NOW - dt.timedelta(days=9)).isoformat(timespec="seconds")
        granted = born(patient, who)
        for resource in care(unit, dead):
            writing.create(granted, resource, who, "seed")


def born(patient: dict[str, Any], who: Who) -> Pass:
    """Write a new patient and return the pass of the birth, under which the rest is written."""
    newcomer = Newcomer(patient=new_ref(), terms=terms.of_patient(patient))
    [birth] = line.create(who, Purpose.TREATMENT, (newcomer,), "seed")
    row = Patient.objects.create(ref=newcomer.patient, salt=birth.salt)
    wanted = Wanted(row.pk, row.ref, birth.salt, tuple(birth.keys))
    granted = Pass(wanted, birth.keys, Ground.UNEXPLAINED, None, birth.sequence)
    for compartment, body in split("Patient", patient).items():
        writing.add_part(granted, Row(0, "Patient", 1, compartment, now_ms(), False, b""), body)
    Token.objects.bulk_create([Token(token=token, patient_id=row.pk) for token in set(birth.tokens)])
    return granted


def ago(days: float) -> str:
    """Return an instant some days ago."""
    return (NOW - dt.timedelta(days=days)).isoformat(timespec="seconds")


def care(unit: str, dead: bool) -> list[dict[str, Any]]:
    """Return what one patient's record holds besides identity."""
    name = next(one["name"] for one in UNITS if one["code"] == unit)
    subject: dict[str, Any] = {}
    stay = {
        "resourceType": "Encounter",
        "status": "finished" if dead else "in-progress",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
        "period": {"start": ago(12)} | ({"end": ago(9)} if dead else {}),
        "serviceProvider": {"identifier": {"system": "urn:ecluse:unit", "value": unit}, "display": name},
        "location": [{"location": {"identifier": {"system": "urn:ecluse:unit", "value": unit}, "display": name}}],
        **subject,
    }

    def drug(text: str, dose: str, days: float, status: str = "active") -> dict[str, Any]:
        return {
            "resourceType": "MedicationRequest",
            "status": status,
            "intent": "order",
            "medicationCodeableConcept": {"text": text},
            "authoredOn": ago(days),
            "requester": {"display": "Dr Anne Leroy"},
            "dosageInstruction": [{"text": dose}],
        }

    def measure(text: str, value: float, of: str, days: float) -> dict[str, Any]:
        return {
            "resourceType": "Observation",
            "status": "final",
            "code": {"text": text},
            "effectiveDateTime": ago(days),
            "valueQuantity": {"value": value, "unit": of},
        }

    letter = base64.b64encode("Lettre de sortie\n\nDocument de démonstration, patient imaginaire.\n".encode()).decode()
    found = [
        stay,
        drug("Bisoprolol 5 mg, comprimé", "1 comprimé le matin", 11),
        drug("Furosémide 40 mg, comprimé", "1 comprimé matin et midi", 11),
        drug("Paracétamol 1 g, comprimé", "1 comprimé toutes les 6 heures si douleur, 4 par jour au plus", 2),
        drug("Amoxicilline 1 g, comprimé", "1 comprimé matin et soir, 7 jours", 40, "completed"),
        {"resourceType": "Condition", "code": {"text": "Insuffisance cardiaque"}, "onsetDateTime": ago(700)},
        {"resourceType": "Condition", "code": {"text": "Hypertension artérielle"}, "onsetDateTime": ago(2900)},
        {
            "resourceType": "AllergyIntolerance",
            "code": {"text": "Pénicilline"},
            "criticality": "high",
            "reaction": [{"manifestation": [{"text": "Œdème de Quincke"}]}],
            "recordedDate": ago(3000),
        },
        measure("Pression artérielle systolique", 128, "mmHg", 0.2),
        measure("Fréquence cardiaque", 74, "/min", 0.2),
        measure("Température", 37.2, "°C", 0.2),
        measure("Potassium", 4.1, "mmol/L", 1),
        measure("Créatinine", 96, "µmol/L", 1),
        {
            "resourceType": "Coverage",
            "status": "active",
            "type": {"text": "mutuelle"},
            "subscriberId": "HAL-204417",
            "period": {"start": "2023-01-01"},
            "payor": [{"display": "Mutuelle du Halage"}],
        },
        {
            "resourceType": "Coverage",
            "status": "cancelled",
            "type": {"text": "mutuelle"},
            "subscriberId": "PB-118",
            "period": {"start": "2016-05-01", "end": "2022-12-31"},
            "payor": [{"display": "Prévoyance des Biefs"}],
        },
        {
            "resourceType": "DocumentReference",
            "status": "current",
            "type": {"text": "Certificat de décès" if dead else "Lettre de sortie"},
            "date": ago(8 if dead else 40),
            "content": [
                {"attachment": {"contentType": "text/plain; charset=utf-8", "data": letter, "title": "lettre.txt"}}
            ],
        },
    ]
    for one in found:
        if one["resourceType"] in {"Condition", "AllergyIntolerance"}:
            kind = "condition-clinical" if one["resourceType"] == "Condition" else "allergyintolerance-clinical"
            system = f"http://terminology.hl7.org/CodeSystem/{kind}"
            one["clinicalStatus"] = {"coding": [{"system": system, "code": "active"}]}
    return found


def main() -> None:
    """Fill the home folder."""
    importer = Who(account="import", profession="interface-service", session="seed", acr="aal2", amr=("token",))
    with safe_running(load()):
        people()
        patients(importer)


if __name__ == "__main__":
    main()
