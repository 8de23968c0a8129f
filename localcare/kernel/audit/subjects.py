"""Finding the person whom an audit question is about, without the kernel knowing the register."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from localcare.kernel.access.readers import Reader


@dataclass(frozen=True)
class Subject:
    """A person as the audit page names them; `also` are references merged into this one."""

    reference: str
    label: str
    also: tuple[str, ...] = ()

    @property
    def references(self) -> tuple[str, ...]:
        """Every reference under which the person may have been looked at."""
        return (self.reference, *self.also)


SubjectResolver = Callable[[str, Reader], Subject | None]
_resolver: list[SubjectResolver] = []


def register_subject_resolver(resolver: SubjectResolver) -> None:
    """Say how an NHS number or reference becomes a person (called by `people` at start-up)."""
    _resolver[:] = [resolver]


def find_subject(text: str, reader: Reader) -> Subject | None:
    """Return the person whom an NHS number or reference names; None when nobody is found."""
    typed = text.strip()
    if not typed:
        return None
    if found := _resolver[0](typed, reader) if _resolver else None:
        return found
    try:  # somebody erased from the register was still looked at
        reference = str(uuid.UUID(typed))
    except ValueError:
        return None
    return Subject(reference, f"Person {reference}")
