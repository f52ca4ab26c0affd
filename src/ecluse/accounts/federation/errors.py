"""Why a sign-in with a provider does not succeed."""

from ecluse.core.errors import RefusedError


class NotSignedInError(RefusedError):
    """Refused. ``rule`` goes into the trace; the page says no more than that it did not work, and whom to ask.

    ``subject``: whom a token named that the provider did sign, and that is refused all the same.
    """

    def __init__(self, rule: str, account: str = "") -> None:
        super().__init__("Signing in with this provider did not succeed.", "Ask your establishment's IT service.")
        self.rule = rule
        self.account = account
        self.subject = ""
