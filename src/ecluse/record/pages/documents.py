"""Files of documents, handed out one by one: always a download, never shown by the browser in our name."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from ecluse.core.words import Compartment
from ecluse.gate.access import Refusal
from ecluse.gate.http import refuse
from ecluse.record import files
from ecluse.record.pages.asking import ask, the_patient
from ecluse.record.stored import NotFoundError

KNOWN = {
    "text/plain": "txt",
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "application/xml": "xml",
}


@require_GET
def patient_document(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Hand out file ``number`` of a patient."""
    answer = ask(request, the_patient(request, ref), (Compartment.CLINICAL,))
    if isinstance(answer, Refusal):
        return refuse(request, answer)
    try:
        media, data = files.read(answer, number)
    except NotFoundError as error:
        raise Http404 from error
    kind = media.partition(";")[0].strip().lower()
    response = HttpResponse(data, content_type=media if kind in KNOWN else "application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="document-{number}.{KNOWN.get(kind, "bin")}"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
