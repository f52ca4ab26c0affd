"""Whom and which place a reference means: accounts and units behind practitioners, roles, organisations and locations.

Conventions: a Practitioner carries an RPPS number (``urn:oid:1.2.250.1.71.4.2.1``) or an account name
(``urn:ecluse:account``); an Organization or Location carries a unit code (``urn:ecluse:unit``). A PractitionerRole
points to both.
"""

from collections.abc import Iterable, Mapping

import msgspec

from ecluse.gate.feeds import Places
from ecluse.record.fhir_types import Resource

RPPS_SYSTEMS = frozenset({"urn:oid:1.2.250.1.71.4.2.1", "https://rpps.esante.gouv.fr"})
ACCOUNT_SYSTEM = "urn:ecluse:account"
UNIT_SYSTEM = "urn:ecluse:unit"
RPPS_DIGITS = 11


class Meant(msgspec.Struct, frozen=True):
    """What a reference stands for: an account, a unit, both (a role) or neither (somebody elsewhere)."""

    account: int | None = None
    unit: int | None = None


NOBODY = Meant()


def of_identifiers(places: Places, identifiers: Iterable[Resource]) -> Meant:
    """Find the account or unit that identifiers name."""
    account: int | None = None
    unit: int | None = None
    for identifier in identifiers:
        system, value = identifier.get("system"), str(identifier.get("value", ""))
        if system in RPPS_SYSTEMS:
            account = account or places.rpps.get(value[-RPPS_DIGITS:])
        elif system == ACCOUNT_SYSTEM:
            account = account or places.accounts.get(value)
        elif system == UNIT_SYSTEM:
            unit = unit or places.units.get(value)
    return Meant(account, unit) if account or unit else NOBODY


def of_entry(places: Places, entry: Resource, known: Mapping[str, Meant]) -> Meant:
    """Find what a directory entry stands for; ``known`` are other entries by their reference (``Type/ref``)."""
    own = of_identifiers(places, entry.get("identifier", ()))
    if entry["resourceType"] != "PractitionerRole":
        return own
    person = of_reference(places, entry.get("practitioner", {}), known)
    spots = [of_reference(places, spot, known) for spot in (entry.get("organization", {}), *entry.get("location", ()))]
    return Meant(own.account or person.account, own.unit or next((spot.unit for spot in spots if spot.unit), None))


def of_reference(places: Places, reference: Resource, known: Mapping[str, Meant]) -> Meant:
    """Find what a FHIR Reference stands for: by its target, else by its logical identifier."""
    found = known.get(str(reference.get("reference", "")), NOBODY)
    if found is NOBODY and isinstance(reference.get("identifier"), dict):
        return of_identifiers(places, [reference["identifier"]])
    return found
