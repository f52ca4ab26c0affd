"""Tables of what patients ask. Texts are sealed; a row is added and never changed (R62)."""

from django.db import models

from ecluse.respond.kept import Kept


class Release(Kept):
    """The data protection officer lets a patient know the names of who opened their record. ``reason`` is a code."""

    patient = models.CharField(max_length=32, db_index=True)
    reason = models.CharField(max_length=32)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    sequence = models.BigIntegerField()


class Ask(Kept):
    """What a patient asked or complained of. ``kind`` is one of :class:`ecluse.respond.patients.asks.Kind`."""

    patient = models.CharField(max_length=32, db_index=True)
    kind = models.CharField(max_length=16)
    text = models.BinaryField()
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    sequence = models.BigIntegerField()


class Answer(Kept):
    """What was answered, and whether that closes it."""

    ask = models.ForeignKey(Ask, models.PROTECT, related_name="answers")
    text = models.BinaryField()
    closes = models.BooleanField()
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    sequence = models.BigIntegerField()
