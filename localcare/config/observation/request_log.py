"""One log line and one measurement for each request: its route, never its address."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from localcare.config.observation import metrics

logger = logging.getLogger("localcare.request")
UNKNOWN = "(unknown)"


class RequestLogMiddleware:
    """Outermost, so that what the other layers answer is seen too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Time the request, and give it a number that every line of its log carries."""
        request_id = uuid.uuid4().hex
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            seconds = time.perf_counter() - began
            response["X-Request-ID"] = request_id
            route = _route(request)
            metrics.observe_request(request.method or "", route, response.status_code, seconds)
            logger.info("request", extra=_line(request, route, response.status_code, seconds))
        return response


def _route(request: HttpRequest) -> str:
    """Name of the view's address pattern; the address itself may name a person."""
    match = request.resolver_match
    if match is None:
        return "static" if request.path_info.startswith("/static/") else UNKNOWN
    return match.view_name or UNKNOWN


def _line(request: HttpRequest, route: str, status: int, seconds: float) -> dict[str, object]:
    user = getattr(request, "user", None)
    return {
        "method": request.method,
        "route": route,
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
        "user_id": user.pk if user is not None and user.is_authenticated else None,
    }
