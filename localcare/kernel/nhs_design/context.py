"""What every page is given: who reads, where they can go and what they are to be told."""

from __future__ import annotations

from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest

from localcare.kernel.nhs_design.navigation import links_for


def page(request: HttpRequest) -> dict[str, Any]:
    """Reader, navigation and messages of one request."""
    reader = getattr(request, "reader", None)
    user = getattr(request, "user", None)
    is_signed_in = bool(user and user.is_authenticated)
    return {
        "reader": reader,
        "signed_in_as": (user.get_full_name() or user.get_username()) if user and is_signed_in else "",
        "organisation_name": getattr(user, "organisation_name", "") if is_signed_in else "",
        "navigation": links_for(reader, request.path) if is_signed_in else [],
        "messages": get_messages(request),
    }
