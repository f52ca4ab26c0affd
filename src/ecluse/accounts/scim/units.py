"""Units as SCIM groups. Who works in a unit is explained to its patients, so each change is traced as a duty is."""

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import slugify
from scim2_models import Group, GroupMember, Meta

from ecluse.accounts.bridge import note
from ecluse.accounts.models import Membership, Unit
from ecluse.accounts.scim import people
from ecluse.accounts.scim.door import ScimError
from ecluse.core.words import Action
from ecluse.safe.protocol import Who

LONGEST_CODE = 64
LONGEST_NAME = 200
LONGEST_EXTERNAL = 255


def visible() -> QuerySet[Unit]:
    """Return the units that were not taken away; ``named`` is what the client calls each."""
    return Unit.objects.filter(closed=None).annotate(named=Coalesce("external_id", "code")).order_by("pk")


def external(unit: Unit) -> str:
    """Return what the client calls a unit: its code, until the client says otherwise."""
    return unit.code if unit.external_id is None else unit.external_id


def one(pk: int) -> Unit:
    """Return a unit.

    Raises:
        ScimError: 404.
    """
    found = visible().filter(pk=pk).first()
    if found is None:
        raise ScimError(404, "There is no such group.")
    return found


def shown(unit: Unit, request: HttpRequest) -> Group:
    """Return a unit as a group: of its members, those under provisioning."""
    rows = Membership.objects.filter(unit=unit, until=None, account__in=people.visible()).order_by("account_id")
    users = request.build_absolute_uri("/scim/v2/Users/")
    members = [
        GroupMember.model_validate(
            {
                "value": str(row.account_id),
                "$ref": f"{users}{row.account_id}",
                "type": "User",
            }
        )
        for row in rows
    ]
    return Group(
        id=str(unit.pk),
        external_id=external(unit) or None,
        display_name=unit.name,
        members=members or None,
        meta=Meta(resource_type="Group", location=request.build_absolute_uri(f"/scim/v2/Groups/{unit.pk}")),
    )


def create(request: HttpRequest, who: Who, group: Group) -> Unit:
    """Make a unit, or a 409 when there is one of this code.

    Raises:
        ScimError: 400, 409.
    """
    name, code = named(group), (group.external_id or slugify(group.display_name or ""))[:LONGEST_CODE]
    if not code or visible().filter(code=code).exists():
        raise ScimError(409, "There is a group of this code (externalId).", "uniqueness")
    note(who, Action.DUTY, "unit-made", request, detail=code)
    unit, _made = Unit.objects.update_or_create(
        code=code, defaults={"name": name, "closed": None, "external_id": group.external_id or ""}
    )
    keep_members(request, who, unit, group)
    return unit


def replace(request: HttpRequest, who: Who, unit: Unit, group: Group) -> None:
    """Bring a unit to what ``group`` says."""
    name = named(group)
    if name != unit.name:
        note(who, Action.DUTY, "unit-renamed", request, detail=unit.code)
        unit.name = name
        unit.save(update_fields=["name"])
    if (group.external_id or "") != external(unit):
        note(who, Action.DUTY, "unit-renamed", request, detail=unit.code)
        unit.external_id = (group.external_id or "")[:LONGEST_EXTERNAL]
        unit.save(update_fields=["external_id"])
    keep_members(request, who, unit, group)


def remove(request: HttpRequest, who: Who, unit: Unit) -> None:
    """Take a unit away from the client: its people leave it; the unit stays for the patients who lie there."""
    note(who, Action.DUTY, "unit-closed", request, detail=unit.code)
    keep_members(request, who, unit, Group(display_name=unit.name))
    Unit.objects.filter(pk=unit.pk).update(closed=timezone.now())


def named(group: Group) -> str:
    """Return a name.

    Raises:
        ScimError: 400, it is none.
    """
    name = (group.display_name or "").strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise ScimError(400, "displayName is missing or too long.", "invalidValue")
    return name


def keep_members(request: HttpRequest, who: Who, unit: Unit, group: Group) -> None:
    """Open and close memberships of the accounts under provisioning; others stay as they are.

    Raises:
        ScimError: 400, a member is nobody under provisioning.
    """
    values = [member.value or "" for member in group.members or []]
    wanted = {int(value) if value.isdigit() else 0 for value in values}
    known = {account.pk: account for account in people.visible().filter(pk__in=wanted)}
    if set(known) != wanted:
        raise ScimError(400, "A member is not a user of this interface.", "invalidValue")
    rows = Membership.objects.filter(unit=unit, until=None, account__in=people.visible())
    there = {row.account_id: row.account.username for row in rows.select_related("account")}
    joins = [known[pk] for pk in sorted(wanted - set(there))]
    leaves = sorted(set(there) - wanted)
    for account in joins:
        note(who, Action.DUTY, "joins-unit", request, target=account.username, detail=unit.code)
    for pk in leaves:
        note(who, Action.DUTY, "leaves-unit", request, target=there[pk], detail=unit.code)
    with transaction.atomic():
        rows.filter(account_id__in=leaves).update(until=timezone.now())
        Membership.objects.bulk_create([Membership(account=account, unit=unit) for account in joins])
