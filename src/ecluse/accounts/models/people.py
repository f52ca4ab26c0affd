"""People and services, and what they are employed as."""

import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar
from unicodedata import normalize

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ecluse.accounts.models.words import valid_profession, valid_rpps, valid_username

if TYPE_CHECKING:
    from ecluse.accounts.models.places import Membership, Unit


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
