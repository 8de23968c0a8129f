"""Saving drafts, completing forms once, and amending what was completed."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from localcare.foundation.forms import queries, rules
from localcare.foundation.forms.definitions import current_version, definition_of
from localcare.foundation.forms.facts import facts_of, key_prefix
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.forms.scoring import scores_of
from localcare.foundation.people.models import Person
from localcare.foundation.people.queries import find_person
from localcare.foundation.record.actions import NotRecorded, record_facts
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access
from localcare.kernel.nhs_design.formatting import format_relative_moment

FILL = ("task.work", "journey.open", "contact.take", "contact.triage")
Answers = Mapping[str, Any]


class Overtaken(ValueError):
    """Somebody saved or completed the form meanwhile; `current` is what stands, the message says who and when."""

    def __init__(self, current: FormResponse) -> None:
        self.current = current
        done = current.state == FormResponse.State.COMPLETED
        moment = format_relative_moment(current.completed_at or current.saved_at, timezone.now())
        super().__init__(
            f"{current.author_name} {'completed' if done else 'saved'} this form {moment}, after you opened it."
        )


class NotTheirs(PermissionDenied):
    """A form of another team is amended by that team, or by somebody whose role allows it."""


class NotComplete(ValueError):
    """Answers that cannot be completed; `problems` says each place and what to mend."""

    def __init__(self, problems: Sequence[rules.Problem]) -> None:
        self.problems = tuple(problems)
        told = "; ".join(
            f"{'.'.join(map(str, problem.path))}: {problem.words or 'an answer is needed'}"
            for problem in problems
        )
        super().__init__(f"The form cannot be completed. {told}")


@transaction.atomic
def save_draft(
    *, person: Person, form: str, answers: Answers, by: Reader, context: str = "",
    reference: uuid.UUID | None = None, revision: int = 0, after: str = "",
) -> FormResponse:  # fmt: skip
    """Keep the answers so far; Overtaken when somebody saved since `revision`. The same again changes nothing."""
    person = _allowed(by, person)
    _wait_for_turn(person, form, context)
    draft = queries.open_draft(person, form, context)
    if draft is None:
        _refuse_if_completed_since(person, form, context, reference, after)
        draft = _new(person, form, context, by, reference)
        draft.key = _draft_key(person, form, context)
    elif dict(draft.answers) == dict(answers):
        return draft
    elif _is_older(draft, reference, revision):
        raise Overtaken(draft)
    else:
        draft.revision += 1
    draft.answers = dict(answers)
    _sign(draft, by)
    draft.save()
    _audit(by, "form.save-draft", draft)
    return draft


@transaction.atomic
def complete(
    *, person: Person, form: str, answers: Answers, by: Reader, context: str = "", basis: str = "",
    reference: uuid.UUID | None = None, revision: int | None = None, after: str = "", key: str | None = None,
    at: datetime | None = None,
) -> FormResponse:  # fmt: skip
    """Complete a form once: answers checked, scores worked out, facts recorded.

    The same `key` or `reference` with the same answers gives the first response back. With a `revision` the draft
    it was taken from is completed (Overtaken when it moved on); without one, any draft is left alone. `at` is when it
    was completed, for what is written down later.
    """
    person = _allowed(by, person)
    _wait_for_turn(person, form, context)
    if done := _done_before(person, form, answers, reference, key):
        return done
    draft = None
    if revision is not None:
        draft = queries.open_draft(person, form, context)
        if draft is None:
            _refuse_if_completed_since(person, form, context, reference, after)
        elif _is_older(draft, reference, revision):
            raise Overtaken(draft)
    response = draft or _new(person, form, context, by, reference)
    moment = at or timezone.now()
    if moment > timezone.now():
        raise ValueError("A form cannot be completed in the future: leave the time out.")
    _finish(response, answers, by, at=moment, on=timezone.localdate(moment))
    response.key = key or f"done:{response.reference}"
    response.save()
    _write_facts(response, by, basis=basis, on=timezone.localdate(moment))
    _audit(by, "form.complete", response, basis=basis)
    return response


@transaction.atomic
def amend(*, response: FormResponse, answers: Answers, by: Reader, reason: str) -> FormResponse:
    """A new response in place of a completed one, which is kept; its facts stand no longer, the new ones do."""
    person = _allowed(by, response.person)
    if not queries.may_amend(by, response):
        raise NotTheirs(
            f"{response.author_name} completed this form in another team. Ask them or their lead to amend it, or fill "
            "in a form of your own."
        )
    if not reason.strip():
        raise ValueError("Say why the form is amended.")
    _wait_for_turn(person, response.version.form, response.context)
    former = (
        FormResponse.objects.select_for_update(of=("self",)).select_related("version").get(pk=response.pk)
    )
    if former.state != FormResponse.State.COMPLETED:
        raise ValueError("Only a completed form can be amended: save the draft instead.")
    if later := FormResponse.objects.filter(supersedes=former).select_related("version").first():
        if _same(later, answers):
            return later
        raise Overtaken(later)
    on = timezone.localdate(_first(former).completed_at)
    amended = FormResponse(
        person=person, version=former.version, context=former.context, supersedes=former,
        reason=reason.strip()[:300],
    )  # fmt: skip
    _finish(amended, answers, by, at=timezone.now(), on=on)
    amended.key = f"done:{amended.reference}"
    amended.save()
    _write_facts(amended, by, basis=reason, on=on, instead_of=key_prefix(former.reference))
    _audit(by, "form.amend", amended, basis=reason, more={"supersedes": str(former.reference)})
    return amended


def _allowed(by: Reader, person: Person) -> Person:
    if not any(by.may(permission) for permission in FILL):
        raise PermissionDenied(f"To fill in a form you need one of the permissions {', '.join(FILL)}.")
    return find_person(by, person.reference)


def _wait_for_turn(person: Person, form: str, context: str) -> None:
    """One at a time for one form of one person and context, until the transaction ends."""
    with connection.cursor() as cursor:
        turn = f"form:{_draft_key(person, form, context)}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [turn])


def _draft_key(person: Person, form: str, context: str) -> str:
    """One draft at a time: the key is unique in the database."""
    named = hashlib.sha256(f"{form}\n{context}".encode()).hexdigest()[:40]
    return f"draft:{person.reference}:{named}"


def _new(person: Person, form: str, context: str, by: Reader, reference: uuid.UUID | None) -> FormResponse:
    taken = reference is not None and FormResponse.objects.filter(reference=reference).exists()
    return FormResponse(
        person=person, version=current_version(form), context=context,
        reference=uuid.uuid4() if reference is None or taken else reference,
    )  # fmt: skip


def _sign(response: FormResponse, by: Reader) -> None:
    response.author = by.user
    response.author_name = (by.user.get_full_name() if by.user else "") or by.name


def _is_older(draft: FormResponse, reference: uuid.UUID | None, revision: int) -> bool:
    return draft.reference != reference or draft.revision != revision


def _refuse_if_completed_since(
    person: Person, form: str, context: str, reference: uuid.UUID | None, after: str
) -> None:
    latest = queries.latest_completed(person, form, context)
    if latest is not None and (latest.reference == reference or str(latest.reference) != after):
        raise Overtaken(latest)


def _done_before(
    person: Person, form: str, answers: Answers, reference: uuid.UUID | None, key: str | None
) -> FormResponse | None:
    """The response that the same post made already; Overtaken when it says something else."""
    completed = FormResponse.objects.filter(state=FormResponse.State.COMPLETED).select_related(
        "person", "version"
    )
    done = completed.filter(key=key).first() if key else None
    # Somebody else's reference, sent from another page, names nothing here: a new one is given.
    here = completed.filter(person=person, version__form=form)
    done = done or (here.filter(reference=reference).first() if reference else None)
    if done is None:
        return None
    if done.person_id != person.pk or done.version.form != form:
        raise ValueError("The key belongs to another form: open the form again.")
    if not _same(done, answers):
        raise Overtaken(done)
    return done


def _same(done: FormResponse, answers: Answers) -> bool:
    return rules.sift(definition_of(done.version), answers).kept == dict(done.answers)


def _first(response: FormResponse) -> FormResponse:
    while response.supersedes is not None:
        response = response.supersedes
    return response


def _finish(response: FormResponse, answers: Answers, by: Reader, *, at: datetime, on: date) -> None:
    definition, person = definition_of(response.version), response.person
    found = rules.problems(definition, answers, today=timezone.localdate(at), born=person.birth_date)
    if found:
        raise NotComplete(found)
    response.answers = rules.sift(definition, answers).kept
    response.scores = scores_of(definition, response.answers, person, on)
    response.state = FormResponse.State.COMPLETED
    response.completed_at = at
    _sign(response, by)


def _write_facts(response: FormResponse, by: Reader, *, basis: str, on: date, instead_of: str = "") -> None:
    facts = facts_of(
        definition_of(response.version),
        response.answers,
        response.scores,
        on=on,
        reference=response.reference,
    )
    if not facts and not instead_of:
        return
    try:
        record_facts(
            person=response.person, facts=facts, by=by, permission="person.read", basis=basis,
            instead_of=instead_of,
        )  # fmt: skip
    except NotRecorded as error:
        raise NotComplete([rules.Problem(("facts",), "limit", str(error))]) from error


def _audit(
    by: Reader, action: str, response: FormResponse, *, basis: str = "", more: Answers | None = None
) -> None:
    detail = {
        "form": response.version.form,
        "version": response.version.number,
        "response": str(response.reference),
    }
    record_access(
        reader=by, action=action, subjects=[str(response.person.reference)], basis=basis,
        detail={**detail, "revision": response.revision, **(more or {})},
    )  # fmt: skip
