"""What people type into the search box."""

from __future__ import annotations

from django import forms


class SearchForm(forms.Form):
    """One box for name, date of birth, NHS number and postcode."""

    text = forms.CharField(
        label="Name, date of birth, NHS number or postcode",
        max_length=120,
        help_text="Any of them, in any order. For example, smyth 1946 or vera 12/03/1947",
        error_messages={"required": "Enter a name, a date of birth, an NHS number or a postcode"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
