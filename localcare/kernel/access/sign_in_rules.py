"""What must be settled before a signed-in person goes on: idle sessions, new passwords, second factors."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from localcare.kernel.access.guards import declared

LAST_ACTIVE = "last_active"
NOTE_ACTIVITY_EVERY_SECONDS = 60  # a session is written once a minute at most, not on every page

AFTER_SIGN_IN = "home"  # open to everybody, and where signing in leads
ALWAYS_REACHABLE = {"account_logout", "account_reauthenticate", "mfa_reauthenticate"}
TO_CHANGE_PASSWORD = ALWAYS_REACHABLE | {"account_change_password"}
TO_SET_UP_SECOND_FACTOR = ALWAYS_REACHABLE | {"mfa_activate_totp", "account_change_password"}


class SignInRulesMiddleware:
    """Signs out who was idle; leads to the password or second factor that is still owed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; the rules apply once its view is known."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, arguments: Any, keywords: Any
    ) -> HttpResponseBase | None:
        """Return the page to go to first, or None."""
        name = request.resolver_match.url_name if request.resolver_match else None
        declaration = declared(view, name)
        is_exempt = declaration is None or not (declaration.signed_in or name == AFTER_SIGN_IN)
        if is_exempt or not request.user.is_authenticated:
            return None
        return _idle(request) or _password_owed(request, name) or _second_factor_owed(request, name)


def is_idle(last_active: float | None, now: float, limit_minutes: int) -> bool:
    """Whether nothing happened for longer than the limit; both moments in seconds."""
    return last_active is not None and now - last_active > limit_minutes * 60


def _idle(request: HttpRequest) -> HttpResponseBase | None:
    now, last_active = time.time(), request.session.get(LAST_ACTIVE)
    if is_idle(last_active, now, settings.SESSION_IDLE_MINUTES):
        logout(request)
        message = f"You were signed out because nothing happened for {settings.SESSION_IDLE_MINUTES} minutes."
        messages.info(request, f"{message} Sign in again to go on.")
        target = request.get_full_path() if request.method == "GET" else "/"
        return redirect_to_login(target, reverse("account_login"))
    # A clock that went backwards starts the count anew.
    if last_active is None or not 0 <= now - last_active < NOTE_ACTIVITY_EVERY_SECONDS:
        request.session[LAST_ACTIVE] = now
    return None


def _password_owed(request: HttpRequest, name: str | None) -> HttpResponseBase | None:
    if not request.user.must_change_password or name in TO_CHANGE_PASSWORD:  # type: ignore[union-attr]
        return None
    messages.info(request, "Choose your own password before you go on.")
    return redirect("account_change_password")


def _second_factor_owed(request: HttpRequest, name: str | None) -> HttpResponseBase | None:
    if not settings.SECOND_FACTOR_REQUIRED or name in TO_SET_UP_SECOND_FACTOR:
        return None
    if Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.TOTP).exists():
        return None
    messages.info(request, "Set up a second factor before you go on.")
    return redirect("mfa_activate_totp")
