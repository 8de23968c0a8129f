"""What every page is given: who reads, where they can go and what they are to be told."""

from __future__ import annotations

from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest

from localcare.kernel.nhs_design.navigation import Link, links_for


def page(request: HttpRequest) -> dict[str, Any]:
    """Reader, navigation and messages of one request."""
    reader = getattr(request, "reader", None)
    user = getattr(request, "user", None)
    is_signed_in = bool(user and user.is_authenticated)
    return {
        "reader": reader,
        "signed_in_as": (user.get_full_name() or user.get_username()) if user and is_signed_in else "",
        "organisation_name": getattr(user, "organisation_name", "") if is_signed_in else "",
        "navigation": _navigation(request, reader) if is_signed_in else [],
        "messages": get_messages(request),
    }


def _navigation(request: HttpRequest, reader: Any) -> list[Link]:
    """The links, worked out once a request: a page draws several templates, and a link may ask the database."""
    known: tuple[Any, list[Link]] | None = request.__dict__.get("_navigation_for")
    if known is None or known[0] is not reader:
        known = (reader, links_for(reader, request.path))
        request.__dict__["_navigation_for"] = known
    return known[1]
