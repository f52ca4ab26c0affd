"""How people are told of changes to their credentials."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ecluse.accounts.models.people import Account


class Contact(models.Model):
    """Where a person is told of changes to their credentials. Never a way in: no link and no code goes there."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="contact")
    email = models.EmailField(_("e-mail"))

    def __str__(self) -> str:
        return f"{self.account_id}"


class Notice(models.Model):
    """A change to somebody's credentials that they have not said they saw yet."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="notices")
    rule = models.CharField(max_length=40)
    detail = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField(default=timezone.now)
    seen = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.account_id} {self.rule}"
