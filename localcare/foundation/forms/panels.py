"""The panel of the person page that lists completed forms and the reader's own drafts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html

from localcare.foundation.forms import queries
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.people.models import Person
from localcare.foundation.record.person_page.registry import Panel, register_panel
from localcare.kernel.access.readers import Reader
from localcare.kernel.nhs_design.formatting import format_moment

SHOWN = 10
AddressOf = Callable[[FormResponse], str]
_addresses: list[AddressOf] = []


def register_draft_address(address_of: AddressOf) -> None:
    """Let a room above say where a draft is taken up again; empty when it is none of its own."""
    _addresses.append(address_of)


def forms_panel(person: Person, reader: Reader) -> Mapping[str, Any]:
    """Completed forms that stand, and drafts to be taken up again."""
    completed = list(
        queries.completed_of(reader, person).values_list(
            "reference", "version__title", "completed_at", "author_name"
        )
    )
    return {
        "completed": [_completed_row(*response) for response in completed[:SHOWN]],
        "left_out": max(0, len(completed) - SHOWN),
        "drafts": [_draft_row(draft) for draft in queries.own_drafts(reader, person)[:SHOWN]],
    }


def _completed_row(
    reference: UUID, title: str, completed_at: datetime | None, author: str
) -> tuple[Any, ...]:
    address = reverse("form-response", kwargs={"reference": reference})
    return format_html('<a href="{}">{}</a>', address, title), format_moment(completed_at), author


def _draft_row(draft: FormResponse) -> tuple[Any, ...]:
    address = next((found for found in (address_of(draft) for address_of in _addresses) if found), "")
    title = (
        format_html('<a href="{}">{}</a>', address, draft.version.title) if address else draft.version.title
    )
    return title, format_moment(draft.saved_at)


def join() -> None:
    """Put the panel on the person page."""
    register_panel(Panel("forms", "Forms", queries.READ, "forms/panel.jinja", 230, forms_panel))
