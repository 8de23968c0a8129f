"""The page of a call: who it is about, what the form asks, how it ends; keeps what is typed whatever button is pressed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django import forms as django_forms
from django.core import signing
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from localcare.care.single_point_of_access import queries, rules
from localcare.care.single_point_of_access.definitions import CONTACT, definitions
from localcare.care.single_point_of_access.forms import EndForm, FindForm, RegisterForm
from localcare.care.single_point_of_access.models import Contact
from localcare.care.single_point_of_access.queries import Case
from localcare.foundation.forms.definitions import form as form_definition
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.forms.prefill import prefilled_answers
from localcare.foundation.forms.rendering import AnswersForm, DrawnSection, Part, form_class
from localcare.foundation.pathways import queries as journeys
from localcare.foundation.pathways.models import TaskState
from localcare.foundation.people.models import Person
from localcare.foundation.people.presenters import SearchRow, search_rows
from localcare.foundation.people.queries import PersonNotVisible, find_person, visible_people
from localcare.foundation.people.search import search_people
from localcare.foundation.places.models import Organisation
from localcare.foundation.record import queries as record
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

REGISTERED = "access_registered"  # people whom this session registered, before any work makes them visible
LONGEST_CALL = timedelta(hours=12)
STAMP = "localcare.single_point_of_access.call"
FOUND_AT_MOST = 10
ENDS = "end"  # the form of the contact has a question of the same name
AS_SPOKEN = ("caller", "need", "red-flags", "urgency", "agreement")  # the order in which a handler hears it


@dataclass(frozen=True)
class CallSection:
    """One section of the questions: those always shown, and those folded away."""

    section: DrawnSection
    asked: tuple[Part, ...]
    folded: tuple[Part, ...]
    is_open: bool


@dataclass
class CallPage:
    """Everything that the page of one call shows."""

    token: str
    stamp: str
    answers: AnswersForm
    find: FindForm
    register: RegisterForm
    end: EndForm
    person: Person | None = None
    contact: Contact | None = None
    rows: list[SearchRow] | None = None
    is_cut: bool = False
    faults: tuple[str, ...] = ()
    alike: list[SearchRow] = field(default_factory=list)
    open_register: bool = False
    known: Mapping[str, Any] = field(default_factory=dict)
    alarm: rules.Alarm | None = None
    case: Case | None = None

    @property
    def said(self) -> dict[str, Any]:
        """What was answered so far, however the form is drawn."""
        return self.answers.answers() if self.answers.is_bound else self.answers.shown_answers

    @property
    def sections(self) -> list[CallSection]:
        """The questions in the order of a conversation; what may stay empty is folded away until it is filled in."""
        drawn = {section.code: section for section in self.answers.sections()}
        codes = [code for code in AS_SPOKEN if code in drawn]
        codes += [code for code in drawn if code not in codes]
        return [_call_section(drawn[code], self.answers, self.said) for code in codes]

    @property
    def person_is_fixed(self) -> bool:
        """Whether a journey says already whom it is about."""
        return self.case is not None and self.case.journey is not None


def _call_section(section: DrawnSection, form: AnswersForm, said: Mapping[str, Any]) -> CallSection:
    asked = tuple(part for part in section.parts if _is_asked(part))
    folded = tuple(part for part in section.parts if part not in asked)
    names = {field.name for part in folded for field in part.fields}
    is_open = any(name in said for name in names) or any(name in form.errors for name in names)
    return CallSection(section, asked, folded, is_open)


def _is_asked(part: Part) -> bool:
    return part.kind != "field" or part.item.required or part.item.required_when is not None


def new_token() -> tuple[str, str]:
    """A name for this call, and when it began, signed so that nobody can back-date it by hand."""
    return uuid4().hex, signing.dumps(timezone.now().isoformat(), salt=STAMP)


def began_at(stamp: str) -> datetime:
    """When the call began; now, when the page was left open for too long or the stamp is not ours."""
    try:
        return datetime.fromisoformat(signing.loads(stamp, salt=STAMP, max_age=LONGEST_CALL))
    except (signing.BadSignature, ValueError):
        return timezone.now()


def build(request: HttpRequest, reader: Reader, *, case: Case | None = None, act: str = "") -> CallPage:
    """The page as it stands after what was posted; nothing is written."""
    post = request.POST if request.method == "POST" else QueryDict()
    token, stamp = (post.get("call", ""), post.get("began", "")) if post.get("call") else new_token()
    person = _person_of(request, reader, post, case)
    answers = answers_form(post, person, reader, case=case, is_final=act == "finish")
    page = CallPage(
        token=token,
        stamp=stamp,
        answers=answers,
        find=kept(FindForm, post),
        register=kept(RegisterForm, post, practices=practices_for(reader)),
        end=_end_form(post, person, reader, case, is_final=act == "finish"),
        person=person,
        contact=case.contact if case else None,
        case=case,
    )
    for form in (page.answers, page.end, page.register, page.find):
        form.is_compact = True  # type: ignore[attr-defined]
    page.alarm = rules.alarm_of(page.said.get("red-flags") or [], definitions())
    return page


def kept(form_type: type[django_forms.Form], post: QueryDict, **options: Any) -> Any:
    """A form that shows what was typed without complaining about it."""
    blank = form_type(**options)
    typed = {
        name: field.widget.value_from_datadict(post, {}, blank.add_prefix(name))
        for name, field in blank.fields.items()
        if post
    }
    return form_type(initial={name: value for name, value in typed.items() if value is not None}, **options)


def answers_form(
    post: QueryDict, person: Person | None, reader: Reader, *, case: Case | None, is_final: bool
) -> AnswersForm:
    """The questions of the contact: what was typed, else what an earlier draft said, else what the record knows."""
    definition = form_definition(CONTACT)
    whom = person or Person(birth_date=timezone.localdate())
    make = form_class(definition, whom)
    prefilled = prefilled_answers(definition, person, reader) if person is not None else {}
    if is_final:
        return make(post, prefilled=prefilled)
    typed = make(post).answers() if "channel" in post or "reason" in post else {}
    if not post:
        typed = earlier_answers(case)
    first = {code: one.value for code, one in prefilled.items()}
    return make(answers={"channel": "phone", **first, **typed}, prefilled=prefilled)


def earlier_answers(case: Case | None) -> dict[str, Any]:
    """What this contact has said so far: from its arrival, or from the last time the form was kept."""
    if case is None:
        return {}
    said: dict[str, Any] = {}
    if case.contact is not None:
        contact = case.contact
        said = {
            "channel": contact.channel, "caller-type": contact.caller_type, "caller-name": contact.caller_name,
            "callback-number": contact.telephone, "reason": contact.says,
        }  # fmt: skip
    if case.journey is not None:
        contexts = [str(task.reference) for task in case.journey.tasks.filter(step="answer")]
        last = FormResponse.objects.filter(version__form=CONTACT, context__in=contexts).order_by("-saved_at")
        kept_before = last.first()
        said |= kept_before.answers if kept_before else {}
    return {code: value for code, value in said.items() if value}


def _end_form(
    post: QueryDict, person: Person | None, reader: Reader, case: Case | None, *, is_final: bool
) -> EndForm:
    open_ones: list[tuple[str, str]] = []
    if person is not None:
        without = case.journey if case else None
        open_ones = [
            (str(state.task.reference), in_words(state))
            for state in journeys.open_requests(person, reader=reader).select_related("journey__version")
            if without is None or state.journey_id != without.pk
        ]
    if is_final:
        return EndForm(post, open_requests=open_ones, prefix=ENDS)
    form: EndForm = kept(EndForm, post, open_requests=open_ones, prefix=ENDS)
    return form


def in_words(state: TaskState) -> str:
    """One open request in a line."""
    service = state.service.title if state.service else "nobody yet"
    return f"{state.journey.version.title}: {service}, {state.get_state_display().lower()}"


def _person_of(request: HttpRequest, reader: Reader, post: QueryDict, case: Case | None) -> Person | None:
    if case is not None and case.journey is not None:
        return case.journey.person
    if post.get("forget"):
        return None
    chosen = post.get("choose") or post.get("person")
    return chosen_person(request, reader, chosen) if chosen else None


def chosen_person(request: HttpRequest, reader: Reader, reference: str) -> Person:
    """Somebody whom the reader may find, or whom this session registered a moment ago."""
    if reference in request.session.get(REGISTERED, []):
        return Person.objects.get(reference=reference, merged_into=None)
    try:
        return find_person(reader, reference, "person.search")
    except PersonNotVisible:
        return find_person(reader, reference)


def search(page: CallPage, reader: Reader, text: str) -> None:
    """Look for the person; whoever was shown is written down."""
    results = search_people(reader, text)
    found = search_rows(results, today=timezone.localdate())
    page.rows, page.faults = found[:FOUND_AT_MOST], results.terms.faults
    page.is_cut = results.is_cut or len(found) > FOUND_AT_MOST
    record_access(
        reader=reader,
        action="contact.search",
        subjects=[str(row.person.reference) for row in page.rows],
        detail={"shown": len(page.rows)},
    )


def alike(reader: Reader, details: Mapping[str, Any]) -> list[SearchRow]:
    """People on the register who may be the one to be registered: by number, or by family name and birth date."""
    born = details["birth_date"]
    people = visible_people(reader, "person.search")
    found: dict[int, SearchRow] = {}
    for text in (str(details.get("nhs_number") or ""), f"{details['family_name']} {born:%d/%m/%Y}"):
        if text.strip():
            for row in search_rows(search_people(reader, text), today=timezone.localdate())[:5]:
                found[row.person.pk] = row
    assert people is not None
    record_access(
        reader=reader,
        action="contact.search",
        subjects=[str(row.person.reference) for row in found.values()],
        detail={"shown": len(found)},
    )
    return list(found.values())


def practices_for(reader: Reader) -> list[tuple[str, str]]:
    """Practices that somebody may be registered with."""
    found = Organisation.objects.filter(organisation_type="practice")
    codes = reader.scope("person.register").practice_codes
    if codes is not None:
        found = found.filter(code__in=codes)
    return list(found.order_by("name").values_list("code", "name"))


def known_about(reader: Reader, person: Person, case: Case | None) -> dict[str, Any]:
    """What the handler sees of the person while the caller is on the line."""
    here = case.journey if case else None
    states = [
        state
        for state in journeys.open_requests(person, reader=reader).select_related(
            "journey__version", "journey__person"
        )
        if here is None or state.journey_id != here.pk
    ]
    return {
        "open": [(state, in_words(state)) for state in states],
        "teams": sorted({state.service.title for state in states if state.service}),
        "before": [previous(one) for one in queries.previous_contacts(reader, person, without=here)],
        "plan": _plan(reader, person),
        "packages": list(record.packages(person, reader)[:5]),
        "allergies": [item.text for item in record.allergies(person, reader)][:8],
    }


def previous(case: Case) -> dict[str, Any]:
    """One earlier contact in words."""
    assert case.journey is not None
    responses = queries.responses_of([case.journey.pk])
    answers = responses[case.journey.pk].answers if case.journey.pk in responses else {}
    return {
        "reference": case.reference,
        "at": case.arrived_at,
        "says": answers.get("reason") or (case.contact.says if case.contact else ""),
        "caller": case.contact.caller_name if case.contact else "",
        "is_open": case.journey.state.is_open,
        "outcome": case.journey.state.outcome,
    }


def _plan(reader: Reader, person: Person) -> list[Any]:
    """Care plans among the documents of the record."""
    return [found for found in record.documents(person, reader)[:30] if "plan" in found.title.lower()][:3]
