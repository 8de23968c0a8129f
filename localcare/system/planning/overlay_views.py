"""A simulated journal laid over the lived one, for an indicator."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from localcare.kernel.access.guards import requires


@requires("planning.read")
def lived(request: HttpRequest, reference: UUID) -> HttpResponse:
    """The page."""
    return HttpResponse("")


@requires("planning.read")
def chart(request: HttpRequest, reference: UUID) -> HttpResponse:
    """The chart."""
    return HttpResponse("")
