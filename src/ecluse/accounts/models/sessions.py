"""What sessions leave behind: sign-ins as seen, the PIN and the shift of a ward workstation, reviews of rights."""

from django.db import models
from django.utils import timezone

from ecluse.accounts.models.people import Account
from ecluse.accounts.models.places import Workstation


class SignIn(models.Model):
    """One sign-in as it was seen: from which workstation and place, and what was unusual about it (comma-separated).

    ``told``: when the person was told of an unusual one. ``place`` is a network, never a whole address.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sign_ins")
    at = models.DateTimeField(default=timezone.now)
    workstation = models.CharField(max_length=32)
    place = models.CharField(max_length=64)
    unusual = models.CharField(max_length=64, blank=True)
    told = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "at"], name="sign_in_of_account")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.at:%Y-%m-%d %H:%M}"


class Pin(models.Model):
    """The PIN of a person on ward workstations: Argon2id, sealed besides; ``tries`` counts wrong ones in a row."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="pin")
    sealed = models.TextField(editable=False)
    tries = models.PositiveSmallIntegerField(default=0)
    changed = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.account_id}"


class Shift(models.Model):
    """A shift on ward workstations, opened by badge and PIN; until its end a tap of the badge is enough.

    ``page``: where the person left off; ``workstation`` and ``session_key``: the one session it is open in, if any.
    """

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="shift")
    until = models.DateTimeField()
    page = models.CharField(max_length=200, blank=True)
    session_key = models.CharField(max_length=40, blank=True, editable=False)
    workstation = models.ForeignKey(Workstation, on_delete=models.SET_NULL, null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.account_id} until {self.until:%H:%M}"


class Review(models.Model):
    """One look at what somebody may do: ``kept``, ``withdrawn``, by whom and when."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="reviews")
    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=64)
    answer = models.CharField(max_length=16)
    professions = models.CharField(max_length=400, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "at"], name="review_of_account")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.answer}"
