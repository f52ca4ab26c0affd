"""What opens an account, how often it was guessed wrongly, and how somebody who lost it comes back."""

from django.db import models
from django.utils import timezone

from ecluse.accounts.models.people import Account


class UsedStep(models.Model):
    """The newest time step whose code a person's authenticator app has already opened something with."""

    factor = models.OneToOneField(
        "mfa.Authenticator", on_delete=models.CASCADE, primary_key=True, related_name="used_step"
    )
    step = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.factor_id}"


class Tries(models.Model):
    """Wrong proofs in a row, by what is counted (:mod:`ecluse.accounts.throttle`). ``key`` is a keyed hash."""

    key = models.CharField(max_length=72, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    last = models.FloatField(default=0.0, db_index=True)
    since = models.FloatField(default=0.0)

    def __str__(self) -> str:
        return f"{self.key[:12]} {self.count}"


class Enrolled(models.Model):
    """A person who has, or had, a second factor: none is ever added again at a password's word alone."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="enrolled")
    since = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.account_id}"


class Slip(models.Model):
    """A sealed slip: asked for by one, handed over in person by another, good once with what the person still has."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="slips")
    kind = models.CharField(max_length=16)
    asked_by = models.CharField(max_length=64)
    asked = models.DateTimeField(default=timezone.now)
    given_by = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    until = models.DateTimeField()
    used = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["asked"]

    def __str__(self) -> str:
        return f"{self.account_id} {self.kind}"
