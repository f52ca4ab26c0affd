"""Every refusal and error of the interface is an OperationOutcome (FHIR R4): made here, and in ``gate/http.py``.

Promises:

- **F1** No answer below ``/fhir/`` is an HTML page, a stack trace or an empty body: what is not the resource is an
  OperationOutcome.
- **F2** An outcome never holds clinical data, a name, an identifier or a secret: its words come from this program, not
  from the record.
"""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse

from ecluse.accounts.services.keys import PROVED_WITH
from ecluse.record.vault import encode

FHIR_JSON = "application/fhir+json"
RULES = "urn:ecluse:rule"
DPOP = "DPoP"
ALWAYS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

ISSUES = {
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    409: "conflict",
    410: "deleted",
    412: "conflict",
    413: "too-long",
    415: "not-supported",
    422: "processing",
    428: "required",
    429: "throttled",
    500: "exception",
    503: "transient",
}


class ProblemError(Exception):
    """An answer that is not the resource asked for.

    ``text`` says what to do next; ``rule`` is the word a program can test.
    """

    def __init__(
        self, status: int, text: str, rule: str = "", *, issue: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.rule = rule
        self.issue = issue or ISSUES.get(status, "processing")
        self.headers = dict(headers or {})


def outcome(issue: str, text: str, rule: str = "", severity: str = "error") -> dict[str, Any]:
    """Return an OperationOutcome with one issue; ``issue`` is a code of the value set issue-type."""
    details: dict[str, Any] = {"text": text}
    if rule:
        details["coding"] = [{"system": RULES, "code": rule}]
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": issue, "details": details}]}


def answer(resource: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Return a resource as an HTTP answer that no cache keeps."""
    return HttpResponse(encode(resource), status=status, content_type=FHIR_JSON, headers={**ALWAYS, **(headers or {})})


def problem_answer(problem: ProblemError) -> HttpResponse:
    """Turn a problem into its answer."""
    return answer(outcome(problem.issue, problem.text, problem.rule), problem.status, problem.headers)


def nobody() -> ProblemError:
    """Nobody is signed in: 401 with the challenge of RFC 9449."""
    text = "Sign in, or send the token of an interface service with a proof of its key."
    return ProblemError(401, text, "nobody", headers={"WWW-Authenticate": f'{DPOP} realm="ecluse"'})


def bad_token() -> ProblemError:
    """The token is unknown, past its date, revoked, or its account has left; which of them is not said."""
    text = "This token is not accepted. Ask the token endpoint for a new one."
    return no_proof(401, text, "bad-token", "invalid_token")


def no_proof(status: int, text: str, rule: str, code: str) -> ProblemError:
    """A service did not prove itself, or not for this: the challenge of RFC 9449, section 7.1."""
    challenge = f'{DPOP} realm="ecluse", error="{code}", algs="{" ".join(PROVED_WITH)}"'
    return ProblemError(status, text, rule, headers={"WWW-Authenticate": challenge})


def absent() -> ProblemError:
    """What was asked for is not there, said only to somebody who would have been shown it."""
    return ProblemError(404, "There is no such resource.", "absent")


def bad(text: str, rule: str = "bad-request") -> ProblemError:
    """What was sent is wrong: the sender mends it."""
    return ProblemError(400, text, rule)


def no_safe() -> ProblemError:
    """The safe does not answer: nothing is shown (S6)."""
    text = "The safe does not answer, so nothing is shown. Try again; if it lasts, tell the operator."
    return ProblemError(503, text, "safe-unavailable", headers={"Retry-After": "2"})


def our_bug() -> ProblemError:
    """Something broke in this program. What, is in its log, not here."""
    return ProblemError(500, "Something broke on our side. Nothing was shown. The operator finds it in the log.", "bug")
