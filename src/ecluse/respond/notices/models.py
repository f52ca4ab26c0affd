"""Tables of breaches. What people wrote is sealed; a row is added and never changed (R33, R34)."""

from datetime import UTC, datetime

from django.db import models

from ecluse.respond.exposure.scope import Scope
from ecluse.respond.kept import Kept


class Breach(Kept):
    """A breach: whose accesses, when it became known. ``name`` is the year and a number, ``2026-003``."""

    name = models.CharField(max_length=16, unique=True)
    case = models.CharField(max_length=64, blank=True)
    accounts = models.JSONField(default=list)
    sessions = models.JSONField(default=list)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    aware = models.DateTimeField()
    opened = models.DateTimeField()
    by = models.CharField(max_length=80)
    sequence = models.BigIntegerField()

    @property
    def scope(self) -> Scope:
        """Return whose accesses it is about."""
        return Scope(accounts=tuple(self.accounts), sessions=tuple(self.sessions), since=self.since, until=self.until)

    @property
    def age(self) -> float:
        """Return the hours since it became known."""
        return (datetime.now(UTC) - self.aware).total_seconds() / 3600


class Saying(Kept):
    """What a person wrote in a field of a notice; the newest counts."""

    breach = models.ForeignKey(Breach, models.PROTECT, related_name="sayings")
    notice = models.CharField(max_length=32)
    field = models.CharField(max_length=32)
    text = models.BinaryField()
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    sequence = models.BigIntegerField()


class Finished(Kept):
    """A notice as it was finished. ``digest``: SHA-256 of its JSON, which the trace holds too."""

    breach = models.ForeignKey(Breach, models.PROTECT, related_name="finished")
    notice = models.CharField(max_length=32)
    language = models.CharField(max_length=2)
    document = models.BinaryField()
    digest = models.CharField(max_length=64)
    late = models.BooleanField()
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    sequence = models.BigIntegerField()
