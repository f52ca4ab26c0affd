"""What provisioning says of itself (RFC 7643, sections 5 to 7)."""

from typing import Any

from django.http import HttpRequest
from scim2_models import (
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    ETag,
    Filter,
    Meta,
    Patch,
    ResourceType,
    ServiceProviderConfig,
    Sort,
)

from ecluse.accounts.scim.models import Person, Rights, Staff, Unit

MOST = 200


def config(request: HttpRequest) -> dict[str, Any]:
    """Return ServiceProviderConfig."""
    scheme = AuthenticationScheme(
        type=AuthenticationScheme.Type.oauth2,
        name="OAuth 2.0 client credentials, private_key_jwt, DPoP",
        description="RFC 6749, RFC 7523, RFC 9449; scope scim. No long-lived secret.",
        primary=True,
    )
    found = ServiceProviderConfig(
        patch=Patch(supported=True),
        bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
        filter=Filter(supported=True, max_results=MOST),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=False),
        etag=ETag(supported=False),
        authentication_schemes=[scheme],
        meta=Meta(resource_type="ServiceProviderConfig", location=here(request, "ServiceProviderConfig")),
    )
    return found.model_dump()


def types(request: HttpRequest) -> dict[str, dict[str, Any]]:
    """Return the resource types by name."""
    found: dict[str, dict[str, Any]] = {}
    for kind, name in ((Person[Staff | Rights], "User"), (Unit, "Group")):
        one = ResourceType.from_resource(kind)
        one.id = one.name = name
        one.meta = Meta(resource_type="ResourceType", location=here(request, f"ResourceTypes/{name}"))
        found[name] = one.model_dump()
    return found


def schemas(request: HttpRequest) -> dict[str, dict[str, Any]]:
    """Return the schemas by their URN."""
    found: dict[str, dict[str, Any]] = {}
    for one, name in (
        (Person.to_schema(), "User"),
        (Unit.to_schema(), "Group"),
        (Staff.to_schema(), "Staff"),
        (Rights.to_schema(), "Rights"),
    ):
        one.name = name
        one.meta = Meta(resource_type="Schema", location=here(request, f"Schemas/{one.id}"))
        found[str(one.id)] = one.model_dump()
    return found


def here(request: HttpRequest, path: str) -> str:
    """Return the address of a page of this interface."""
    return request.build_absolute_uri(f"/scim/v2/{path}")
