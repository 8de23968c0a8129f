"""Ends a session that has lasted a working day, however busy it was; idle ones end in `kernel.access`."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

STARTED = "started_at"


def is_over(*, started: float, now: float, longest_minutes: int) -> bool:
    """Whether a session has lasted too long; moments in seconds since 1970."""
    return now - started > longest_minutes * 60


class SessionExpiryMiddleware:
    """Signs out at the end of the longest session; the next page asks to sign in again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at the clock before anything else is done with the session."""
        if request.user.is_authenticated:
            now = timezone.now().timestamp()
            started = request.session.setdefault(STARTED, now)
            if is_over(started=started, now=now, longest_minutes=settings.SESSION_LONGEST_MINUTES):
                logout(request)
        return self.get_response(request)
