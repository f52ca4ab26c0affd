"""Every address below ``/fhir/``, in one table. What is not in it is answered as an outcome too."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path, re_path

from ecluse.accounts.services.metadata import configuration
from ecluse.record.api import changing, reading, searching
from ecluse.record.api.caller import Caller
from ecluse.record.api.capability import statement
from ecluse.record.api.door import called, not_offered, outcomes
from ecluse.record.api.outcome import ALWAYS, ProblemError, answer
from ecluse.record.api.table import ID, INSTANCE, TYPE

app_name = "fhir"
READING = frozenset({"GET", "HEAD"})


@outcomes
def metadata(request: HttpRequest) -> HttpResponse:
    """What this interface can do: public, since it says nothing of anybody."""
    if request.method not in READING:
        raise not_offered("GET")
    return answer(statement())


@outcomes
def smart(request: HttpRequest) -> HttpResponse:
    """Where services get their tokens (SMART App Launch 2.2, conformance): public, since it says nothing of anybody."""
    if request.method not in READING:
        raise not_offered("GET")
    return JsonResponse(configuration(request), headers=ALWAYS)


@outcomes
def instance(request: HttpRequest, kind: str, id_: str) -> HttpResponse:
    """One resource."""
    if request.method in READING:
        return reading.read(request, kind, id_)
    return write_instance(request, kind=kind, id_=id_)


@called
def write_instance(request: HttpRequest, caller: Caller, kind: str, id_: str) -> HttpResponse:
    """One resource, to change it."""
    if request.method != "PUT":
        raise not_offered("GET", "PUT")
    return changing.update(request, caller, kind, id_)


@called
def whole_type(request: HttpRequest, caller: Caller, kind: str) -> HttpResponse:
    """A type: search by GET, create by POST."""
    if request.method in READING:
        return searching.by_address(request, caller, kind)
    if request.method != "POST":
        raise not_offered("GET", "POST")
    return changing.create(request, caller, kind)


@called
def search(request: HttpRequest, caller: Caller, kind: str) -> HttpResponse:
    """Search by POST."""
    if request.method != "POST":
        raise not_offered("POST")
    return searching.by_body(request, caller, kind)


@called
def versions(request: HttpRequest, caller: Caller, kind: str, id_: str) -> HttpResponse:
    """The history of one resource."""
    only_reading(request)
    return reading.history(request, caller, kind, id_)


@called
def version(request: HttpRequest, caller: Caller, kind: str, id_: str, version: str) -> HttpResponse:
    """One version of one resource."""
    only_reading(request)
    return reading.vread(request, caller, kind, id_, version)


@called
def everything(request: HttpRequest, caller: Caller, id_: str) -> HttpResponse:
    """Everything of one patient."""
    only_reading(request)
    return searching.everything(request, caller, id_)


@called
def root(request: HttpRequest, caller: Caller) -> HttpResponse:  # noqa: ARG001
    """No batch, no transaction: one access, one decision, one answer."""
    raise ProblemError(405, "Batches and transactions are not offered: one request, one decision.", "no-batch")


@called
def nowhere(request: HttpRequest, caller: Caller, rest: str) -> HttpResponse:  # noqa: ARG001
    """Anything else."""
    raise ProblemError(404, "There is nothing at this address; /fhir/metadata says what there is.", "no-address")


def only_reading(request: HttpRequest) -> None:
    """Refuse any method but reading.

    Raises:
        ProblemError: 405.
    """
    if request.method not in READING:
        raise not_offered("GET")


urlpatterns = [
    re_path(rf"^{INSTANCE}", instance, name="instance"),
    path("metadata", metadata, name="metadata"),
    path(".well-known/smart-configuration", smart, name="smart"),
    re_path(rf"^{TYPE}\Z", whole_type, name="type"),
    re_path(rf"^{TYPE}/_search\Z", search, name="search"),
    re_path(rf"^{TYPE}/{ID}/_history\Z", versions, name="history"),
    re_path(rf"^{TYPE}/{ID}/_history/(?P<version>[0-9]{{1,9}})\Z", version, name="version"),
    re_path(rf"^Patient/{ID}/\$everything\Z", everything, name="everything"),
    path("", root, name="root"),
    re_path(r"^(?P<rest>(?s:.*))\Z", nowhere, name="nowhere"),
]
