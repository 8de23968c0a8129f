"""Filling in a form in a page of any desk: the draft is loaded or begun, saved, completed, and never overwritten."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, QueryDict

from localcare.foundation.forms import actions, queries
from localcare.foundation.forms.definitions import current_version, definition_of
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.forms.prefill import Prefilled, prefilled_answers
from localcare.foundation.forms.presenters import Difference, differences
from localcare.foundation.forms.rendering import COUNT, AnswersForm, form_class
from localcare.foundation.forms.shape import FormDefinition
from localcare.foundation.people.models import Person
from localcare.kernel.access.readers import Reader


@dataclass
class FormFilling:
    """What became of the form in this request.

    `form` is drawn by `{{ filling.form }}` or with its buttons by the template `forms/filling.jinja`. `saved`: all
    that was typed is kept as a draft. `completed`: the response, after a valid post of `action=complete`.
    `conflict`: why nothing was saved, with `differences`.
    """

    definition: FormDefinition
    form: AnswersForm
    response: FormResponse
    completed: FormResponse | None = None
    saved: bool = False
    conflict: str = ""
    differences: list[Difference] = field(default_factory=list)
    prefilled: Mapping[str, Prefilled] = field(default_factory=dict)

    @property
    def difference_rows(self) -> list[tuple[str, str, str]]:
        """The differences as rows of a table: question, theirs, yours."""
        return [(one.question, one.theirs, one.yours) for one in self.differences]


def fill(
    request: HttpRequest, *, form: str, person: Person, by: Reader, context: str = "", key: str | None = None,
    basis: str = "", prefix: str | None = None, known: Mapping[str, Any] | None = None,
) -> FormFilling:  # fmt: skip
    """Load or begin the draft for this context, and do what the post asks: save, complete, add or remove a row.

    `known`: first answers that the desk has already, by item, so that nobody is asked twice.

    What cannot be completed yet is kept as a draft, so that nothing typed is lost while it is mended.
    A post whose `action` is none of these (another form of the same page) only shows the form.
    """
    response = queries.open_draft(person, form, context) or _begin(person, form, context)
    definition = definition_of(response.version)
    prefilled = prefilled_answers(definition, person, by)
    make = form_class(definition, person)
    act = _act_of(request)
    if not act:
        first = {code: one.value for code, one in prefilled.items()} | dict(known or {})
        answers = response.answers if response.pk else first
        shown = make(answers=answers, prefilled=prefilled, prefix=prefix)
        filling = FormFilling(definition, shown, response, prefilled=prefilled)
        _keep_books(filling, person, form, context)
        return filling
    data = with_rows(request.POST, act, prefix)
    bound = make(data, answers=response.answers, prefilled=prefilled, prefix=prefix)
    filling = FormFilling(definition, bound, response, prefilled=prefilled)
    sent = _Sent(request.POST, person, form, context, by)
    try:
        _do(filling, act, sent, key, basis)
    except actions.Overtaken as overtaken:
        _show_conflict(filling, overtaken)
    except actions.NotComplete as refused:
        bound.add_error(None, "; ".join(problem.words for problem in refused.problems if problem.words))
    _keep_books(filling, person, form, context)
    return filling


class _Sent:
    """What the page sent back besides the answers, as arguments of an action."""

    def __init__(self, post: QueryDict, person: Person, form: str, context: str, by: Reader) -> None:
        revision = str(post.get("revision", "0"))
        self.arguments: dict[str, Any] = {
            "person": person, "form": form, "context": context, "by": by,
            "reference": _reference(post.get("reference")),
            "revision": int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 9 else 0,
            "after": str(post.get("after", ""))[:36],
        }  # fmt: skip


def _do(filling: FormFilling, act: str, sent: _Sent, key: str | None, basis: str) -> None:
    form = filling.form
    if act == "complete" and form.check():
        filling.completed = filling.response = actions.complete(
            answers=form.answers(), key=key, basis=basis, **sent.arguments
        )
        return
    filling.response = actions.save_draft(answers=form.answers(), **sent.arguments)
    filling.saved = act == "save" and not form.errors


def _begin(person: Person, form: str, context: str) -> FormResponse:
    """A draft that is kept only when it is first saved: opening a form leaves no trace in it."""
    return FormResponse(person=person, version=current_version(form), context=context, revision=0)


def _act_of(request: HttpRequest) -> str:
    """What the post asks of the form; empty when it asks nothing."""
    act = str(request.POST.get("action", "")) if request.method == "POST" else ""
    return act if act in ("save", "complete") or act.startswith(("add:", "remove:")) else ""


def as_draft(request: HttpRequest) -> HttpRequest:
    """The same request asking to keep the answers only: for a desk that was refused what it wanted to do with them."""
    data = request.POST.copy()
    data["action"] = "save"
    request.POST = data  # type: ignore[assignment]
    return request


def with_rows(post: QueryDict, act: str, prefix: str | None) -> QueryDict:
    """The post with one row more or less of the repeating group that was named."""
    what, _, name = act.partition(":")
    if what not in ("add", "remove"):
        return post
    data = post.copy()
    group, _, number = name.partition(":")
    count = str(data.get(group + COUNT, "0"))
    rows = int(count) if count.isascii() and count.isdigit() and len(count) < 4 else 0
    if what == "add":
        data[group + COUNT] = str(rows + 1)
    elif number.isascii() and number.isdigit() and int(number) < rows:
        _drop_row(data, group, int(number), rows)
        data[group + COUNT] = str(rows - 1)
    return data


def _drop_row(data: QueryDict, group: str, number: int, rows: int) -> None:
    """Take one row out and move those after it up."""
    for name in [name for name in data if name.startswith(f"{group}__{number}__")]:
        del data[name]
    for later in range(number + 1, rows):
        for name in [name for name in data if name.startswith(f"{group}__{later}__")]:
            rest = name.removeprefix(f"{group}__{later}__")
            data.setlist(f"{group}__{later - 1}__{rest}", data.pop(name))


def _reference(sent: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(sent))
    except ValueError:
        return None


def _show_conflict(filling: FormFilling, overtaken: actions.Overtaken) -> None:
    filling.response = overtaken.current
    filling.conflict = f"{overtaken} Nothing that you typed was saved yet."
    filling.differences = differences(
        filling.definition, theirs=overtaken.current.answers, yours=filling.form.answers()
    )


def _keep_books(filling: FormFilling, person: Person, form: str, context: str) -> None:
    """What the page must send back. After a conflict that was shown, saving again is a decision."""
    books, response = filling.form.bookkeeping, filling.response
    is_draft = response.state == FormResponse.State.DRAFT
    latest = queries.latest_completed(person, form, context)
    books.reference = str(response.reference if is_draft else uuid.uuid4())
    books.revision = response.revision if is_draft and response.pk else 0
    books.after = str(latest.reference) if latest else ""
