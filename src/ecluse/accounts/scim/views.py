"""The addresses of SCIM 2.0."""

import re
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from scim2_models import Context, Group, ListResponse, PatchOp, ResponseParameters

from ecluse.accounts.scim import about, people, units
from ecluse.accounts.scim.door import ScimError, answer, body_of, framed
from ecluse.accounts.scim.models import Taken
from ecluse.safe.protocol import Who

FILTER = re.compile(r'\s*(userName|externalId|displayName)\s+eq\s+"((?:[^"\\]|\\["\\])*)"\s*\Z', re.IGNORECASE)
ATTRIBUTES = ("attributes", "excludedAttributes")
QUERY = ("filter", "startIndex", "count", *ATTRIBUTES)
Words = dict[str, str]
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
NOT_KEPT = frozenset(
    """
    emails phonenumbers addresses photos ims x509certificates entitlements password nickname profileurl title usertype
    preferredlanguage locale timezone urn:ietf:params:scim:schemas:extension:enterprise:2.0:user
    """.split()  # noqa: SIM905 - one word a line would hide the table
)
"""What identity systems send and nothing here needs: it is dropped, a password above all."""
OF_USERS = {"username": "username", "externalid": "provisioned__external_id", "displayname": "display_name"}
OF_GROUPS = {"displayname": "name", "externalid": "named"}


@framed
def users(request: HttpRequest, who: Who) -> HttpResponse:
    """Users: look for them, make one."""
    if request.method == "GET":
        return page(asked(request), people.visible(), OF_USERS, lambda account: people.shown(account, request, who))
    only(request, "POST")
    user = Taken.model_validate(kept(body_of(request)), scim_ctx=Context.RESOURCE_CREATION_REQUEST)
    account, proposal = people.create(request, who, user)
    return made(people.shown(account, request, who, proposal), wanted_of(request))


@framed
def search_users(request: HttpRequest, who: Who) -> HttpResponse:
    """Look for users by POST: nothing stands in an address (RFC 7644, section 3.4.3)."""
    only(request, "POST")
    words = searched(request)
    return page(words, people.visible(), OF_USERS, lambda account: people.shown(account, request, who))


@framed
def user(request: HttpRequest, who: Who, pk: int) -> HttpResponse:
    """One user: see, replace, patch, take away."""
    account = people.one(pk)
    if request.method == "GET":
        return seen(people.shown(account, request, who), wanted_of(request))
    if request.method == "DELETE":
        people.remove(request, who, account)
        return HttpResponse(status=204)
    only(request, "PUT", "PATCH")
    wanted = patched(request, Taken, people.shown(account, request, who))
    proposal = people.replace(request, who, account, wanted)
    return seen(people.shown(people.one(pk), request, who, proposal), wanted_of(request))


@framed
def groups(request: HttpRequest, who: Who) -> HttpResponse:
    """Groups: look for them, make one."""
    if request.method == "GET":
        return page(asked(request), units.visible(), OF_GROUPS, lambda unit: units.shown(unit, request))
    only(request, "POST")
    wanted = Group.model_validate(body_of(request), scim_ctx=Context.RESOURCE_CREATION_REQUEST)
    return made(units.shown(units.create(request, who, wanted), request), wanted_of(request))


@framed
def search_groups(request: HttpRequest, who: Who) -> HttpResponse:  # noqa: ARG001
    """Look for groups by POST."""
    only(request, "POST")
    return page(searched(request), units.visible(), OF_GROUPS, lambda unit: units.shown(unit, request))


@framed
def search_all(request: HttpRequest, who: Who) -> HttpResponse:  # noqa: ARG001
    """Look for users and groups together: not offered."""
    raise ScimError(501, "Search Users/.search or Groups/.search.")


@framed
def group(request: HttpRequest, who: Who, pk: int) -> HttpResponse:
    """One group: see, replace, patch, take away."""
    unit = units.one(pk)
    if request.method == "GET":
        return seen(units.shown(unit, request), wanted_of(request))
    if request.method == "DELETE":
        units.remove(request, who, unit)
        return HttpResponse(status=204)
    only(request, "PUT", "PATCH")
    units.replace(request, who, unit, patched(request, Group, units.shown(unit, request)))
    return seen(units.shown(units.one(pk), request), wanted_of(request))


@framed
def config(request: HttpRequest, who: Who) -> HttpResponse:  # noqa: ARG001
    """Tell what this interface can do."""
    only(request, "GET")
    return answer(about.config(request))


@framed
def types(request: HttpRequest, who: Who, name: str = "") -> HttpResponse:  # noqa: ARG001
    """Tell the types of resources."""
    return documents(request, about.types(request), name)


@framed
def schemas(request: HttpRequest, who: Who, name: str = "") -> HttpResponse:  # noqa: ARG001
    """Tell the schemas."""
    return documents(request, about.schemas(request), name)


@framed
def nowhere(request: HttpRequest, who: Who, rest: str) -> HttpResponse:  # noqa: ARG001
    """Anything else."""
    raise ScimError(404, "There is nothing at this address.")


def documents(request: HttpRequest, found: dict[str, dict[str, Any]], name: str) -> HttpResponse:
    """Return one document, or all.

    Raises:
        ScimError: 404; 403, a filter (RFC 7644, section 4).
    """
    only(request, "GET")
    if "filter" in request.GET:
        raise ScimError(403, "No filter here.")
    if name and name not in found:
        raise ScimError(404, "There is no such document.")
    if name:
        return answer(found[name])
    return answer(listed(list(found.values()), len(found), 1))


def listed(resources: list[dict[str, Any]], total: int, start: int) -> dict[str, Any]:
    """Return a ListResponse."""
    return {
        "schemas": [str(ListResponse.__schema__)],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(resources),
        "Resources": resources,
    }


def page(words: Words, rows: QuerySet[Any], fields: dict[str, str], show: Callable[[Any], Any]) -> HttpResponse:
    """Return a page of resources (RFC 7644, section 3.4.2).

    Raises:
        ScimError: 400, another filter than ``eq``.
    """
    text = words.get("filter")
    if text is not None:
        found = FILTER.match(text)
        field = fields.get(found[1].lower()) if found else None
        if found is None or field is None:
            raise ScimError(400, 'Only: userName eq "…", externalId eq "…", displayName eq "…".', "invalidFilter")
        rows = rows.filter(**{field: re.sub(r"\\(.)", r"\1", found[2])})
    start, count = max(1, number(words, "startIndex", 1)), max(0, number(words, "count", about.MOST))
    some = list(rows[start - 1 : start - 1 + min(count, about.MOST)])
    shown = [show(row) for row in some]
    resources = [dumped(one, Context.RESOURCE_QUERY_RESPONSE, words) for one in shown]
    return answer(listed(resources, rows.count(), start))


def asked(request: HttpRequest) -> Words:
    """Return the words of a query in the address."""
    return {name: request.GET[name] for name in QUERY if name in request.GET}


def wanted_of(request: HttpRequest) -> Words:
    """Return which attributes the answer is to hold."""
    return {name: text for name, text in asked(request).items() if name in ATTRIBUTES}


def searched(request: HttpRequest) -> Words:
    """Return the words of a query in the body (SearchRequest)."""
    body = body_of(request)
    lists = {name: ",".join(map(str, body[name])) for name in ATTRIBUTES if isinstance(body.get(name), list)}
    return {name: str(body[name]) for name in QUERY if name in body} | lists


def number(words: Words, name: str, usual: int) -> int:
    """Return a number of the query.

    Raises:
        ScimError: 400, it is none.
    """
    text = words.get(name, str(usual))
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise ScimError(400, f"{name} is a number.", "invalidValue")
    return int(text)


def kept(body: dict[str, Any]) -> dict[str, Any]:
    """Return what is sent without what is never kept, so that nothing of it can be wrong."""
    return {name: value for name, value in body.items() if name.lower() not in NOT_KEPT}


def kept_operations(body: dict[str, Any]) -> dict[str, Any]:
    """Return a patch without what is never kept.

    Raises:
        ScimError: 400, not a patch.
    """
    operations = body.get("Operations")
    if not isinstance(operations, list) or not all(isinstance(one, dict) for one in operations):
        raise ScimError(400, "Operations is a list of objects.", "invalidSyntax")
    found = []
    for one in operations:
        where = re.split(r"[.\[]", str(one.get("path", "")).removeprefix(f"{CORE}:"))[0].lower()
        value = one.get("value")
        if where not in NOT_KEPT:
            found.append({**one, "value": kept(value)} if not where and isinstance(value, dict) else one)
    if not found:
        raise ScimError(400, "Nothing of this is kept here; /Schemas says what is.", "noTarget")
    return {**body, "Operations": found}


def patched(request: HttpRequest, kind: Any, before: Any) -> Any:  # noqa: ANN401 - any kind of resource
    """Return the resource that a PUT or a PATCH asks for."""
    if request.method == "PUT":
        return kind.model_validate(kept(body_of(request)), scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST)
    patch = PatchOp[kind].model_validate(kept_operations(body_of(request)), scim_ctx=Context.RESOURCE_PATCH_REQUEST)
    patch.patch(before)
    return before


def dumped(resource: Any, context: Context, words: Words) -> dict[str, Any]:  # noqa: ANN401 - any kind of resource
    """Return a resource as JSON says it, with the attributes that ``words`` names (RFC 7644, section 3.9)."""
    named = {name: words[name] for name in ATTRIBUTES if words.get(name)}
    only_these = ResponseParameters[type(resource)].model_validate(named) if named else None  # type: ignore[misc]
    found: dict[str, Any] = resource.model_dump(scim_ctx=context, response_parameters=only_these)
    return found


def seen(resource: Any, words: Words) -> HttpResponse:  # noqa: ANN401 - any kind of resource
    """Answer with a resource."""
    return answer(dumped(resource, Context.RESOURCE_QUERY_RESPONSE, words))


def made(resource: Any, words: Words) -> HttpResponse:  # noqa: ANN401 - any kind of resource
    """Answer with a resource that is new."""
    response = answer(dumped(resource, Context.RESOURCE_CREATION_RESPONSE, words), 201)
    response["Location"] = str(resource.meta.location)
    return response


def only(request: HttpRequest, *methods: str) -> None:
    """Refuse any other method.

    Raises:
        ScimError: 405.
    """
    if request.method not in methods:
        raise ScimError(405, "Not this method here.")
