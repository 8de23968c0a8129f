"""Forms of the administrator's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils import timezone

from localcare.kernel.access.models import RoleGrant, User
from localcare.kernel.access.roles import roles
from localcare.kernel.nhs_design.fields import SplitDateField


class AccountFilterForm(forms.Form):
    """Narrows the list of accounts."""

    hides_optional = True
    text = forms.CharField(label="Name, user name or organisation", required=False, max_length=100)
    state = forms.ChoiceField(
        label="Account",
        required=False,
        choices=[("", "Open and closed"), ("open", "Open"), ("closed", "Closed")],
    )


class AccountForm(forms.Form):
    """What an account says about its holder."""

    first_name = forms.CharField(label="First name", max_length=150)
    last_name = forms.CharField(label="Last name", max_length=150)
    organisation_name = forms.CharField(label="Organisation", max_length=200)
    email = forms.EmailField(label="Email address", required=False)


class NewAccountForm(AccountForm):
    """A new account, with the name to sign in by."""

    username = forms.CharField(
        label="User name",
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        help_text="What the person types to sign in, for example amina.okafor.",
    )
    field_order = ("first_name", "last_name", "username", "organisation_name", "email")

    def clean_username(self) -> str:
        """A user name is given once, whatever its capitals."""
        username = str(self.cleaned_data["username"])
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError("This user name is taken. Choose another one.")
        return username


class RoleForm(forms.Form):
    """A role over a scope from a day to a day."""

    role = forms.ChoiceField(label="Role", widget=forms.RadioSelect)
    scope_kind = forms.ChoiceField(
        label="Over which people", choices=RoleGrant.ScopeKind.choices, widget=forms.RadioSelect
    )
    scope_code = forms.CharField(
        label="Code of the area or practice",
        required=False,
        max_length=64,
        help_text="Leave empty for everywhere.",
    )
    starts_on = SplitDateField(label="First day", initial=timezone.localdate)
    ends_on = SplitDateField(
        label="First day without the role", required=False, help_text="Leave empty when no end is planned."
    )

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        choices = [(role.code, f"{role.title}: {role.purpose}") for role in roles().values()]
        self.fields["role"].choices = choices  # type: ignore[attr-defined]


class EndRoleForm(forms.Form):
    """The day from which a role is not held any more."""

    ends_on = SplitDateField(label="First day without the role", initial=timezone.localdate)
