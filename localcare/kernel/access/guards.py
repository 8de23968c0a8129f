"""Every view says what it needs; a view that says nothing stops the program from starting."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from localcare.kernel.access.readers import Reader, reader_of
from localcare.kernel.access.roles import permissions
from localcare.kernel.access.third_party import declaration_of
from localcare.kernel.audit.actions import record_access

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Declaration:
    """What a view needs: one permission, or that somebody signed in, or nothing and why."""

    permission: str = ""
    reason: str = ""
    signed_in: bool = True
    is_closed: bool = False


class AccessDenied(PermissionDenied):
    """The reader does not hold the permission; already audited."""


def requires(permission: str) -> Callable[[View], View]:
    """Declare that a view (a function, a class or its `dispatch`) needs a permission."""
    if permission not in permissions():
        raise ValueError(
            f"{permission!r} is no permission: see localcare/definitions/roles/permissions.yaml."
        )
    return _declare(Declaration(permission=permission))


def signed_in(reason: str) -> Callable[[View], View]:
    """Declare that anybody who has signed in may see a view, and why."""
    return _declare(Declaration(reason=_sentence(reason)))


def public(reason: str) -> Callable[[View], View]:
    """Declare that a view is open to everybody, and why."""
    return _declare(Declaration(reason=_sentence(reason), signed_in=False))


def _sentence(reason: str) -> str:
    if not isinstance(reason, str) or len(reason.split()) < 2:
        raise ValueError("Say in words why no permission is needed.")
    return reason


def _declare(declaration: Declaration) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        if isinstance(view, type):
            view.dispatch = _guarded(view.dispatch, declaration)  # type: ignore[attr-defined]
            return view
        return _guarded(view, declaration)

    return decorate


def _guarded(view: View, declaration: Declaration) -> View:
    @functools.wraps(view)
    def guarded(*arguments: Any, **keywords: Any) -> HttpResponseBase:
        request = next(argument for argument in arguments if isinstance(argument, HttpRequest))
        refusal = refusal_of(request, declaration)
        return refusal or view(*arguments, **keywords)

    guarded.access_declaration = declaration  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


def refusal_of(request: HttpRequest, declaration: Declaration) -> HttpResponseBase | None:
    """Return the way to the sign-in page when needed; or raise AccessDenied or Http404."""
    if declaration.is_closed:
        raise Http404(declaration.reason)
    if not declaration.signed_in:
        return None
    reader = request_reader(request)
    if reader.is_anonymous:
        return redirect_to_login(request.get_full_path(), reverse("account_login"))
    if declaration.permission and not reader.may(declaration.permission):
        deny(reader, declaration.permission, request)
    return None


def request_reader(request: HttpRequest) -> Reader:
    """Return the reader of a request, also where no middleware has run."""
    if not hasattr(request, "reader"):
        request.reader = reader_of(request)  # type: ignore[attr-defined]
    return request.reader  # type: ignore[attr-defined,no-any-return]


def deny(reader: Reader, permission: str, request: HttpRequest) -> None:
    """Audit a refusal and raise AccessDenied."""
    match = request.resolver_match
    detail = {"permission": permission, "page": match.view_name if match else request.path}
    record_access(reader=reader, action="access.denied", outcome="denied", detail=detail)
    raise AccessDenied(permission)


def declared(callback: Any, name: str | None = None) -> Declaration | None:
    """Return what a view declares, or what the reviewed list says for a view that is not ours."""
    own = getattr(callback, "access_declaration", None)
    if own is not None:
        return own  # type: ignore[no-any-return]
    reviewed = declaration_of(callback, name)
    if reviewed is None:
        return None
    return Declaration(reason=reviewed.reason, signed_in=reviewed.signed_in, is_closed=reviewed.is_closed)


def undeclared_views(urlconf: str | None = None) -> list[str]:
    """Return each view of the URL conf that declares nothing, with its address."""
    return [
        f"{route or '/'} -> {_dotted_name(pattern.callback)}"
        for route, pattern in _patterns(get_resolver(urlconf).url_patterns, "")
        if declared(pattern.callback, pattern.name) is None
    ]


def _patterns(entries: list[Any], prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for entry in entries:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _patterns(entry.url_patterns, route)
        else:
            yield route, entry


def _dotted_name(callback: Any) -> str:
    view = getattr(callback, "view_class", callback)
    return f"{getattr(view, '__module__', '?')}.{getattr(view, '__qualname__', repr(view))}"
