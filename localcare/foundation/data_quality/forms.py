"""What is typed to accept a finding, and to take that back."""

from __future__ import annotations

from django import forms

from localcare.kernel.nhs_design.fields import SplitDateField

LONGEST_REASON = 500


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label="Why, and what is done about it",
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 4}),
        error_messages={"required": "Enter why, and what is done about it"},
    )


class AcceptForm(ReasonForm):
    """Why a finding is known, and until when runs may go on."""

    until = SplitDateField(
        label="Runs go on until",
        help_text="At most 90 days ahead. It ends sooner if the finding gets graver.",
        error_messages={"required": "Enter the last day on which runs may go on"},
    )
