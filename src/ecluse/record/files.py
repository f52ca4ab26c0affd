"""Files: the bytes of documents, sealed beside the resource that describes them. A file never changes.

Inline ``data`` of attachments is moved here, and the attachment then points to ``Binary/{patient}-{n}``.
"""

import base64
import binascii

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db.models import Max

from ecluse.core.errors import BadInputError, RefusedError
from ecluse.core.words import Compartment
from ecluse.gate.access import Pass
from ecluse.record import seal
from ecluse.record.fhir_types import ATTACHMENTS, BINARY, Resource, fhir_id
from ecluse.record.models import File, Part
from ecluse.record.stored import NotFoundError

ANY_TYPE = "application/octet-stream"
VERSION = 1


def read(granted: Pass, n: int) -> tuple[str, bytes]:
    """Return the media type and the bytes of file ``n``.

    Raises:
        NotFoundError: no such file, or its compartment is not granted.
        SealError: it does not belong where it was found.
    """
    row = File.objects.filter(patient_id=granted.wanted.pk, n=n).first()
    if row is None or Compartment(row.compartment) not in granted.keys:
        raise NotFoundError("There is no such file here.")
    where = seal.place(granted.wanted.ref, BINARY, n, VERSION, row.compartment)
    sealed = bytes(row.sealed)
    media, _, data = seal.open_(AESGCM(granted.keys[Compartment(row.compartment)]), sealed, where).partition(b"\n")
    return media.decode("ascii"), data


def add(granted: Pass, data: bytes, media: str, n: int, compartment: Compartment = Compartment.CLINICAL) -> str:
    """Seal a file as number ``n`` of the patient and return its url.

    Call within the transaction that writes who points to it.

    Raises:
        RefusedError: the compartment is not granted.
    """
    if compartment not in granted.keys:
        raise RefusedError("Files of this kind may not be written by you.")
    where = seal.place(granted.wanted.ref, BINARY, n, VERSION, compartment)
    sealed = seal.close(AESGCM(granted.keys[compartment]), body(data, media), where)
    File.objects.create(patient_id=granted.wanted.pk, n=n, compartment=compartment, sealed=sealed)
    return f"{BINARY}/{fhir_id(granted.wanted.ref, n)}"


def body(data: bytes, media: str) -> bytes:
    """Return what is sealed: media type, line end, bytes."""
    clean = media if media.isascii() and "\n" not in media else ANY_TYPE
    return clean.encode("ascii") + b"\n" + data


def next_n(patient_pk: int) -> int:
    """Return the next free number of a patient (resources and files share them). Call with the patient's row locked."""
    of_parts = Part.objects.filter(patient_id=patient_pk).aggregate(top=Max("n"))["top"] or 0
    of_files = File.objects.filter(patient_id=patient_pk).aggregate(top=Max("n"))["top"] or 0
    return int(max(of_parts, of_files)) + 1


def inline(resource: Resource) -> list[Resource]:
    """Return the attachments of a resource that carry their bytes inline; changing one changes the resource."""
    held = resource.get(ATTACHMENTS.get(resource.get("resourceType", ""), ""), ())
    found = (one.get("attachment", one) for one in held if isinstance(one, dict))
    return [attachment for attachment in found if isinstance(attachment.get("data"), str)]


def take(attachment: Resource) -> tuple[bytes, str]:
    """Take the inline bytes out of an attachment; return them with their media type.

    Raises:
        BadInputError: not base64.
    """
    try:
        data = base64.b64decode(attachment.pop("data"), validate=True)
    except binascii.Error as error:
        raise BadInputError("attachment.data is not base64.") from error
    attachment["size"] = len(data)
    return data, str(attachment.get("contentType", ANY_TYPE))
