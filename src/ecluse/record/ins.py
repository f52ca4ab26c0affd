"""The French national health identity number (matricule INS): 13 characters and a key of 2 digits.

The key is ``97 - (number mod 97)``, where Corsica's 2A and 2B count as 19 and 18 (the rule of the NIR). The OIDs .8
(NIR) and .9 (NIA) are real identities, .10 test and .11 demonstration. A production site takes the first two only
(R12); everything shipped and tested here uses the last two only.
"""

import re

from django.conf import settings

from ecluse.core.errors import BadInputError
from ecluse.record.fhir_types import INS_SYSTEMS, MADE_UP_SYSTEMS, Resource

SHAPE = re.compile(r"^[1-8][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{6}[0-9]{2}\Z")
BODY = 13


def clean(text: str) -> str:
    """Return a matricule as it is stored: no spaces, capital letters."""
    return re.sub(r"[\s.\u00a0\u202f-]", "", text).upper()


def key(body: str) -> int:
    """Return the key of the 13 characters of a matricule."""
    return 97 - int(body.replace("2A", "19").replace("2B", "18")) % 97


def valid(text: str) -> bool:
    """Tell whether ``text`` (already clean) is a matricule whose key is right."""
    return bool(SHAPE.match(text)) and key(text[:BODY]) == int(text[BODY:])


def takes_made_up() -> bool:
    """Tell whether this site takes identities that are made up: a demonstration, or where ``[site]`` says so."""
    return settings.SITE is not None and (settings.SITE.demo or settings.SITE.made_up_identities)


def check(patient: Resource, *, made_up: bool) -> None:
    """Refuse a Patient that carries a matricule whose key is wrong: it would be somebody else's.

    ``made_up``: whether the OIDs for tests and demonstrations are taken too (R12).

    Raises:
        BadInputError: without the number.
    """
    for identifier in patient.get("identifier", ()):
        system = identifier.get("system")
        if system in MADE_UP_SYSTEMS and not made_up:
            raise BadInputError(
                "Patient.identifier: this OID of the INS is for tests and demonstrations.",
                "Send real identities; on a site for trials, set made_up_identities = true in [site].",
            )
        if system in INS_SYSTEMS and not valid(clean(str(identifier.get("value", "")))):
            raise BadInputError("Patient.identifier: the key of the matricule INS is wrong.", "Check the number.")
