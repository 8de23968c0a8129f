"""Finding drafts and completed responses; each asks who is reading."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404

from localcare.foundation.forms.models import FormResponse
from localcare.foundation.people.models import Person
from localcare.foundation.people.queries import find_person, is_visible, visible_people
from localcare.kernel.access.readers import Reader

READ = "journey.read"
AMEND = "form.amend"  # also what another team completed
State = FormResponse.State
Veil = Callable[[Reader], Q | None]
Completed = Callable[[Reader, FormResponse], bool]
_veils: list[Veil] = []
_completed_by: list[Completed] = []


def register_veil(veil: Veil) -> None:
    """Let a room above say which responses (a condition) a reader may not see though they see the person."""
    _veils.append(veil)


def register_completed_by(completed_by: Completed) -> None:
    """Let a room above say whether one of the reader's teams completed a response."""
    _completed_by.append(completed_by)


def may_amend(reader: Reader, response: FormResponse) -> bool:
    """Whether the reader may correct a completed response: who wrote it, the team that did, or a role for it."""
    if reader.is_system or reader.may(AMEND):
        return True
    if reader.user is None:
        return False
    return response.author_id == reader.user.pk or any(asked(reader, response) for asked in _completed_by)


def response_for(reader: Reader, reference: UUID | str) -> FormResponse:
    """The completed response; Http404 (audited as denied) when its person is not the reader's to see."""
    _may_read(reader)
    valid = _valid(reference)
    found = _open_to(reader).filter(reference=valid, state=State.COMPLETED).first() if valid else None
    if found is None:
        raise Http404("There is no completed form at this address.")
    find_person(reader, found.person.reference)
    return found


def completed_of(reader: Reader, person: Person) -> QuerySet[FormResponse]:
    """The completed responses of a person that still stand, the latest first."""
    _may_read(reader)
    if not is_visible(person, reader):
        return FormResponse.objects.none()
    found = _open_to(reader).filter(person=person, state=State.COMPLETED, superseded_by=None)
    return found.order_by("-completed_at", "-pk")


def own_drafts(reader: Reader, person: Person) -> QuerySet[FormResponse]:
    """The drafts of a person that the reader saved last."""
    if reader.user is None or not is_visible(person, reader):
        return FormResponse.objects.none()
    found = _all().filter(person=person, state=State.DRAFT, author=reader.user)
    return found.order_by("-saved_at", "-pk")


def completed_for(reader: Reader, context: str) -> QuerySet[FormResponse]:
    """The completed responses of a task or contact that still stand, the latest first."""
    _may_read(reader)
    found = _open_to(reader).filter(context=context, state=State.COMPLETED, superseded_by=None)
    return found.filter(person__in=visible_people(reader)).order_by("-completed_at", "-pk")


def open_draft(person: Person, form: str, context: str) -> FormResponse | None:
    """The one draft of a form for a person and context; for `filling`, which has checked the reader."""
    drafts = _all().filter(person=person, version__form=form, context=context, state=State.DRAFT)
    return drafts.order_by("pk").first()


def latest_completed(person: Person, form: str, context: str) -> FormResponse | None:
    """The response of a form completed last for a person and context."""
    done = _all().filter(person=person, version__form=form, context=context, state=State.COMPLETED)
    return done.order_by("-completed_at", "-pk").first()


def _all() -> QuerySet[FormResponse]:
    """Responses without the content of their version, which `definitions.definition_of` reads once for good."""
    return FormResponse.objects.select_related("person", "version", "author").defer("version__content")


def _open_to(reader: Reader) -> QuerySet[FormResponse]:
    found = _all()
    for veil in _veils:
        hidden = veil(reader)
        found = found.exclude(hidden) if hidden is not None else found
    return found


def _may_read(reader: Reader) -> None:
    if not reader.may(READ):
        raise PermissionDenied(f"To read a completed form you need the permission {READ}.")


def _valid(reference: UUID | str) -> UUID | None:
    try:
        return reference if isinstance(reference, UUID) else UUID(reference)
    except ValueError:
        return None
