"""The reviewed list of views that are not ours: who may reach each, and why."""

from __future__ import annotations

from typing import Any, NamedTuple


class Reviewed(NamedTuple):
    """Whether somebody must have signed in, why, and whether the page is closed to all."""

    signed_in: bool
    reason: str
    is_closed: bool = False


_SIGN_IN = Reviewed(False, "part of signing in")
_OWN_ACCOUNT = Reviewed(True, "people look after their own password and second factor")
_NO_MAIL = Reviewed(True, "there is no mail server: an administrator resets passwords", is_closed=True)
_NO_SIGN_UP = Reviewed(True, "an administrator opens accounts", is_closed=True)

ALLAUTH = {
    "account_login": _SIGN_IN,
    "account_logout": Reviewed(False, "signing out twice is no fault"),
    "account_inactive": Reviewed(False, "tells somebody that the account is closed"),
    "account_reauthenticate": _OWN_ACCOUNT,
    "account_change_password": _OWN_ACCOUNT,
    "mfa_index": _OWN_ACCOUNT,
    "mfa_authenticate": _SIGN_IN,
    "mfa_reauthenticate": _OWN_ACCOUNT,
    "mfa_activate_totp": _OWN_ACCOUNT,
    "mfa_deactivate_totp": _OWN_ACCOUNT,
    "mfa_view_recovery_codes": _OWN_ACCOUNT,
    "mfa_generate_recovery_codes": _OWN_ACCOUNT,
    "mfa_download_recovery_codes": _OWN_ACCOUNT,
    "account_signup": _NO_SIGN_UP,
    "account_email": _NO_MAIL,
    "account_email_verification_sent": _NO_MAIL,
    "account_confirm_email": _NO_MAIL,
    "account_set_password": _NO_MAIL,
    "account_reset_password": _NO_MAIL,
    "account_reset_password_done": _NO_MAIL,
    "account_reset_password_from_key": _NO_MAIL,
    "account_reset_password_from_key_done": _NO_MAIL,
    "account_confirm_login_code": _NO_MAIL,
}


def declaration_of(callback: Any, name: str | None) -> Reviewed | None:
    """Return what the list says of a view of the sign-in library; None for any other."""
    module = getattr(getattr(callback, "view_class", callback), "__module__", "")
    return ALLAUTH.get(name or "") if module.startswith("allauth.") else None
