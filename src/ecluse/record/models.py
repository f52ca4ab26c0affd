"""Tables of the record. Whoever reads them sees ciphertext, pseudonyms, types, versions and times: nothing else.

Promise:

- **R1** Nothing of a patient is readable in the database: no name, address, phone, number, drug or document, in no
  encoding. Searching goes through keyed tokens made by the safe.

Times are Unix milliseconds. A resource's FHIR id is ``{patient.ref}-{n}`` (the Patient itself: ``ref``), so no index in
random order is needed: every index here but ``Token`` grows at its end, which keeps big imports at a steady rate.
``Token`` is filled in sorted order from ``TokenPending`` for the same reason. Rows of other patients are never linked
by foreign keys checked row by row: what ties a row to its patient is its seal.
"""

import time
import uuid

from django.db import models


def new_ref() -> str:
    """Return a fresh reference: 32 hex digits of a UUIDv7 (RFC 9562), so references grow with time."""
    stamp = time.time_ns() // 1_000_000
    chance = uuid.uuid4().int & ((1 << 74) - 1)
    value = (stamp << 80) | (7 << 76) | ((chance >> 62) << 64) | (2 << 62) | (chance & ((1 << 62) - 1))
    return f"{value:032x}"


def now_ms() -> int:
    """Return the present time in Unix milliseconds."""
    return time.time_ns() // 1_000_000


class Patient(models.Model):
    """A patient as the database knows one: a pseudonym and a salt. Destroying the salt is the erasure."""

    id = models.BigAutoField(primary_key=True)
    ref = models.CharField(max_length=32, unique=True, default=new_ref)
    salt = models.BinaryField(max_length=32)
    source = models.BigIntegerField(null=True, db_index=True)
    updated = models.BigIntegerField(default=now_ms)

    def __str__(self) -> str:
        return self.ref


class Part(models.Model):
    """One compartment of one version of one resource, sealed. ``current``: the newest part of its compartment."""

    id = models.BigAutoField(primary_key=True)
    patient = models.ForeignKey(Patient, models.PROTECT, db_index=False, db_constraint=False, related_name="parts")
    n = models.IntegerField()
    type = models.CharField(max_length=32)
    version = models.IntegerField(default=1)
    compartment = models.CharField(max_length=10)
    current = models.BooleanField(default=True)
    deleted = models.BooleanField(default=False)
    updated = models.BigIntegerField(default=now_ms)
    source = models.BigIntegerField(null=True)
    digest = models.BigIntegerField(null=True)
    sealed = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "n", "version", "compartment"], name="part_place"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.patient_id}-{self.n} v{self.version} {self.compartment}"


class Token(models.Model):
    """The blind index: a keyed 64-bit token of a search term, and a patient it fits."""

    pk = models.CompositePrimaryKey("token", "patient_id")
    token = models.BigIntegerField()
    patient_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.token} {self.patient_id}"


class TokenPending(models.Model):
    """Tokens of an import that runs, to be merged into :class:`Token` in sorted order."""

    id = models.BigAutoField(primary_key=True)
    token = models.BigIntegerField()
    patient_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.token} {self.patient_id}"


class Directory(models.Model):
    """What is not about a patient (practitioners, organisations, locations), sealed with the directory key."""

    id = models.BigAutoField(primary_key=True)
    ref = models.CharField(max_length=32, default=new_ref)
    type = models.CharField(max_length=32)
    version = models.IntegerField(default=1)
    current = models.BooleanField(default=True)
    updated = models.BigIntegerField(default=now_ms)
    source = models.BigIntegerField(null=True, db_index=True)
    digest = models.BigIntegerField(null=True)
    sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ref", "version"], name="directory_place")]

    def __str__(self) -> str:
        return f"{self.type} {self.ref} v{self.version}"


class File(models.Model):
    """The bytes of a document, sealed. Its FHIR id is ``{patient.ref}-{n}`` (a Binary); it never changes."""

    id = models.BigAutoField(primary_key=True)
    patient = models.ForeignKey(Patient, models.PROTECT, db_index=False, db_constraint=False, related_name="files")
    n = models.IntegerField()
    compartment = models.CharField(max_length=10)
    updated = models.BigIntegerField(default=now_ms)
    source = models.BigIntegerField(null=True)
    digest = models.BigIntegerField(null=True)
    sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patient", "n"], name="file_place")]

    def __str__(self) -> str:
        return f"Binary {self.patient_id}-{self.n}"
