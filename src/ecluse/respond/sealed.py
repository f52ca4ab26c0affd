"""The body of a case's event as the database keeps it: what a person wrote is sealed, the figures are not.

Whoever reads a copy of the database reads no note. What was sealed is compared with the trace like everything else of a
case (``proof``), so a note that was changed or moved shows there; here it reads as :data:`UNREADABLE` and stops nobody.
"""

from base64 import b64decode, b64encode

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression

from ecluse.core.errors import NotProvenError
from ecluse.respond import sealing

WORDS, SEALED = "text", "sealed"
ABOUT = "note of a case"
UNREADABLE = "⚠"


def closed(body: object) -> object:
    """Return a body whose words are sealed."""
    if not isinstance(body, dict) or WORDS not in body:
        return body
    sealed = b64encode(sealing.seal(str(body[WORDS]).encode(), ABOUT)).decode("ascii")
    return {name: value for name, value in body.items() if name != WORDS} | {SEALED: sealed}


def opened(body: object) -> object:
    """Return a body with its words in clear; notes kept before they were sealed are in clear already."""
    if not isinstance(body, dict) or SEALED not in body:
        return body
    try:
        words = sealing.unseal(b64decode(str(body[SEALED]), validate=True), ABOUT).decode()
    except (NotProvenError, ValueError):
        words = UNREADABLE
    return {name: value for name, value in body.items() if name != SEALED} | {WORDS: words}


class SealedBody(models.JSONField):
    """JSON whose ``text`` is sealed on its way to the database."""

    def get_db_prep_save(self, value: object, connection: BaseDatabaseWrapper) -> object:
        """Seal."""
        return super().get_db_prep_save(closed(value), connection)

    def from_db_value(self, value: str | None, expression: Expression, connection: BaseDatabaseWrapper) -> object:
        """Open."""
        return opened(super().from_db_value(value, expression, connection))
