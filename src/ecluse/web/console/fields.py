"""What the forms of the console share."""

from django import forms

LOCAL_FORM = "%Y-%m-%dT%H:%M"
"""A moment by the establishment's clock, as browsers send it."""
LOCAL = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL_FORM)
