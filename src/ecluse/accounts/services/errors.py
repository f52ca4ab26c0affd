"""Why a service is not let in: the word for the trace, the code for its program (RFC 6749, 6750, 9449)."""

from ecluse.core.errors import RefusedError


class NotAcceptedError(RefusedError):
    """Not accepted. ``rule`` goes into the trace, ``code`` and ``status`` to the caller.

    ``account`` is an existing account that was claimed, not proved; ``text`` never quotes what came.
    """

    def __init__(self, rule: str, text: str, *, code: str = "invalid_client", status: int = 401) -> None:
        super().__init__(text)
        self.rule = rule
        self.code = code
        self.status = status
        self.account = ""


def bad_proof(rule: str, text: str) -> NotAcceptedError:
    """Return the refusal of a proof of possession (RFC 9449, section 5)."""
    return NotAcceptedError(rule, text, code="invalid_dpop_proof")


def bad_assertion(rule: str, text: str) -> NotAcceptedError:
    """Return the refusal of a client assertion (RFC 7523, section 3.2)."""
    return NotAcceptedError(rule, text, code="invalid_client")
