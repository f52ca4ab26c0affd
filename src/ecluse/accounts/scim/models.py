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
RIGHTS = "urn:ecluse:params:scim:schemas:extension:2.0:Rights"


class Staff(Extension):
    """``rpps``: 11 digits, written once. ``ends``: last day."""

    __schema__ = URN(STAFF)

    rpps: Annotated[str | None, Mutability.immutable] = None
    ends: datetime | None = None


class Rights(Extension):
    """What is told, never taken: professions, those that wait for a second person, and what became of a proposal."""

    __schema__ = URN(RIGHTS)

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
    active: Annotated[bool | None, Required.true] = None
    roles: Annotated[list[Role] | None, Mutability.write_only, Returned.never] = None


class Member(GroupMember):
    """A member; what it is called is told, never taken."""

    display: Annotated[str | None, Mutability.read_only] = None


class Unit(Resource[Any]):
    """The part of the core group that is kept: a unit and who works there."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Required.true] = None
    members: list[Member] | None = None


Taken = User[Staff | Rights]
"""What is read: every core attribute is understood, most are not kept."""
