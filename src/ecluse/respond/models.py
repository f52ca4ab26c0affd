"""What is kept of cases: rows that are only ever added, and the outbox of alarms. No patient, nothing clinical.

A case is its events. ``sequence`` names the entry of the trace that told of a row before it was kept.
"""

from typing import Any, ClassVar, Never, TypeVar

from django.db import models

from ecluse.respond.sealed import SealedBody

M = TypeVar("M", bound=models.Model)


class OnlyAdded(models.QuerySet[M]):
    """Rows that stay as they are (C6)."""

    def update(self, **_: object) -> Never:
        """Refuse.

        Raises:
            TypeError: always.
        """
        raise TypeError("What is kept of a case is never changed.")

    def delete(self) -> Never:
        """Refuse.

        Raises:
            TypeError: always.
        """
        raise TypeError("What is kept of a case is never deleted.")

    def bulk_update(self, *_: object, **__: object) -> Never:
        """Refuse.

        Raises:
            TypeError: always.
        """
        raise TypeError("What is kept of a case is never changed.")


class Kept(models.Model):
    """A row that is written once."""

    sequence = models.BigIntegerField()

    objects = models.Manager.from_queryset(OnlyAdded)()

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        """Write a new row.

        Raises:
            TypeError: the row is there already.
        """
        if not self._state.adding:
            raise TypeError("What is kept of a case is never changed.")
        super().save(*args, **options)

    def delete(self, *_: Any, **__: Any) -> Never:
        """Refuse.

        Raises:
            TypeError: always.
        """
        raise TypeError("What is kept of a case is never deleted.")


class Case(Kept):
    """A reason to look at one account. ``ref`` names it everywhere; ``account`` is the login name of the trace."""

    ref = models.CharField(max_length=16, unique=True)
    account = models.CharField(max_length=80, db_index=True)
    kind = models.CharField(max_length=16)
    opened = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.ref} · {self.account}"


class CaseEvent(Kept):
    """Something that happened to a case, by whom (a login name, or the watch)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=16)
    at = models.DateTimeField()
    by = models.CharField(max_length=80)
    body = SealedBody(default=dict)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return f"{self.case_id} · {self.kind}"


class Question(Kept):
    """What an account was told of one day: so many records opened without a link of care. Was it you, and why?"""

    account = models.CharField(max_length=80)
    day = models.DateField()
    patients = models.IntegerField()
    asked = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account", "day"], name="question_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.day}"


class Reply(Kept):
    """What the person said: theirs or not, and a reason of the list (``gate.reasons.WHY``), no free text."""

    question = models.OneToOneField(Question, on_delete=models.PROTECT, related_name="reply")
    at = models.DateTimeField()
    mine = models.BooleanField()
    reason = models.CharField(max_length=32, blank=True)

    def __str__(self) -> str:
        return f"{self.question_id} · {self.mine}"


class Delivery(models.Model):
    """One alarm on its way to one receiver. It stays until ``sent``, and after (C9)."""

    channel = models.CharField(max_length=16)
    name = models.CharField(max_length=32, unique=True)
    case_ref = models.CharField(max_length=16, blank=True, db_index=True)
    to = models.JSONField(default=list)
    message = models.JSONField()
    made = models.DateTimeField()
    due = models.DateTimeField(db_index=True)
    tries = models.IntegerField(default=0)
    sent = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.channel} · {self.name}"
