"""Addresses for load balancers, orchestrators and Prometheus."""

from __future__ import annotations

import hmac
import ipaddress

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from localcare.config.observation import health, metrics
from localcare.kernel.access.guards import public

SET_BY_PROXIES = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_FORWARDED",
    "HTTP_X_REAL_IP",
    "HTTP_VIA",
)


@public("says only that the process answers, and is asked by machines that cannot sign in")
@never_cache
@require_safe
def live(_request: HttpRequest) -> HttpResponse:
    """Answer while the process works at all."""
    return JsonResponse({"status": "live"})


@public("says only whether the site can serve, and is asked by machines that cannot sign in")
@never_cache
@require_safe
def ready(_request: HttpRequest) -> HttpResponse:
    """Answer 200 when requests can be served and 503 when they cannot."""
    findings = health.readiness()
    is_ready = all(finding.is_well for finding in findings if finding.is_needed)
    found = {finding.name: "well" if finding.is_well else "not well" for finding in findings}
    return JsonResponse(
        {"status": "ready" if is_ready else "not ready", **found}, status=200 if is_ready else 503
    )


@public("counts requests and names nobody; answers this machine itself or whoever has the token")
@never_cache
@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Everything counted, for Prometheus."""
    if not (_has_token(request) or _comes_from_this_machine(request)):
        return HttpResponse(
            "Send the token: Authorization: Bearer …\n", status=403, content_type="text/plain"
        )
    return HttpResponse(metrics.exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _has_token(request: HttpRequest) -> bool:
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    token = settings.METRICS_TOKEN
    return bool(token) and hmac.compare_digest(sent.encode(), token.encode())


def _comes_from_this_machine(request: HttpRequest) -> bool:
    """A proxy on this machine also comes from here, and passes on strangers: it does not count."""
    if any(name in request.META for name in SET_BY_PROXIES):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
