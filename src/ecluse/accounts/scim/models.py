"""What of SCIM is kept (RFC 7643): a part of the core user, our own extension, and groups that are units."""

from datetime import datetime
from typing import Annotated, Any

from scim2_models import (
    URN,
    AnyExtension,
    ComplexAttribute,
    Extension,
    GroupMember,
    Mutability,
    Required,
    Resource,
    Returned,
    Uniqueness,
    User,
)

STAFF = "urn:ecluse:params:scim:schemas:extension:2.0:Staff"


class Staff(Extension):
    """``rpps``: 11 digits, written once. ``ends``: last day. The others are told, never taken."""

    __schema__ = URN(STAFF)

    rpps: Annotated[str | None, Mutability.immutable] = None
    ends: datetime | None = None
    professions: Annotated[list[str] | None, Mutability.read_only] = None
    proposed: Annotated[list[str] | None, Mutability.read_only] = None
    proposal: Annotated[str | None, Mutability.read_only] = None


class Role(ComplexAttribute):
    """A profession that is asked for."""

    value: str | None = None


class Person(Resource[AnyExtension]):
    """The part of the core user that is kept, as ``/Schemas`` tells it."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Required.true, Uniqueness.server, Mutability.immutable] = None
    display_name: str | None = None
    active: bool | None = None
    roles: Annotated[list[Role] | None, Mutability.write_only, Returned.never] = None


class Unit(Resource[Any]):
    """The part of the core group that is kept: a unit and who works there."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Required.true] = None
    members: list[GroupMember] | None = None


Taken = User[Staff]
"""What is read: every core attribute is understood, most are not kept."""
