"""Signing in and out, and changes to a way of signing in, go to the audit trail."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest

from localcare.kernel.access.models import User
from localcare.kernel.access.readers import reader_for, system_reader
from localcare.kernel.audit.actions import record_access


def connect() -> None:
    """Listen to the sign-in library."""
    user_logged_in.connect(_signed_in, dispatch_uid="access.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="access.signed_out")
    password_changed.connect(_password_changed, dispatch_uid="access.password_changed")
    authenticator_added.connect(_factor_added, dispatch_uid="access.factor_added")
    authenticator_removed.connect(_factor_removed, dispatch_uid="access.factor_removed")
    authenticator_reset.connect(_factor_reset, dispatch_uid="access.factor_reset")
    user_locked_out.connect(_locked_out, dispatch_uid="access.locked_out")


def _record(user: User, request: HttpRequest | None, action: str, **detail: Any) -> None:
    address = request.META.get("REMOTE_ADDR", "") if request else ""
    record_access(reader=reader_for(user, address=address), action=action, detail=detail)


def _signed_in(request: HttpRequest | None, user: User, **_: Any) -> None:
    _record(user, request, "account.sign-in")


def _signed_out(request: HttpRequest | None, user: User | None, **_: Any) -> None:
    if user is not None and user.is_active:
        _record(user, request, "account.sign-out")


def _password_changed(request: HttpRequest, user: User, **_: Any) -> None:
    if user.must_change_password:
        user.must_change_password = False
        user.save(update_fields=["must_change_password"])
    _record(user, request, "account.password-changed")


def _factor_added(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    _record(user, request, "account.second-factor-added", type=authenticator.type)


def _factor_removed(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    _record(user, request, "account.second-factor-removed", type=authenticator.type)


def _factor_reset(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    _record(user, request, "account.recovery-codes-renewed", type=authenticator.type)


def _locked_out(request: HttpRequest, username: str, ip_address: str, **_: Any) -> None:
    # What was typed as a user name may be a password: only a name that exists is written down.
    known = User.objects.filter(username=username).exists()
    detail = {"username": username if known else "(not a known user name)", "address": ip_address}
    record_access(
        reader=system_reader("sign-in"), action="account.locked-out", outcome="denied", detail=detail
    )
