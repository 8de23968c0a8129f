"""Whose request it is behind a proxy: audit, lock-out and metrics go by this address, not by the proxy's."""

from __future__ import annotations

from collections.abc import Callable, Collection
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def client_address(peer: str, forwarded_for: str, trusted: Collection[str]) -> str:
    """The nearest address that is no trusted proxy; what a client writes itself further left is not believed."""
    for hop in reversed([address.strip() for address in forwarded_for.split(",")]):
        if peer not in trusted or not _is_address(hop):
            return peer
        peer = hop
    return peer


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


class ClientAddressMiddleware:
    """Puts the client's address where everybody looks for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Believe `X-Forwarded-For` only from a trusted proxy."""
        if forwarded_for := request.META.get("HTTP_X_FORWARDED_FOR", ""):
            peer = request.META.get("REMOTE_ADDR", "")
            request.META["REMOTE_ADDR"] = client_address(peer, forwarded_for, settings.TRUSTED_PROXIES)
        return self.get_response(request)
