"""What makes each patient and each compartment recognisable in bytes.

Every string made here belongs to one patient and one compartment, and gives both back by arithmetic alone: no table,
whatever the number of patients. What can be recognised:

=========== ==========================================================================================
identity    birth name, used name, IPP (10 digits), INS (15 digits, test OID, place of birth 99999)
contact     a code ``CT-…`` in the address and the e-mail, the name of the person to call
coverage    a code ``MU-…``: number of the contract
care        a code ``NDA-…`` (stay, appointment, team) or ``MT-…`` (choice of the treating doctor)
clinical    a code ``RX-…`` (prescription) or ``DX-…`` (everything else)
=========== ==========================================================================================
"""

import hashlib
import re
from collections.abc import Iterable
from typing import NamedTuple

from ecluse.core.words import Compartment
from ecluse.drill.names import FamilyNames
from ecluse.drill.permutation import Permutation

TEST_OID = "1.2.250.1.213.1.4.10"
NOWHERE = "99999"  # department and commune never given to a person
LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
PLACES = 2**25
OLDEST_YEAR = 1925
MONTHS = 1200
ORDERS = 999
PREFIXES = {
    "ct": Compartment.CONTACT,
    "mu": Compartment.COVERAGE,
    "nda": Compartment.CARE,
    "mt": Compartment.CARE,
    "rx": Compartment.CLINICAL,
    "dx": Compartment.CLINICAL,
}
CODE = re.compile(rf"(?<![0-9a-z])({'|'.join(PREFIXES)})-([{LETTERS}]{{7}})(?![a-z])")
GAP = "[ \u00a0\u202f]?"
IPP = re.compile(r"(?<!\d)(9\d{7})(\d\d)(?!\d)")
INS = re.compile(GAP.join((r"(?<!\d)([12])", r"(\d\d)", "(0[1-9]|1[0-2])", "99", "999", r"(\d{3})", r"(\d\d)(?!\d)")))

Found = set[tuple[int, Compartment]]


class Born(NamedTuple):
    """What the number of an INS says: sex (1 or 2), year and month."""

    sex: int
    year: int
    month: int
    order: int


class Markers:
    """The recognisable strings of the patients ``0 … population - 1`` of one seed."""

    def __init__(self, seed: int, population: int) -> None:
        self.seed = seed
        self.population = population
        self.names = FamilyNames(seed)
        self._codes = {prefix: Permutation.of(PLACES, f"{prefix} {seed}") for prefix in PREFIXES}
        self._ipp = Permutation.of(10_000_000, f"ipp {seed}")
        self._ins = Permutation.of(2 * MONTHS * ORDERS, f"ins {seed}")

    def code(self, prefix: str, patient: int) -> str:
        """Return the code of ``patient``, as ``CT-4k2m9fa``: five letters of number, two of check."""
        number = self._codes[prefix].there(patient)
        letters = "".join(LETTERS[number >> shift & 31] for shift in (20, 15, 10, 5, 0))
        return f"{prefix.upper()}-{letters}{_check(prefix, letters)}"

    def birth_name(self, patient: int) -> str:
        """Return the family name at birth."""
        return self.names.name(3 * patient)

    def used_name(self, patient: int) -> str:
        """Return the family name of marriage."""
        return self.names.name(3 * patient + 1)

    def relative_name(self, patient: int) -> str:
        """Return the family name of the person to call."""
        return self.names.name(3 * patient + 2)

    def ipp(self, patient: int) -> str:
        """Return the number of the patient in the hospital: 9, seven digits, two of check."""
        number = 90_000_000 + self._ipp.there(patient)
        return f"{number}{97 - number % 97:02d}"

    def born(self, patient: int) -> Born:
        """Return sex, year, month and rank of birth."""
        cell, order = divmod(self._ins.there(patient), ORDERS)
        sex, month = divmod(cell, MONTHS)
        return Born(sex + 1, OLDEST_YEAR + month // 12, month % 12 + 1, order + 1)

    def ins(self, patient: int) -> str:
        """Return the national health identity number: 13 digits and the key 97 - (number mod 97)."""
        sex, year, month, order = self.born(patient)
        number = f"{sex}{year % 100:02d}{month:02d}{NOWHERE}{order:03d}"
        return f"{number}{97 - int(number) % 97:02d}"

    def find(self, folded: str) -> Found:
        """Return every (patient, compartment) recognised in ``folded`` text (small letters, no accents)."""
        found: Found = set()
        for number in self.names.numbers(folded):
            patient, which = divmod(number, 3)
            found.add((patient, Compartment.CONTACT if which == 2 else Compartment.IDENTITY))  # noqa: PLR2004
        for prefix, letters in CODE.findall(folded):
            if _check(prefix, letters[:5]) == letters[5:]:
                found.add((self._codes[prefix].home(_number(letters[:5])), PREFIXES[prefix]))
        found.update((patient, Compartment.IDENTITY) for patient in self._numbered(folded))
        return {(patient, compartment) for patient, compartment in found if patient < self.population}

    def _numbered(self, text: str) -> Iterable[int]:
        for number, key in IPP.findall(text):
            if 97 - int(number) % 97 == int(key):
                yield self._ipp.home(int(number) - 90_000_000)
        for sex, year, month, order, key in INS.findall(text):
            if 97 - int(f"{sex}{year}{month}{NOWHERE}{order}") % 97 == int(key) and order != "000":
                months = (int(year) - OLDEST_YEAR) % 100 * 12 + int(month) - 1
                yield self._ins.home(((int(sex) - 1) * MONTHS + months) * ORDERS + int(order) - 1)


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number << 5 | LETTERS.index(letter)
    return number


def _check(prefix: str, letters: str) -> str:
    digest = hashlib.blake2s(f"{prefix}-{letters}".encode(), digest_size=2).digest()
    return LETTERS[digest[0] & 31] + LETTERS[digest[1] & 31]
