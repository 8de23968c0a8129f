"""Stopping work: by whoever may start it, with an entry in the audit trail."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from localcare.kernel.access.models import User
from localcare.kernel.access.permitted import permitted
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access
from localcare.kernel.work.carrying_out import ask_to_stop
from localcare.kernel.work.models import Work


@transaction.atomic
def stop(
    work: Work, *, by: User | Reader, permission: str, action: str, basis: str, detail: dict[str, Any]
) -> str:
    """Ask work to stop, with the permission that starts it; what came of that, in a sentence. NotAllowed.

    Nothing of stopped work is kept. What is over already stays as it is.
    """
    reader = permitted(by, permission)
    name = reader.user.get_full_name() if reader.user else ""
    if not ask_to_stop(work, by=name or reader.name):
        return "It was over already."
    record_access(reader=reader, action=action, basis=basis, detail=detail)
    return (
        "It was stopped before it began."
        if work.is_over
        else "It stops at its next step. Nothing of it is kept."
    )
