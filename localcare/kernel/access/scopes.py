"""What a role may be given over: the codes that exist, with their names."""

from __future__ import annotations

from collections.abc import Callable

from localcare.kernel.access.models import RoleGrant

# (kind, code) -> name; None when there is no such area or practice
ScopeNamer = Callable[[str, str], str | None]
_namer: list[ScopeNamer] = []


def register_scope_namer(namer: ScopeNamer) -> None:
    """Say how an area or practice code is named and whether it exists (called by `places` at start-up)."""
    _namer[:] = [namer]


def name_of_scope(kind: str, code: str) -> str | None:
    """Return the name of a scope in words; None when it is known not to exist."""
    if kind == RoleGrant.ScopeKind.EVERYWHERE:
        return "Everywhere"
    return _namer[0](kind, code) if _namer else code


def describe(grant: RoleGrant) -> str:
    """Say in words what a grant is over."""
    name = name_of_scope(grant.scope_kind, grant.scope_code)
    if grant.scope_kind == RoleGrant.ScopeKind.EVERYWHERE:
        return "Everywhere"
    return f"{name} ({grant.scope_code})" if name and name != grant.scope_code else grant.scope_code
