"""Every request carries its reader, and reaches only views that declared what they need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject

from localcare.kernel.access.guards import declared, deny, refusal_of, request_reader, undeclared_views
from localcare.kernel.access.readers import reader_of
from localcare.kernel.audit.actions import refusals_survive

GetResponse = Callable[[HttpRequest], HttpResponse]


class AccessMiddleware:
    """Puts `request.reader` in place and fails closed, at start-up and at each request."""

    def __init__(self, get_response: GetResponse) -> None:
        """Refuse to serve at all while any view declares nothing."""
        self.get_response = get_response
        if found := undeclared_views():
            raise ImproperlyConfigured("These views declare no permission: " + "; ".join(found))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Give the request its reader, worked out when first asked for."""
        request.reader = SimpleLazyObject(lambda: reader_of(request))  # type: ignore[attr-defined]
        with refusals_survive():
            return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, arguments: Any, keywords: Any
    ) -> HttpResponseBase | None:
        """Enforce the reviewed list for views that are not ours; refuse whatever is not declared."""
        match = request.resolver_match
        declaration = declared(view, match.url_name if match else None)
        if declaration is None:
            deny(request_reader(request), "(undeclared)", request)
            return None
        if hasattr(view, "access_declaration"):
            return None  # the guard around the view does it
        return refusal_of(request, declaration)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Show what was refused and what to do, instead of a bare 403."""
        if not isinstance(exception, PermissionDenied):
            return None
        return render(request, "access/denied.jinja", {"permission": str(exception)}, status=403)
