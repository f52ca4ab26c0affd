"""The synthetic hospital on disk: FHIR for ``ecluse import``, people for ``ecluse accounts load``.

::

    world.json                       the settings that give this very world again
    staff.json                       people, units, demonstration passwords and second factors (0600)
    fhir/00-directory.ndjson.gz      units and practitioners
    fhir/10-patients-0001.ndjson.gz  5,000 patients each; a Patient, then what hangs on it
    decoys/20-decoys.ndjson.gz       patients to be planted as decoys, if any: nobody has a duty to them

Everything is streamed: memory does not grow with the number of patients.
"""

import datetime as dt
import gzip
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

import msgspec

from ecluse.core.words import Profession
from ecluse.drill import resources as fhir
from ecluse.drill.cast import Member, Unit
from ecluse.drill.hospital import Hospital
from ecluse.drill.resources import Resource

UNIT = "urn:ecluse:unit"
IN_A_FILE = 5000
FAST = 1


class World(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What gives the same hospital again. ``now`` is the instant the world was made for."""

    patients: int
    staff: int
    units: int
    days: int
    seed: int
    now: dt.datetime

    def hospital(self) -> Hospital:
        """Make the hospital."""
        return Hospital(self.patients, self.staff, self.units, self.days, self.seed, self.now)


def write(
    hospital: Hospital, folder: Path, tell: Callable[[int], None] = lambda _: None, *, decoys: Collection[int] = ()
) -> World:
    """Write the whole world into ``folder``; ``tell`` gets the number of patients written so far."""
    (folder / "fhir").mkdir(parents=True, exist_ok=True)
    world = World(
        hospital.patients, len(hospital.members), len(hospital.wards), hospital.days, hospital.seed, hospital.now
    )
    (folder / "world.json").write_bytes(msgspec.json.encode(world))
    staff = folder / "staff.json"
    staff.touch(mode=0o600)
    staff.write_bytes(msgspec.json.format(msgspec.json.encode(people(hospital))))
    _ndjson(folder / "fhir" / "00-directory.ndjson.gz", directory(hospital))
    for place, first in enumerate(range(0, hospital.patients, IN_A_FILE), start=1):
        last = min(first + IN_A_FILE, hospital.patients)
        file = folder / "fhir" / f"10-patients-{place:04d}.ndjson.gz"
        _ndjson(file, _bundles(hospital, (number for number in range(first, last) if number not in decoys)))
        tell(last)
    if decoys:
        (folder / "decoys").mkdir(exist_ok=True)
        _ndjson(folder / "decoys" / "20-decoys.ndjson.gz", _bundles(hospital, sorted(decoys)))
    return world


def read(folder: Path) -> World:
    """Read back the settings of the world in ``folder``."""
    return msgspec.json.decode((folder / "world.json").read_bytes(), type=World)


def _bundles(hospital: Hospital, numbers: Iterable[int]) -> Iterator[Resource]:
    return (resource for number in numbers for resource in hospital.bundle(number))


def _ndjson(file: Path, found: Iterator[Resource]) -> None:
    encode = msgspec.json.Encoder().encode
    with file.open("wb") as raw, gzip.GzipFile("", "wb", FAST, raw, mtime=0) as out:
        for resource in found:
            out.write(encode(resource) + b"\n")


def directory(hospital: Hospital) -> Iterator[Resource]:
    """Yield the units (each as Organization and Location) and the practitioners with their roles."""
    for unit in hospital.units:
        yield from _unit(unit)
    for member in hospital.members:
        if member.profession is not Profession.INTERFACE_SERVICE:
            yield from _practitioner(member)


def _unit(unit: Unit) -> Iterator[Resource]:
    identifier = [{"system": UNIT, "value": unit.code}]
    yield {"resourceType": "Organization", "id": f"org-{unit.code}", "identifier": identifier, "name": unit.name}
    yield {
        "resourceType": "Location",
        "id": f"lieu-{unit.code}",
        "identifier": identifier,
        "name": unit.name,
        "managingOrganization": {"reference": f"Organization/org-{unit.code}"},
    }


def _practitioner(member: Member) -> Iterator[Resource]:
    given, _, family = member.name.partition(" ")
    yield {
        "resourceType": "Practitioner",
        "id": f"prat-{member.rpps}",
        "identifier": [{"system": fhir.RPPS, "value": member.rpps}],
        "name": [{"family": family, "given": [given]}],
    }
    yield {
        "resourceType": "PractitionerRole",
        "id": f"role-{member.rpps}",
        "practitioner": {"reference": f"Practitioner/prat-{member.rpps}"},
        "organization": {"reference": f"Organization/org-{member.unit}"},
        "code": [{"text": member.profession.value}],
    }


def people(hospital: Hospital) -> list[Resource]:
    """Return the staff as ``ecluse accounts load --demo-credentials`` reads it."""
    units = {unit.code: unit for unit in hospital.units}
    return [_person(member, units[member.unit], hospital.now.date()) for member in hospital.members]


def _person(member: Member, unit: Unit, today: dt.date) -> Resource:
    service = member.profession is Profession.INTERFACE_SERVICE
    person: Resource = {
        "username": member.username,
        "display_name": member.name,
        "professions": [member.profession.value],
        "units": [unit._asdict()],
        "hired": (today - dt.timedelta(days=900)).isoformat(),
        "rpps": "" if service else member.rpps,
        "service": service,
    }
    return person if service else {**person, "password": member.password, "totp_secret": member.totp}
