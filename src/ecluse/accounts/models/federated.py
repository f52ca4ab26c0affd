"""What providers and provisioning clients call people, and which sessions began with them."""

from django.db import models
from django.utils import timezone

from ecluse.accounts.models.people import Account


class LinkedIdentity(models.Model):
    """What a provider calls a person: set up beforehand, never by signing in."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="identities")
    provider = models.CharField(max_length=64)
    subject = models.CharField(max_length=255)
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "subject"], name="linked_subject_once"),
            models.UniqueConstraint(fields=["provider", "account"], name="linked_account_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.provider}"


class FederatedSession(models.Model):
    """Which open session began with which session of a provider, so that the provider can end it."""

    session_key = models.CharField(max_length=40, primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="federated_sessions")
    provider = models.CharField(max_length=64)
    subject = models.CharField(max_length=255)
    sid = models.CharField(max_length=255, blank=True)
    created = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"{self.account} · {self.provider}"


class Provisioned(models.Model):
    """What a provisioning client calls an account (SCIM ``externalId``)."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="provisioned")
    external_id = models.CharField(max_length=255, blank=True)
    changed = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return str(self.account)
