"""The form that issues a temporary identity: four fields, one screen."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ecluse.accounts import temporary
from ecluse.accounts.labels import label
from ecluse.accounts.models import Unit

DURATIONS = {
    4: _("4 hours"),
    8: _("8 hours"),
    12: _("12 hours, a night"),
    24: _("one day"),
    72: _("3 days"),
    168: _("one week"),
}
NIGHT = 12


class IssueForm(forms.Form):
    """Who comes, as what, where, how long. Offers only what the issuer's profession may issue."""

    name = forms.CharField(label=_("First name and name"), max_length=100)
    profession = forms.ChoiceField(label=_("Works as"))
    unit = forms.ModelChoiceField(Unit.objects.all(), label=_("Unit"), required=False)
    hours = forms.TypedChoiceField(label=_("How long"), coerce=int, initial=NIGHT)

    def __init__(self, issuer: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(word, label(word)) for word in temporary.offered(issuer)]
        self.fields["profession"].choices = choices  # type: ignore[attr-defined]
        self.fields["hours"].choices = [(hours, DURATIONS[hours]) for hours in temporary.lasts()]  # type: ignore[attr-defined]
        self.fields["name"].widget.attrs |= {"autofocus": True, "autocomplete": "off"}
