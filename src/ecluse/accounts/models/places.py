"""Where people work, and what they work on."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ecluse.accounts.models.people import Account


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
