"""Which passwords may be chosen (NIST SP 800-63B-4 section 3.1.1, ASVS 5.0 6.2).

No rule of composition, no forced change. Length is what counts, and that nobody tries it first:

1. 15 characters at least while the password stands alone: a first password, set before a second factor exists, and for
   whoever has none. 8 at least for a person who has one enrolled, because the password never opens anything by itself.
2. Any character, spaces too, up to 1,024; what is typed is brought to Unicode NFC first, so that two keyboards agree.
3. Refused: names of the person, the place and the software; common words; whatever the imported list of breached
   passwords holds. The list is asked on this machine.
"""

import re
import unicodedata

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ecluse.accounts import breached
from ecluse.accounts.common import is_common
from ecluse.accounts.models import Account

ALONE, BESIDE_A_FACTOR, LONGEST = 15, 8, 1024
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
SHORTEST_WORD = 4
PLACE = frozenset(
    {"ecluse", "écluse", "hopital", "hôpital", "hospital", "clinique", "password", "motdepasse", "azerty", "qwerty"}
)


def normal(password: str) -> str:
    """Return what is hashed and compared: Unicode NFC."""
    return unicodedata.normalize("NFC", password)


def shortest(account: Account | None) -> int:
    """Return how long a password of this account must be."""
    known = account is not None and account.pk is not None
    if known and Authenticator.objects.filter(user=account, type__in=FACTORS).exists():
        return BESIDE_A_FACTOR
    return ALONE


class LongEnough:
    """Refuses a password that is too short for who has it, or absurdly long."""

    def validate(self, password: str, user: Account | None = None) -> None:
        """Check one password.

        Raises:
            ValidationError: too short, or too long.
        """
        least, length = shortest(user), len(normal(password))
        if length < least:
            raise ValidationError(_("Too short: %(least)d characters at least.") % {"least": least})
        if length > LONGEST:
            raise ValidationError(_("Too long: %(most)d characters at most.") % {"most": LONGEST})

    def get_help_text(self) -> str:
        """Return what the form says."""
        return _("Four words that have nothing to do with each other are good. No digit or sign is asked for.")


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
        left = normal(password).lower()
        for word in sorted(words_of(user), key=len, reverse=True):
            left = left.replace(word, "")
        if len(set(re.sub(r"[\W\d_]+", "", left))) < SHORTEST_WORD:
            raise ValidationError(_("Names, words of this place and digits are the first things anybody tries."))

    def get_help_text(self) -> str:
        """Return what the form says."""
        return _("Not your name, nor the name of this place or of the software, with or without digits.")


class NotBreached:
    """Refuses what many people choose, and what thieves are known to have."""

    def validate(self, password: str, user: Account | None = None) -> None:  # noqa: ARG002
        """Check one password, on this machine.

        Raises:
            ValidationError: it is known.
            ecluse.core.errors.BrokenWorldError: the imported list cannot be read.
        """
        if is_common(normal(password)) or is_breached(password):
            raise ValidationError(_("This password is in lists that thieves use. Choose another."))

    def get_help_text(self) -> str:
        """Return what the form says."""
        return _("Not one that many people choose: the lists that thieves use are looked up on this machine.")


def is_breached(password: str) -> bool:
    """Tell whether the imported list holds a password; without a list, never."""
    known = breached.current(settings.HOME.known_passwords) if settings.HOME else None
    return known is not None and normal(password) in known
