"""Who asks for an action, once it is sure that they may."""

from __future__ import annotations

from localcare.kernel.access.models import User
from localcare.kernel.access.readers import Reader, reader_for


class NotAllowed(Exception):
    """The person who asked does not hold the permission, or what they ask about is another's."""


def permitted(by: User | Reader, permission: str) -> Reader:
    """The reader behind a user or job. Raises NotAllowed without the permission."""
    reader = by if isinstance(by, Reader) else reader_for(by)
    if not reader.may(permission):
        raise NotAllowed(f"{reader.name or 'nobody'} does not hold {permission}")
    return reader
