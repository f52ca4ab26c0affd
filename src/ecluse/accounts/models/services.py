"""What services carry to prove themselves."""

from django.db import models
from django.utils import timezone

from ecluse.accounts.models.people import Account
from ecluse.accounts.models.words import DIGEST_BYTES, valid_profession


class Token(models.Model):
    """An access token of a service: only a SHA-256 of it and of its key is kept. ``profession`` is what it acts as."""

    digest = models.BinaryField(max_length=DIGEST_BYTES, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    profession = models.CharField(max_length=32, validators=[valid_profession])
    label = models.CharField(max_length=100, blank=True)
    created = models.DateTimeField(default=timezone.now, editable=False)
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["account", "expires"]

    def __str__(self) -> str:
        return f"{self.account} · {self.label}"


class ServiceClient(models.Model):
    """How a service proves itself: public keys, and what narrows it further than its profession.

    ``jwks`` is a JWK Set (RFC 7517) of public keys; ``scope`` the SMART scopes it may ask for; ``addresses`` the
    networks (CIDR) it may call from, none meaning any.
    """

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="client")
    jwks = models.JSONField()
    scope = models.TextField()
    addresses = models.JSONField(default=list, blank=True)
    created = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return str(self.account)
