"""What is asked for when an export is proposed: whose records, for whom, why.

No name of a patient is shown to choose by.
"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ecluse.core.errors import BadInputError
from ecluse.core.words import Purpose
from ecluse.record import age
from ecluse.record.fhir_types import parse_id

PURPOSES = {
    Purpose.TREATMENT: _("Care"),
    Purpose.COORDINATION: _("Coordination of care"),
    Purpose.OPERATIONS: _("Medical information"),
    Purpose.PAYMENT: _("Payment"),
    Purpose.PATIENT_REQUEST: _("The patient asked for it"),
    Purpose.LEGAL: _("Legal duty"),
}
LONGEST = 20_000


class ExportForm(forms.Form):
    """A proposal. ``units`` and ``purposes`` are those of whoever asks."""

    unit = forms.TypedChoiceField(coerce=int, required=False, label=_("All patients of my work list in"))
    refs = forms.CharField(
        required=False,
        max_length=LONGEST,
        label=_("Or these references, one a line"),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
    )
    purpose = forms.ChoiceField(label=_("Purpose"))
    recipient = forms.CharField(
        max_length=2_000,
        label=_("Public key of the recipient"),
        help_text=_("It begins with age1. The recipient makes it with: ecluse export keygen"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, units: list[tuple[int, str]], purposes: list[Purpose], **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["unit"].choices = [(0, "—"), *units]  # type: ignore[attr-defined]
        self.fields["purpose"].choices = [  # type: ignore[attr-defined]
            (word.value, label) for word, label in PURPOSES.items() if word in purposes
        ]

    def clean_recipient(self) -> str:
        """Take a recipient's public key and nothing else."""
        public = str(self.cleaned_data["recipient"]).strip()
        try:
            age.recipient(public)
        except BadInputError:
            raise forms.ValidationError(_("This is not the public key of a recipient: it begins with age1.")) from None
        return public

    def clean_refs(self) -> list[str]:
        """Read the references, one a line."""
        named = [line.strip().removeprefix("Patient/") for line in str(self.cleaned_data["refs"]).split()]
        places = [parse_id(one) for one in named]
        if any(place is None or place[1] for place in places):
            raise forms.ValidationError(_("One of these is not a patient's reference."))
        return sorted({place[0] for place in places if place})

    def clean(self) -> dict[str, Any]:
        """Ask for patients one way, not both."""
        found: dict[str, Any] = super().clean() or {}
        if "refs" in found and bool(found.get("unit")) == bool(found["refs"]):
            raise forms.ValidationError(_("Choose a unit, or give references: one of the two."))
        return found
