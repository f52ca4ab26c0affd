"""An ID token that the provider signed for another application."""

from ecluse.drill.browser import Browser
from ecluse.drill.credentials.attempt import Attempt
from ecluse.drill.credentials.base import Case
from ecluse.drill.credentials.ground import link
from ecluse.drill.credentials.provider import CLIENT, NAME

BEGIN = f"/accounts/with/{NAME}/"
OTHERS: tuple[str | list[str], ...] = ("another-application", [CLIENT, "another-application"])


def steal(attempt: Attempt) -> None:
    """Bring tokens of the right person, right in everything but their audience."""
    provider = attempt.ground.provider
    link(attempt.ground, attempt.owner)
    owner = attempt.owners()
    owner.get(BEGIN)
    attempt.look(owner)
    attempt.begin()
    try:
        for audience in OTHERS:
            provider.audience = audience
            bring(attempt, attempt.thiefs())
    finally:
        provider.audience = CLIENT


def bring(attempt: Attempt, thief: Browser) -> None:
    """Go to the provider and back, then look around."""
    thief.get(BEGIN)
    attempt.walk(thief)


CASE = Case(
    "foreign-token",
    "An ID token of the right person and provider, for another application.",
    "A token counts only if this client is its only audience (OpenID Connect Core 1.0 section 3.1.3.7).",
    steal,
)
