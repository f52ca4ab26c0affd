"""What a password may not be, besides short or common: the words anybody would try first at this establishment.

NIST SP 800-63B-4 and ASVS 6.2.11: no rule of composition, no forced change; names and words of the place are refused.
"""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ecluse.accounts.models import Account

SHORTEST_WORD = 4
PLACE = frozenset(
    {"ecluse", "écluse", "hopital", "hôpital", "hospital", "clinique", "password", "motdepasse", "azerty", "qwerty"}
)


def words_of(account: Account | None) -> set[str]:
    """Return the words that somebody who knows this person and this place would try."""
    names = f"{account.username} {account.display_name}" if account else ""
    site = settings.SITE.name if settings.SITE else ""
    found = {word.lower() for word in re.split(r"[\W_]+", f"{names} {site}") if len(word) >= SHORTEST_WORD}
    return found | PLACE


class NoKnownWords:
    """Refuses a password whose only substance is such words, digits and repetition."""

    def validate(self, password: str, user: Account | None = None) -> None:
        """Check one password.

        Raises:
            ValidationError: too little is left of it without known words and digits.
        """
        left = password.lower()
        for word in sorted(words_of(user), key=len, reverse=True):
            left = left.replace(word, "")
        if len(set(re.sub(r"[\W\d_]+", "", left))) < SHORTEST_WORD:
            raise ValidationError(_("Names, words of this place and digits are the first things anybody tries."))

    def get_help_text(self) -> str:
        """Return what the form says."""
        return _("Twelve characters or more. Four words that have nothing to do with each other are good.")
