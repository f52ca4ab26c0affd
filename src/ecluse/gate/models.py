"""What the gate keeps: duties, justifications, broken glass, export tickets. Never anything clinical.

Patients are numbers here (``record.Patient.pk``, without a foreign key: the gate stands below the record). Free text is
sealed with a key of the safe (``gate/sealed.py``). Times of duties are whole Unix seconds: the same comparison on every
database, and nothing to parse when a million rows are copied in.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ecluse.gate.reasons import OUTCOMES, PARTS

FOREVER = 253_402_300_799
"""``until`` of a duty that has no known end: 31 December 9999, in Unix seconds."""


class Duty(models.Model):
    """Why an account, or everybody who works in a unit, may have to do with one patient for a time.

    ``made_by`` is the account that caused the row (``import:NAME`` for an import run as NAME): to that account the row
    explains nothing. ``source`` names what it was derived from, such as ``Encounter/3``; with the patient it tells
    which rows to replace.
    """

    kind = models.CharField(max_length=24)
    patient_id = models.BigIntegerField()
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.CASCADE, null=True, blank=True, db_index=False, related_name="+"
    )
    unit = models.ForeignKey(
        "accounts.Unit", on_delete=models.CASCADE, null=True, blank=True, db_index=False, related_name="+"
    )
    since = models.BigIntegerField()
    until = models.BigIntegerField(default=FOREVER)
    made_by = models.CharField(max_length=80)
    made_at = models.BigIntegerField()
    source = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["patient_id", "until"], name="duty_patient"),
            models.Index(fields=["account", "until"], name="duty_account", condition=Q(account__isnull=False)),
            models.Index(fields=["unit", "until"], name="duty_unit", condition=Q(unit__isnull=False)),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(account__isnull=False) | Q(unit__isnull=False), name="duty_of_somebody"),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="duty_ends_after_it_starts"),
            models.CheckConstraint(condition=~Q(made_by=""), name="duty_made_by_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.patient_id}"


class Reasoned(models.Model):
    """A person said, for one patient, why they look without a duty. ``text`` is sealed; ``session`` is a digest."""

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    patient_id = models.BigIntegerField()
    ref = models.CharField(max_length=32)
    reason = models.CharField(_("reason"), max_length=32)
    text = models.BinaryField()
    session = models.CharField(max_length=64)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"))
    sequence = models.BigIntegerField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.reason} · {self.patient_id}"


class Justification(Reasoned):
    """A reason given for one patient: it opens that patient to that session for two hours, as an unexplained access."""

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "patient_id", "until"], name="justification_use")
        ]


class Glass(Reasoned):
    """The glass broken for one patient by one account.

    ``approval`` is the executed proposal when a second person was needed.
    """

    compartments = models.CharField(max_length=80)
    second = models.CharField(_("second person"), max_length=64, blank=True)
    approval = models.BigIntegerField(null=True, blank=True)
    reviewed = models.DateTimeField(_("reviewed"), null=True, blank=True)
    reviewed_by = models.CharField(max_length=64, blank=True)
    remark = models.CharField(_("outcome"), max_length=32, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "patient_id", "until"], name="glass_use"),
            models.Index(fields=["-since"], name="glass_latest"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(reviewed=None, reviewed_by="") | (Q(reviewed__isnull=False) & ~Q(reviewed_by="")),
                name="glass_review_when_and_who",
            ),
            models.CheckConstraint(
                condition=Q(approval=None, second="") | (Q(approval__isnull=False) & ~Q(second="")),
                name="glass_second_and_approval",
            ),
        ]

    @property
    def concluded(self) -> str:
        """What the review concluded, in words."""
        return str(OUTCOMES.get(self.remark, ""))

    @property
    def parts(self) -> str:
        """What was opened, in words."""
        return ", ".join(str(PARTS[word]) for word in self.compartments.split())


class ExportTicket(models.Model):
    """What was proposed for export, so that what is exported can be compared with it.

    ``sequence`` names the proposal in the safe.
    """

    sequence = models.BigIntegerField(unique=True)
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    profession = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    count = models.IntegerField()
    recipient = models.CharField(_("recipient"), max_length=200)
    purpose = models.CharField(_("purpose"), max_length=16)
    made = models.DateTimeField()
    until = models.DateTimeField()
    used = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.sequence} · {self.count}"
