"""The French national health identity number (matricule INS): 13 characters and a key of 2 digits.

The key is ``97 - (number mod 97)``, where Corsica's 2A and 2B count as 19 and 18 (the rule of the NIR). The OIDs .8
(NIR) and .9 (NIA) are real identities, .10 test and .11 demonstration. All four are kept; everything shipped and tested
here uses .10 and .11 only.
"""

import re

from ecluse.core.errors import BadInputError
from ecluse.record.fhir_types import INS_SYSTEMS, Resource

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


def check(patient: Resource) -> None:
    """Refuse a Patient that carries a matricule whose key is wrong: it would be somebody else's.

    Raises:
        BadInputError: without the number.
    """
    for identifier in patient.get("identifier", ()):
        if identifier.get("system") in INS_SYSTEMS and not valid(clean(str(identifier.get("value", "")))):
            raise BadInputError("Patient.identifier: the key of the matricule INS is wrong.", "Check the number.")
