"""Synthetic patients for ``ecluse bench import``.

One bundle a line, six resources each, made fast and the same for the same seed.

Nobody is described: names are made of syllables, matricules bear the test OID and the commune 99999, telephones come
from ranges kept for fiction.
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SYLLABLES = (
    *(
        "ba",
        "be",
        "bo",
        "bra",
        "cha",
        "che",
        "clo",
        "cou",
        "da",
        "del",
        "don",
        "dra",
        "fa",
        "fe",
        "fleu",
        "ga",
        "gau",
        "go",
        "gri",
    ),
    *(
        "la",
        "le",
        "lo",
        "lu",
        "ma",
        "me",
        "mo",
        "nai",
        "no",
        "pa",
        "pe",
        "per",
        "ra",
        "re",
        "ro",
        "sa",
        "ta",
        "val",
        "vi",
    ),
)
ENDS = ["nd", "rt", "ux", "let", "ron", "tier", "ville", "gnon", "nnet", "ssard", "é", "ève", "in", "ot"]
STREETS = ["rue des Écluses", "avenue du Port", "place de la Halle", "chemin de Halage", "boulevard du Canal"]
DRUGS = [
    ("2180593", "PARACETAMOL 1 g, comprimé"),
    ("3400930", "AMOXICILLINE 500 mg, gélule"),
    ("3400949", "RAMIPRIL 5 mg"),
    ("3400936", "METFORMINE 850 mg"),
    ("3400922", "ENOXAPARINE 4 000 UI/0,4 ml"),
]
ILLS = [
    ("I10", "Hypertension essentielle"),
    ("E11.9", "Diabète de type 2"),
    ("J45.9", "Asthme"),
    ("S72.0", "Fracture du col du fémur"),
]
SUBSTANCES = [
    ("91936005", "Pénicilline"),
    ("256259004", "Pollen"),
    ("762952008", "Arachide"),
    ("387207008", "Ibuprofène"),
]
RESOURCES = 6


def name(chance: random.Random) -> str:
    """Return a made-up name."""
    return "".join(chance.choices(SYLLABLES, k=chance.choice((2, 2, 3)))).capitalize() + chance.choice(ENDS)


def pool(seed: int, count: int) -> list[str]:
    """Return names to choose from: in a hospital names repeat."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, nothing secret
    return [name(chance) for _ in range(count)]


FAMILIES, GIVEN = pool(2, 20_000), pool(3, 1_500)


def matricule(chance: random.Random, female: bool, born: str) -> str:
    """Return a matricule of a commune that does not exist, with its right key."""
    body = f"{2 if female else 1}{born[2:4]}{born[5:7]}99999{chance.randrange(1000):03}"
    return f"{body}{97 - int(body) % 97:02}"


def bundle(number: int, chance: random.Random) -> bytes:
    """Return one patient as a line."""
    female = chance.random() < 0.5  # noqa: PLR2004 - half of them
    born = f"{chance.randrange(1930, 2024)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
    day = f"{chance.randrange(2018, 2026)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
    base = f"p{number}"
    subject: dict[str, str] = {"reference": f"Patient/{base}"}
    encounter = {"reference": f"Encounter/{base}-e"}
    doctor = {"display": f"Dr {name(chance)}"}
    (cip, drug), (cim, ill), (snomed, substance) = chance.choice(DRUGS), chance.choice(ILLS), chance.choice(SUBSTANCES)
    resources: list[dict[str, Any]] = [
        patient(base, chance, female=female, born=born),
        {
            "resourceType": "Coverage",
            "id": f"{base}-c",
            "status": "active",
            "type": {"text": "Complémentaire santé"},
            "subscriberId": f"{chance.randrange(10**9):09}",
            "beneficiary": subject,
            "period": {"start": f"{day[:4]}-01-01", "end": f"{day[:4]}-12-31"},
            "payor": [
                {
                    "identifier": {"system": "urn:oid:1.2.250.1.999.1", "value": f"{chance.randrange(10**8):08}"},
                    "display": f"Mutuelle {name(chance)}",
                }
            ],
            "order": 1,
        },
        {
            "resourceType": "Encounter",
            "id": f"{base}-e",
            "status": "finished",
            "class": {
                "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
                "code": "IMP",
                "display": "inpatient encounter",
            },
            "type": [{"text": "Hospitalisation complète"}],
            "subject": subject,
            "participant": [{"individual": doctor}],
            "period": {"start": f"{day}T08:12:00+01:00", "end": f"{day}T18:40:00+01:00"},
            "reasonCode": [{"text": ill}],
            "identifier": [{"system": "urn:oid:1.2.250.1.999.2", "value": f"NDA{number:09}"}],
        },
        {
            "resourceType": "MedicationRequest",
            "id": f"{base}-m",
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": {
                "coding": [{"system": "urn:oid:1.2.250.1.213.2.3.1", "code": cip, "display": drug}],
                "text": drug,
            },
            "subject": subject,
            "encounter": encounter,
            "authoredOn": f"{day}T10:00:00+01:00",
            "requester": doctor,
            "dosageInstruction": [
                {
                    "sequence": 1,
                    "text": "1 matin et soir pendant 8 jours",
                    "timing": {
                        "repeat": {
                            "frequency": 2,
                            "period": 1,
                            "periodUnit": "d",
                            "boundsDuration": {"value": 8, "unit": "d"},
                        }
                    },
                    "doseAndRate": [{"doseQuantity": {"value": 1.0, "unit": "dose"}}],
                }
            ],
        },
        {
            "resourceType": "Condition",
            "id": f"{base}-d",
            "clinicalStatus": {
                "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]
            },
            "verificationStatus": {
                "coding": [
                    {"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "confirmed"}
                ]
            },
            "code": {
                "coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": cim, "display": ill}],
                "text": ill,
            },
            "subject": subject,
            "encounter": encounter,
            "onsetDateTime": day,
            "recordedDate": day,
        },
        {
            "resourceType": "AllergyIntolerance",
            "id": f"{base}-a",
            "clinicalStatus": {
                "coding": [
                    {"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "code": "active"}
                ]
            },
            "code": {
                "coding": [{"system": "http://snomed.info/sct", "code": snomed, "display": substance}],
                "text": substance,
            },
            "patient": subject,
            "recordedDate": day,
            "reaction": [{"manifestation": [{"text": "Éruption cutanée"}], "severity": "mild"}],
        },
    ]
    entries = [{"resource": one, "request": {"method": "POST", "url": one["resourceType"]}} for one in resources]
    whole = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def patient(base: str, chance: random.Random, *, female: bool, born: str) -> dict[str, Any]:
    """Return the Patient of a bundle."""
    family, given = chance.choice(FAMILIES), chance.sample(GIVEN, 2)
    names: list[dict[str, object]] = [{"use": "official", "family": family, "given": given}]
    if female:
        names.append({"use": "usual", "family": chance.choice(FAMILIES), "given": given[:1]})
    return {
        "resourceType": "Patient",
        "id": base,
        "active": True,
        "identifier": [
            {
                "use": "official",
                "system": "urn:oid:1.2.250.1.213.1.4.10",
                "value": matricule(chance, female, born),
                "type": {
                    "coding": [
                        {"system": "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203", "code": "INS-NIR"}
                    ]
                },
            },
            {
                "use": "usual",
                "system": "urn:oid:1.2.250.1.999.3",
                "value": f"8{base[1:]:0>9}",
                "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "PI"}]},
            },
        ],
        "name": names,
        "gender": "female" if female else "male",
        "birthDate": born,
        "telecom": [
            {
                "system": "phone",
                "use": "mobile",
                "value": f"+33 6 39 98 {chance.randrange(100):02} {chance.randrange(100):02}",
            },
            {"system": "email", "value": f"{base}.{family}@example.org".encode("ascii", "ignore").decode()},
        ],
        "address": [
            {
                "use": "home",
                "line": [f"{chance.randrange(1, 200)} {chance.choice(STREETS)}"],
                "city": name(chance),
                "postalCode": f"{chance.randrange(1, 96):02}{chance.randrange(1000):03}",
                "country": "FR",
            }
        ],
        "generalPractitioner": [{"display": f"Dr {name(chance)}"}],
    }


def lines(count: int, seed: int = 1) -> Iterator[bytes]:
    """Yield ``count`` patients."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, nothing secret
    for number in range(count):
        yield bundle(number, chance)


def write(path: Path, count: int, seed: int = 1) -> None:
    """Write ``count`` patients, one a line."""
    with path.open("wb") as file:
        file.writelines(lines(count, seed))
