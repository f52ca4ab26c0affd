"""Is this a FHIR R4 resource? (work in progress: the fast path comes next)."""

import msgspec
from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

from ecluse.core.errors import BadInputError
from ecluse.record.fhir_types import TYPES, Resource


def check(resource: Resource) -> None:
    """Refuse what is not a valid FHIR R4 resource of a type that is kept.

    Raises:
        BadInputError: with the reason, in words that hold no value of the resource.
    """
    kind = resource.get("resourceType")
    if kind not in TYPES:
        raise BadInputError("This type of resource is not kept.")
    try:
        get_fhir_model_class(kind).model_validate_json(msgspec.json.encode(resource))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise BadInputError(f"{'.'.join(map(str, first['loc']))}: {first['type']}") from error
