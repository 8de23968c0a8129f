"""What people type: the search box, and why two people are or are not the same."""

from __future__ import annotations

from django import forms


class SearchForm(forms.Form):
    """One box for name, date of birth, NHS number and postcode."""

    text = forms.CharField(
        label="Find a person",
        max_length=120,
        help_text="Name, date of birth, NHS number or postcode, in any order. For example, smyth 1946 or vera 12/03/1947",
        error_messages={"required": "Enter a name, a date of birth, an NHS number or a postcode"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class ReasonForm(forms.Form):
    """Why a decision was taken; the reason is kept with it."""

    reason = forms.CharField(
        label="Reason",
        max_length=200,
        help_text="It is kept with the decision.",
        error_messages={"required": "Enter the reason for the decision"},
        widget=forms.TextInput(),
    )


class DuplicateForm(ReasonForm):
    """What to do with two people who may be one."""

    decision = forms.ChoiceField(
        label="Are they the same person?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether they are the same person"},
    )
    field_order = ("decision", "reason")

    def __init__(self, *arguments: object, names: tuple[str, str], **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        self.fields["decision"].choices = [  # type: ignore[attr-defined]
            ("keep-first", f"Yes: merge, and keep the record of {names[0]} on the left"),
            ("keep-second", f"Yes: merge, and keep the record of {names[1]} on the right"),
            ("not-same", "No: not the same person"),
        ]
