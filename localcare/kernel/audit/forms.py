"""Forms of the audit pages."""

from __future__ import annotations

from typing import Any

from django import forms

from localcare.kernel.audit.queries import Filters
from localcare.kernel.audit.wording import ACTIONS, OUTCOMES, in_words
from localcare.kernel.nhs_design.fields import SplitDateField


class PersonForm(forms.Form):
    """Whose record the question is about."""

    person = forms.CharField(
        label="NHS number or reference",
        max_length=64,
        help_text="The 10 digits of the NHS number, or the reference from the address of the person's page.",
    )


class FilterForm(forms.Form):
    """Narrows the entries by day, by who and by what."""

    hides_optional = True
    since = SplitDateField(label="From", required=False)
    until = SplitDateField(label="Until", required=False)
    actor = forms.CharField(label="User name", required=False, max_length=150)
    action = forms.ChoiceField(label="What was done", required=False)
    outcome = forms.ChoiceField(
        label="Outcome", required=False, choices=[("", "Any outcome"), *OUTCOMES.items()]
    )

    def __init__(self, *arguments: Any, actions: tuple[str, ...] = (), **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        codes = sorted({*ACTIONS, *actions}, key=in_words)
        choices = [("", "Anything"), *((code, in_words(code)) for code in codes)]
        self.fields["action"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", "The last day must not be before the first day")
        return cleaned

    def filters(self) -> Filters:
        """Return what was asked for; nothing narrows while the form has errors."""
        if not self.is_valid():
            return Filters()
        return Filters(**{name: value for name, value in self.cleaned_data.items() if value})
