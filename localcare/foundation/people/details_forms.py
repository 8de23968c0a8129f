"""What people type to register somebody, to amend details, and to say who is family or carer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from localcare.foundation.people.models import Person
from localcare.foundation.places.models import Organisation
from localcare.kernel.identifiers import nhs_number
from localcare.kernel.nhs_design.fields import SplitDateField

KINDS = {
    "unpaid-carer": "Unpaid carer", "spouse-or-partner": "Spouse or partner", "parent": "Parent", "child": "Child",
    "sibling": "Brother or sister", "next-of-kin": "Next of kin", "friend": "Friend or neighbour",
    "attorney": "Attorney or deputy", "other": "Somebody else",
}  # fmt: skip


class DetailsForm(forms.Form):
    """The details of a person that a desk knows."""

    family_name = forms.CharField(
        label="Family name", max_length=100, error_messages={"required": "Enter the family name"}
    )
    given_name = forms.CharField(
        label="Given names", max_length=100, error_messages={"required": "Enter the given names"}
    )
    preferred_name = forms.CharField(
        label="Name the person likes to be called", max_length=100, required=False
    )
    title = forms.CharField(label="Title", max_length=35, required=False)
    birth_date = SplitDateField(label="Date of birth", error_messages={"required": "Enter the date of birth"})
    sex = forms.ChoiceField(label="Sex", choices=Person.Sex.choices, initial=Person.Sex.UNKNOWN)
    nhs_number = forms.CharField(
        label="NHS number", max_length=20, required=False, help_text="10 digits, if it is known."
    )
    address_line = forms.CharField(label="Address", max_length=200, required=False)
    town = forms.CharField(label="Town", max_length=100, required=False)
    postcode = forms.CharField(label="Postcode", max_length=10, required=False)
    telephone = forms.CharField(label="Telephone", max_length=40, required=False)
    email = forms.EmailField(label="Email", required=False)

    def clean_nhs_number(self) -> str | None:
        """Ten digits, or nothing."""
        text: str = self.cleaned_data["nhs_number"]
        if not text.strip():
            return None
        try:
            return nhs_number.normalise(text)
        except nhs_number.InvalidNhsNumber as fault:
            raise forms.ValidationError(str(fault)) from fault


class RegisterForm(DetailsForm):
    """The details, the practice and the day; asked again when somebody like that is on the register."""

    practice = forms.ChoiceField(
        label="Practice",
        error_messages={"required": "Choose the practice", "invalid_choice": "Choose the practice"},
    )
    on = SplitDateField(label="Registered with the practice from")
    is_none_of_them = forms.BooleanField(
        label="None of these is the person: register somebody new", required=False
    )

    def __init__(
        self, *arguments: Any, practices: Iterable[Organisation], today: date, **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        choices = [("", "Choose a practice"), *((found.code, found.name) for found in practices)]
        self.fields["practice"].choices = choices  # type: ignore[attr-defined]
        self.fields["on"].initial = today

    def details(self) -> dict[str, Any]:
        """What is kept about the person."""
        return {name: self.cleaned_data[name] for name in DetailsForm.base_fields}


class AmendForm(DetailsForm):
    """The details as they stand, and why they change."""

    death_date = SplitDateField(label="Date of death", required=False)
    national_data_opt_out = forms.BooleanField(
        label="National data opt-out: not for planning or research", required=False
    )
    reason = forms.CharField(
        label="Reason",
        max_length=200,
        help_text="How you know. For example, letter from the person of 3 May. It is kept with your name.",
        error_messages={"required": "Enter the reason for the change"},
    )

    def __init__(self, *arguments: Any, person: Person, **options: Any) -> None:
        names = [*DetailsForm.base_fields, "death_date", "national_data_opt_out"]
        initial = {name: getattr(person, name) for name in names}
        super().__init__(*arguments, initial=initial, **options)
        self.fields["family_name"].required = bool(person.family_name)
        self.fields["given_name"].required = bool(person.given_name)

    def details(self) -> dict[str, Any]:
        """What is kept about the person."""
        return {name: value for name, value in self.cleaned_data.items() if name != "reason"}


class RelationshipForm(forms.Form):
    """Who somebody is to the person: by NHS number from the register, or by name."""

    kind = forms.ChoiceField(label="What they are to the person", choices=list(KINDS.items()))
    nhs_number = forms.CharField(
        label="NHS number, if they are on the register", max_length=20, required=False
    )
    name = forms.CharField(label="Name, if they are not on the register", max_length=200, required=False)
    telephone = forms.CharField(label="Telephone", max_length=40, required=False)
    on = SplitDateField(label="Since", required=False)

    clean_nhs_number = DetailsForm.clean_nhs_number

    def clean(self) -> dict[str, Any]:
        """Either is needed, not both."""
        values = super().clean() or {}
        if "nhs_number" not in self.errors and bool(values.get("nhs_number")) == bool(values.get("name")):
            self.add_error("name", "Enter an NHS number or a name, one of the two")
        return values


class EndForm(forms.Form):
    """The day from which a relationship no longer stands."""

    on = SplitDateField(label="Ended on", error_messages={"required": "Enter the day it ended"})
