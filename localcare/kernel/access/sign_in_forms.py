"""The sign-in library's forms with plain labels, hints and errors."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms

PASSWORD_HINT = "At least 12 characters. Three words that only you would put together are easy to remember."  # noqa: S105


def _word(form: forms.Form, name: str, label: str, missing: str, hint: str = "") -> None:
    """Give one field its label, hint and error, and take its placeholder away."""
    field = form.fields[name]
    field.label, field.help_text = label, hint
    field.error_messages["required"] = missing
    field.widget.attrs.pop("placeholder", None)


def _word_code(form: forms.Form, hint: str) -> None:
    _word(form, "code", "Code", "Enter the code", hint)
    form.fields["code"].widget.attrs.update(
        inputmode="numeric", autocomplete="one-time-code", spellcheck="false"
    )


class SignInForm(LoginForm):  # type: ignore[misc]
    """User name and password."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        _word(self, "login", "User name", "Enter your user name")
        _word(self, "password", "Password", "Enter your password")


class PasswordChangeForm(ChangePasswordForm):  # type: ignore[misc]
    """The password now and the new one twice."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        _word(self, "oldpassword", "Password now", "Enter the password you have now")
        _word(self, "password1", "New password", "Enter a new password", PASSWORD_HINT)
        _word(self, "password2", "New password again", "Enter the new password again")

    def clean_password1(self) -> str:
        """A new password differs from the one before."""
        new = str(self.cleaned_data["password1"])
        if self.user.check_password(new):
            raise forms.ValidationError("Choose a password that is not the one you have now")
        return new


class ConfirmPasswordForm(ReauthenticateForm):  # type: ignore[misc]
    """The password again, before something that matters."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        _word(self, "password", "Password", "Enter your password")


class CodeForm(AuthenticateForm):  # type: ignore[misc]
    """The code of the authenticator app, or a recovery code."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        _word_code(self, "6 digits from your authenticator app, or one of your recovery codes.")


class ConfirmCodeForm(ReauthenticateCodeForm):  # type: ignore[misc]
    """The code again, before something that matters."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        _word_code(self, "6 digits from your authenticator app, or one of your recovery codes.")


class ActivateCodeForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new authenticator app."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        _word_code(self, "The 6 digits that the app shows now.")
