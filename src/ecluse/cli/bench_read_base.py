"""The base that ``ecluse bench read`` reads: made by the safe, sealed as an import seals, beside its plain twin.

A process of its own (``python -m ecluse.cli.bench_read_base PATIENTS``) in the bench's home folder, its safe answering.
It prints one JSON line: the visits to make, as pairs of bearer token and FHIR id, for each type.
"""

import datetime as dt
import hashlib
import os
import random
import secrets
import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import django
import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.apps import apps
from django.db import connection, transaction

from ecluse.core.errors import BrokenWorldError
from ecluse.core.home import load
from ecluse.core.words import DutyKind, Profession, Purpose
from ecluse.record import seal, vault
from ecluse.record.fhir_types import fhir_id, split
from ecluse.safe.client import SafeClient
from ecluse.safe.protocol import Birth, Create, Created, Enrol, Newcomer, Noted, Who

SERVICES = 64
UNITS = 8
BATCH = 500
VISITS = 20_000
YEAR_S = 366 * 24 * 3600
MAKER = "bench-maker"
KINDS = ("Patient", "MedicationRequest")
SOME = random.Random(758_912)  # noqa: S311 - repeatable content, not secrets


class Service(NamedTuple):
    """A service account of the bench: its token and the unit it works in."""

    token: str
    unit: int


def patient(number: int) -> dict[str, Any]:
    """Return a Patient of about 1 KB."""
    return {
        "identifier": [
            {"system": "urn:oid:1.2.250.1.213.1.4.10", "value": f"{200_000_000_000_000 + number}"},
            {"system": "urn:bench:ipp", "type": {"coding": [{"code": "PI"}]}, "value": f"8{number:08d}"},
        ],
        "name": [{"use": "official", "family": f"Patiente-{number}", "given": ["Camille", "Dominique", "Claude"]}],
        "gender": "female",
        "birthDate": f"19{number % 90 + 10}-0{number % 9 + 1}-1{number % 9}",
        "telecom": [{"system": "phone", "value": f"01 99 00 {number % 90 + 10} {number % 80 + 10}", "use": "mobile"}],
        "address": [
            {"line": [f"{number % 300} rue du Canal", "Bâtiment B"], "postalCode": "99000", "city": "Bellerive"}
        ],
        "generalPractitioner": [{"display": "Dr A. Exemple"}],
    }


def prescription(number: int) -> dict[str, Any]:
    """Return a MedicationRequest of about 2 KB, as an ordonnance with its dosage is."""
    text = f"Prendre un comprimé matin et soir pendant {number % 20 + 3} jours, au milieu du repas, avec de l'eau. "
    return {
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {
            "coding": [
                {
                    "system": "http://www.whocc.no/atc",
                    "code": f"A{number % 90 + 10}BA02",
                    "display": "Exemplamine 500 mg",
                }
            ],
            "text": "Exemplamine 500 mg, comprimé pelliculé sécable",
        },
        "authoredOn": f"2026-0{number % 9 + 1}-1{number % 9}T08:30:00+01:00",
        "requester": {"display": "Dr A. Exemple"},
        "note": [{"text": text * 6}],
        "dosageInstruction": [
            {
                "sequence": n,
                "text": text,
                "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d", "when": ["MORN", "EVE"]}},
                "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "comprimé"}}],
            }
            for n in (1, 2)
        ],
    }


def bodies(number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the two resources of one patient, in the order of :data:`KINDS` (n = 0, 1)."""
    return patient(number), prescription(number)


def insert(table: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    """Write many rows: COPY on PostgreSQL, ``executemany`` on SQLite."""
    names = ", ".join(f'"{name}"' for name in columns)
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        marks = ", ".join("?" * len(columns))
        connection.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608
        return
    with connection.connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def services(safe: SafeClient, who: Who) -> list[Service]:
    """Make the accounts that will read, each in a unit, with a token of its own.

    Raises:
        BrokenWorldError: the safe does not register them.
    """
    account, unit, membership, token = (
        apps.get_model("accounts", name) for name in ("Account", "Unit", "Membership", "Token")
    )
    profession = Profession.INTERFACE_SERVICE.value
    units = [unit.objects.create(code=f"B{n}", name=f"Bench {n}") for n in range(UNITS)]
    names = [f"bench-{n:03d}" for n in range(SERVICES)]
    reply = safe.call(Enrol(who=who, accounts=dict.fromkeys([*names, MAKER], (profession,)), request="bench"))
    if not isinstance(reply, Noted):
        raise BrokenWorldError("The safe does not register the bench's accounts.", "Its set-up must be open.")
    until = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    found = []
    for place, name in enumerate(names):
        person = account.objects.create(username=name, display_name=name, service=True, password="!")  # noqa: S106
        person.professions.create(profession=profession)
        where = units[place % UNITS]
        membership.objects.create(account=person, unit=where)
        secret = secrets.token_urlsafe(32)
        digest = hashlib.sha256(secret.encode()).digest()
        token.objects.create(account=person, profession=profession, digest=digest, expires=until)
        found.append(Service(secret, where.pk))
    return found


def births(safe: SafeClient, who: Who, refs: list[str]) -> tuple[Birth, ...]:
    """Ask the safe for the salts and keys of new patients.

    Raises:
        BrokenWorldError: it refuses.
    """
    newcomers = tuple(Newcomer(patient=ref) for ref in refs)
    reply = safe.call(Create(who=who, purpose=Purpose.OPERATIONS, newcomers=newcomers, request="bench"))
    if not isinstance(reply, Created):
        raise BrokenWorldError("The safe does not create the bench's patients.", "Look at its words above.")
    return reply.births


def sealed_parts(pk: int, ref: str, birth: Birth, number: int, now: int) -> Iterator[tuple[Any, ...]]:
    """Yield the sealed parts of one patient as rows of ``record_part``."""
    ciphers = {compartment.value: AESGCM(key) for compartment, key in birth.keys.items()}
    for n, (kind, body) in enumerate(zip(KINDS, bodies(number), strict=True)):
        for compartment, part in split(kind, body).items():
            where = seal.place(ref, kind, n, 1, compartment.value)
            text = seal.close(ciphers[compartment.value], vault.encode(part), where)
            yield pk, n, kind, 1, compartment.value, True, False, now, text


def plain_rows(ref: str, number: int, now: int) -> Iterator[tuple[Any, ...]]:
    """Yield the same resources as JSON anybody can read."""
    for n, (kind, body) in enumerate(zip(KINDS, bodies(number), strict=True)):
        meta = {"versionId": "1", "lastUpdated": vault.instant(now)}
        whole = {"resourceType": kind, "id": fhir_id(ref, n), "meta": meta, **body}
        yield fhir_id(ref, n), kind, 1, vault.encode(whole).decode()


PARTS = ("patient_id", "n", "type", "version", "compartment", "current", "deleted", "updated", "sealed")
DUTIES = ("kind", "patient_id", "unit_id", "since", "until", "made_by", "made_at", "source")


def fill(safe: SafeClient, who: Who, patients: int, units: list[int]) -> list[tuple[str, int]]:
    """Make the patients, each with a stay in one unit; return (reference, unit) of each."""
    new_ref = apps.get_model("record", "Patient")._meta.get_field("ref").get_default  # noqa: SLF001
    made: list[tuple[str, int]] = []
    seconds, now = int(time.time()), time.time_ns() // 1_000_000
    for first in range(0, patients, BATCH):
        numbers = range(first, min(first + BATCH, patients))
        refs = [new_ref() for _ in numbers]
        given = list(zip(numbers, refs, births(safe, who, refs), strict=True))
        of_unit = [units[number % len(units)] for number in numbers]
        made += zip(refs, of_unit, strict=True)
        with transaction.atomic():
            insert(
                "record_patient", ("id", "ref", "salt", "updated"), [(n + 1, ref, b.salt, now) for n, ref, b in given]
            )
            parts = [row for n, ref, b in given for row in sealed_parts(n + 1, ref, b, n, now)]
            insert("record_part", PARTS, parts)
            insert(
                "bench_plain",
                ("ref", "type", "version", "body"),
                [row for n, ref, _ in given for row in plain_rows(ref, n, now)],
            )
            stay = DutyKind.ENCOUNTER_IN_UNIT.value
            duties = [
                (stay, n + 1, unit, seconds - 60, seconds + YEAR_S, MAKER, seconds, f"Encounter/{n}")
                for n, unit in zip(numbers, of_unit, strict=True)
            ]
            insert("gate_duty", DUTIES, duties)
    return made


def visits(readers: list[Service], made: list[tuple[str, int]]) -> dict[str, list[tuple[str, str]]]:
    """Choose who reads what: each patient by a service of their unit."""
    of_unit: dict[int, list[str]] = {}
    for service in readers:
        of_unit.setdefault(service.unit, []).append(service.token)
    chosen = SOME.sample(made, min(VISITS, len(made)))
    return {
        kind: [(SOME.choice(of_unit[unit]), fhir_id(ref, n)) for ref, unit in chosen] for n, kind in enumerate(KINDS)
    }


def main(patients: int) -> None:
    """Make the base of the home folder named by ``ECLUSE_HOME``."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "ecluse.web.settings"
    django.setup()
    safe = SafeClient(load().socket)
    who = Who(account=MAKER, profession=Profession.INTERFACE_SERVICE.value, session="bench")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_plain (ref varchar(48) PRIMARY KEY, type varchar(32) NOT NULL,"
            " version integer NOT NULL, body text NOT NULL)"
        )
    readers = services(safe, who)
    made = fill(safe, who, patients, sorted({service.unit for service in readers}))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    safe.close()
    sys.stdout.buffer.write(msgspec.json.encode(visits(readers, made)) + b"\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
