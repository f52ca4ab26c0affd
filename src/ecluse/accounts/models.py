"""People and services, what they are employed as, where they work, and what they carry to prove it.

The trace knows an account by ``username`` alone: a stable login name, never a person's name. ``display_name`` is for
pages. What the safe's register says of professions is what counts; the rows here say what to offer and what to claim.
"""

import datetime as dt
from typing import Any, ClassVar
from unicodedata import normalize

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ecluse.core.words import Profession

USERNAME = r"^[a-z0-9][a-z0-9._-]{0,63}\Z"
RPPS = r"^[0-9]{11}\Z"
DIGEST_BYTES = 32

valid_username = RegexValidator(USERNAME, _("Small letters, digits, dot, dash and underscore; 64 at most."))
valid_rpps = RegexValidator(RPPS, _("An RPPS number has 11 digits."))


def valid_profession(word: str) -> None:
    """Refuse a word that is not a :class:`Profession`.

    Raises:
        ValidationError: the word is not one of them.
    """
    if word not in set(Profession):
        raise ValidationError(_("Unknown profession."))


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts. Without a password an account cannot sign in by password at all."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "Account":
        """Make one account.

        Raises:
            django.core.exceptions.ValidationError: a field is not what it must be.
        """
        account = self.model(username=username, **fields)
        account.set_password(password)
        account.full_clean(exclude=["password"])
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """A person or a service. Outside its dates it does not sign in, and its open sessions stop."""

    username = models.CharField(_("account"), max_length=64, unique=True, validators=[valid_username])
    display_name = models.CharField(_("name"), max_length=200)
    rpps = models.CharField(_("RPPS number"), max_length=11, blank=True, validators=[valid_rpps])
    hired = models.DateField(_("first day"), null=True, blank=True)
    ends = models.DateField(_("last day"), null=True, blank=True)
    service = models.BooleanField(_("service"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    expires = models.DateTimeField(_("expires"), null=True, blank=True)
    issued_by = models.CharField(_("issued by"), max_length=64, blank=True)
    reopened = models.DateTimeField(null=True, blank=True, editable=False)
    created = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    units: "models.ManyToManyField[Unit, Membership]" = models.ManyToManyField(
        "Unit", through="Membership", related_name="accounts"
    )

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[AccountManager] = AccountManager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(fields=["rpps"], condition=~Q(rpps=""), name="account_rpps_once"),
            models.CheckConstraint(
                condition=Q(hired=None) | Q(ends=None) | Q(ends__gte=F("hired")), name="account_ends_after_hired"
            ),
        ]

    def __str__(self) -> str:
        return self.username

    def set_password(self, raw_password: str | None) -> None:
        """Hash a password, in Unicode NFC: two keyboards may type one letter as one character or as two."""
        super().set_password(normalize("NFC", raw_password) if raw_password is not None else None)

    def check_password(self, raw_password: str) -> bool:
        """Compare a password, in Unicode NFC."""
        return super().check_password(normalize("NFC", raw_password))

    def clean(self) -> None:
        """Leave the login name as typed: Django's own normalisation could turn one name into another's."""

    def employed(self, on: dt.date) -> bool:
        """Tell whether this account may be used on that day. The first and the last day are days of work."""
        started = self.hired is None or self.hired <= on
        ended = self.ends is not None and self.ends < on
        return self.is_active and started and not ended


class AccountProfession(models.Model):
    """One profession an account may act as. Written only once the safe has registered it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="professions")
    profession = models.CharField(_("profession"), max_length=32, validators=[valid_profession])

    class Meta:
        ordering = ["profession"]
        constraints = [models.UniqueConstraint(fields=["account", "profession"], name="account_profession_once")]

    def __str__(self) -> str:
        return self.profession


class Unit(models.Model):
    """A ward, a department, a consultation: where care is given and where people work.

    ``external_id``: what a provisioning client calls it (SCIM ``externalId``); none: its code. ``closed``: since when
    that client no longer has it; patients who lie there stay where they are.
    """

    code = models.CharField(_("code"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=32, blank=True)
    external_id = models.CharField(max_length=255, null=True, blank=True, editable=False)  # noqa: DJ001 - none is not empty
    closed = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """An account works in a unit from ``since`` until ``until`` (empty: until further notice)."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="memberships")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="memberships")
    since = models.DateTimeField(_("since"), default=timezone.now)
    until = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "unit", "since"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.account} · {self.unit}"


class OnCall(models.Model):
    """An account is on call for a unit during some hours."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="on_calls")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="on_calls")
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "unit", "since"], name="on_call_once"),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="on_call_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.unit}"


class Workstation(models.Model):
    """A browser somebody has proved their identity on. ``key`` is what its cookie holds and the trace says.

    ``public_key``: the key that browser signs with, once it has one. ``ward``: registered as a shared workstation of
    its unit, by a code typed on it once (``code``: its SHA-256); ``session_key``: the one session open on it.
    """

    key = models.CharField(max_length=32, unique=True, editable=False)
    public_key = models.CharField(max_length=88, blank=True, editable=False)
    ward = models.BooleanField(_("shared workstation"), default=False)
    code = models.CharField(max_length=64, blank=True, editable=False)
    code_until = models.DateTimeField(null=True, blank=True, editable=False)
    session_key = models.CharField(max_length=40, blank=True, editable=False)
    label = models.CharField(_("label"), max_length=200, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.SET_NULL, null=True, blank=True, related_name="workstations")
    created = models.DateTimeField(default=timezone.now, editable=False)
    proved = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.label or self.key


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


class UsedStep(models.Model):
    """The newest time step whose code a person's authenticator app has already opened something with."""

    factor = models.OneToOneField(
        "mfa.Authenticator", on_delete=models.CASCADE, primary_key=True, related_name="used_step"
    )
    step = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.factor_id}"


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


class Tries(models.Model):
    """Wrong proofs in a row, by what is counted (:mod:`ecluse.accounts.throttle`). ``key`` is a keyed hash."""

    key = models.CharField(max_length=72, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    last = models.FloatField(default=0.0, db_index=True)
    since = models.FloatField(default=0.0)

    def __str__(self) -> str:
        return f"{self.key[:12]} {self.count}"


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
