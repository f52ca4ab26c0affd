"""How an account, a number and a profession are written."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from ecluse.core.words import Profession

USERNAME = r"^[a-z0-9][a-z0-9._-]{0,63}\Z"
RPPS = r"^[0-9]{11}\Z"
DIGEST_BYTES = 32
valid_username = RegexValidator(USERNAME, _("Small letters, digits, dot, dash and underscore; 64 at most."))
valid_rpps = RegexValidator(RPPS, _("An RPPS number has 11 digits."))


def valid_profession(word: str) -> None:
    """Refuse a word that is not a :class:`Profession`.

    Raises:
        ValidationError: the word is not one of them.
    """
    if word not in set(Profession):
        raise ValidationError(_("Unknown profession."))
