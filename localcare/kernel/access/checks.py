"""Start-up checks: every view declares what it needs, every role is well defined."""

from __future__ import annotations

from typing import Any

from django.core.checks import Error

from localcare.kernel.access.guards import undeclared_views
from localcare.kernel.access.roles import permissions, roles
from localcare.kernel.definitions import DefinitionError


def check_views_are_declared(**_: Any) -> list[Error]:
    """An error for each view that declares neither a permission nor why it needs none."""
    hint = "Decorate it with @requires('permission'), @signed_in('why') or @public('why')."
    return [
        Error(f"The view at {found} declares no permission.", hint=hint, id="access.E001")
        for found in undeclared_views()
    ]


def check_roles(**_: Any) -> list[Error]:
    """An error for each fault of the role definitions, with file and line."""
    try:
        permissions(), roles()
    except DefinitionError as error:
        return [Error(str(fault), id="access.E002") for fault in error.faults]
    return []
