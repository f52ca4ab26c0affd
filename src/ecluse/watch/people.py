"""People: the staff list, and what relates patients to staff, kept as keyed hashes of names only.

**Definition.** Words are folded (case, accents, anything but letters and digits) before they are hashed. A patient
is related to an account by: ``self`` = same family name, given name and birth date; else ``same-name`` = same family
name, borne by at most ``COMMON`` patients of the lake; ``same-address`` = same postal address, of at most ``COMMON``
patients; ``same-phone`` = same telephone. A patient who is ``self`` of some account is ``colleague`` to every other; a
patient marked as well known is ``well-known`` to every account.
"""

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence

import duckdb
import pyarrow as pa

from ecluse.core.events import PatientFacts, Person
from ecluse.watch.schema import ALIASES, RELATIONS, STAFF, TEXT

COMMON = 12
PEOPLE = pa.schema(
    [
        ("account", TEXT),  # of a member of staff, else empty
        ("patient", TEXT),  # of a patient, else empty
        ("family", TEXT),
        ("whole", TEXT),  # family, given name and birth date together
        ("postal", TEXT),
        ("phone", TEXT),
        ("vip", pa.bool_()),
    ]
)


def rows(people: Iterable[Person | PatientFacts], key: bytes) -> pa.RecordBatch:
    """Return ``people`` with keyed hashes in the place of what names them; unknown stays empty."""
    made = []
    for one in people:
        whole = f"{fold(one.family)}|{fold(one.given)}|{one.birth}" if one.family and one.given and one.birth else ""
        made.append(
            {
                "account": one.account if isinstance(one, Person) else "",
                "patient": one.patient if isinstance(one, PatientFacts) else "",
                "family": keyed(key, "family", fold(one.family)),
                "whole": keyed(key, "whole", whole),
                "postal": keyed(key, "postal", fold(one.postal)),
                "phone": keyed(key, "phone", fold(one.phone)),
                "vip": one.vip if isinstance(one, PatientFacts) else False,
            }
        )
    return pa.RecordBatch.from_pylist(made, schema=PEOPLE)


def fold(text: str) -> str:
    """Return ``text`` in small letters and digits only, without accents."""
    flat = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in flat if letter.isalnum())


def keyed(key: bytes, kind: str, text: str) -> str:
    """Return 96 bits that only the holder of ``key`` can recompute; empty for nothing."""
    if not text:
        return ""
    return hashlib.blake2b(text.encode(), digest_size=12, key=key[:64], person=kind.encode()).hexdigest()


def staff(persons: Sequence[Person]) -> pa.RecordBatch:
    """Return one row an account, the last told, in the order of names."""
    last = {person.account: person for person in persons}
    kept = [last[name] for name in sorted(last)]
    columns = [pa.array([getattr(one, field.name) for one in kept], field.type) for field in STAFF]
    return pa.RecordBatch.from_arrays(columns, schema=STAFF)


def aliases(persons: Sequence[Person]) -> pa.RecordBatch:
    """Return which other identifiers stand for which account, one row an alias."""
    known = {alias: person.account for person in persons for alias in person.known_as if alias != person.account}
    pairs = sorted(known.items())
    return pa.RecordBatch.from_pydict(
        {"alias": [a for a, _ in pairs], "account": [b for _, b in pairs]}, schema=ALIASES
    )


def marks(people: pa.RecordBatch | pa.Table) -> pa.Table:
    """Return the relations of ``people``; an empty account means every account."""
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("people", people if isinstance(people, pa.Table) else pa.Table.from_batches([people]))
        return connection.sql(_MARKS, params={"common": COMMON}).to_arrow_table().cast(RELATIONS)


_MARKS = """
WITH staff AS (SELECT DISTINCT * FROM people WHERE account <> ''),
patients AS (SELECT DISTINCT * FROM people WHERE patient <> ''),
own AS (SELECT DISTINCT s.account, p.patient FROM staff s JOIN patients p USING (whole) WHERE whole <> ''),
rare AS (SELECT family FROM patients WHERE family <> '' GROUP BY family HAVING count(DISTINCT patient) <= $common),
homes AS (SELECT postal FROM patients WHERE postal <> '' GROUP BY postal HAVING count(DISTINCT patient) <= $common),
other AS (
    SELECT s.account, p.patient, 'same-name' AS relation
    FROM staff s JOIN patients p USING (family) SEMI JOIN rare USING (family)
    UNION SELECT s.account, p.patient, 'same-address'
    FROM staff s JOIN patients p USING (postal) SEMI JOIN homes USING (postal)
    UNION SELECT s.account, p.patient, 'same-phone' FROM staff s JOIN patients p USING (phone) WHERE phone <> ''
)
SELECT account, patient, 'self' AS relation FROM own
UNION SELECT o.account, o.patient, o.relation FROM other o ANTI JOIN own USING (account, patient)
UNION SELECT '', patient, 'colleague' FROM own
UNION SELECT '', patient, 'well-known' FROM patients WHERE vip
ORDER BY ALL
"""
