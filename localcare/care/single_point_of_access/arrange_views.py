"""Arranging: services that fit, asked side by side; each answer, a second try, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from localcare.care.single_point_of_access import arranging, contact_page, queries, rules
from localcare.care.single_point_of_access.arranging import Request
from localcare.care.single_point_of_access.contact_views import audit_read
from localcare.care.single_point_of_access.definitions import definitions
from localcare.care.single_point_of_access.forms import ArrangedForm, AskForm, ReasonForm
from localcare.care.single_point_of_access.presenters import pathway_of_contact
from localcare.care.single_point_of_access.queries import Case
from localcare.foundation.pathways.definitions import pathways
from localcare.foundation.pathways.errors import NotPossible
from localcare.foundation.pathways.models import Task, TaskState
from localcare.foundation.pathways.presenters import length
from localcare.foundation.pathways.queries import task_for
from localcare.foundation.people.models import Person
from localcare.foundation.services.definitions import kinds, needs
from localcare.foundation.services.matching import Match
from localcare.foundation.services.models import Service
from localcare.foundation.services.queries import find_services
from localcare.foundation.services.words import room_words
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.access.readers import Reader

MOST = 12
REFUSES = "The person does not agree that this is shared with services."


@dataclass(frozen=True)
class Offer:
    """One service as it is offered, with what speaks for and against it by the time promised."""

    match: Match
    ways: list[tuple[str, str]]
    against: list[str]
    due: datetime | None
    for_it: list[str]

    @property
    def service(self) -> Service:
        """The service itself."""
        return self.match.service


@requires("contact.take")
@require_http_methods(["GET", "POST"])
def arrange(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Match, ask several at once, see each answer."""
    reader = request_reader(request)
    case = queries.case_for(reader, reference)
    task = _arranging(case)
    if task is None:
        messages.warning(request, "This contact is not being arranged now.")
        return redirect("access-contact", reference=reference)
    state = TaskState.objects.select_related("person").get(pk=task.pk)
    wanted, kind = _wanted(request, case), str(request.GET.get("kind", ""))
    found = offers(state.person, wanted, kind, state.priority)
    act = str(request.POST.get("action", "")) if request.method == "POST" else ""
    form = AskForm(request.POST if act == "ask" else None, initial={"text": _first_text(case)})
    end = ArrangedForm(request.POST if act == "end" else None, outcomes=_ends(), prefix="end")
    refused = ""
    try:
        if act == "ask" and form.is_valid() and _ask(request, reader, case, task, found, form):
            messages.success(
                request, "Asked. Each service answers for itself; the answers appear on this page."
            )
            return redirect("access-arrange", reference=reference)
        if act == "end" and end.is_valid():
            arranging.finish(task=task, by=reader, **end.cleaned_data)
            messages.success(request, "Kept. Now tell the caller what happens by when.")
            return redirect("access-contact", reference=reference)
    except NotPossible as error:
        refused = str(error)
    own = set(queries.own_services(reader).values_list("pk", flat=True))
    journey = task.journey
    context = {
        "case": case, "person": state.person, "offers": found, "form": form, "end": end, "refused": refused,
        "asked": contact_page.asked_of(journey, own, timezone.now()),
        "suggested": rules.arranging_outcome(arranging.latest_states(journey)),
        "same": _same(state.person, wanted, journey, reader), "needs": _need_choices(), "kinds": _kind_choices(),
        "wanted": wanted, "kind": kind, "key": request.POST.get("key") or uuid4().hex,
        "chosen": request.POST.getlist("service"), "held": request.POST.getlist("room"),
        "urgency": pathway_of_contact().priorities.get(state.priority, "Not decided"),
        "facts": contact_page.facts_of(case), "refuses": REFUSES if refuses_sharing(case) else "",
    }  # fmt: skip
    audit_read(reader, case)
    wrong = (form.is_bound and form.errors) or (end.is_bound and end.errors)
    return render(
        request,
        "single_point_of_access/arrange.jinja",
        context,
        status=409 if refused else 400 if wrong else 200,
    )


def offers(person: Person, wanted: list[str], kind: str, urgency: str) -> list[Offer]:
    """Services for the needs (or of a kind) that serve the person, the best first."""
    found: dict[int, Match] = {}
    for need in wanted or [""]:
        for match in find_services(need=need or None, kind=kind or None, person=person):
            if match.serves:
                found.setdefault(match.service.pk, match)
    made = [_offer(match, wanted, urgency) for match in found.values()]
    order = [asking.pathway for asking in definitions().pathways]
    made.sort(key=lambda offer: (bool(offer.match.why_not), order.index(offer.ways[0][0])))
    return made[:MOST]


def _offer(match: Match, wanted: list[str], urgency: str) -> Offer:
    ways = arranging.ways_to_ask(match.service, wanted)
    now = timezone.now()
    due = arranging.due_by(ways[0], urgency, now)
    against = rules.promise_warnings(
        match, due_at=due, due_on=arranging.day_of(due), now=now, today=timezone.localdate()
    )
    said = ["Open now" if match.open_now else "Closed now"]
    if match.room_left is not None and match.service.capacity_unit:
        said.append(f"{room_words(match.room_left, match.service.capacity_unit)} left today")
    if match.time_to_answer is not None:
        said.append(f"usually answers within {length(match.time_to_answer)}")
    if match.acceptance_rate is not None:
        said.append(f"accepts {match.acceptance_rate:.0%}")
    known = pathways()
    return Offer(match, [(code, known[code].title) for code in ways], [*against, *match.cautions], due, said)


def _ask(
    request: HttpRequest, reader: Reader, case: Case, task: Task, found: list[Offer], form: AskForm
) -> bool:
    """Ask every service that was chosen, all or none; what speaks against it needs a reason."""
    chosen = [offer for offer in found if offer.service.code in request.POST.getlist("service")]
    if not chosen:
        form.add_error(None, "Choose at least one service.")
        return False
    state = TaskState.objects.select_related("person").get(pk=task.pk)
    anyway = (form.cleaned_data["anyway"] or "").strip()
    against = [f"{offer.service.title}: {' '.join(offer.against)}" for offer in chosen if offer.against]
    same = _same(state.person, _wanted(request, case), task.journey, reader)
    if same:
        against.append("The same is open already: " + "; ".join(contact_page_words(one) for one in same))
    if refuses_sharing(case):
        against.append(REFUSES)
    if against and not anyway:
        form.add_error("anyway", "Say why you ask although: " + " ".join(against))
        return False
    text = f"{form.cleaned_data['text']} {f'Asked although: {anyway}' if against else ''}".strip()
    token = str(request.POST.get("key", ""))[:40]
    with transaction.atomic():
        for offer in chosen:
            code = offer.service.code
            way = str(request.POST.get(f"way-{code}", ""))
            known = [one for one, _ in offer.ways]
            due = arranging.due_by(way if way in known else known[0], state.priority, timezone.now())
            day = arranging.day_of(due) if code in request.POST.getlist("room") else None
            arranging.ask(
                task=task,
                request=Request(
                    offer.service, way if way in known else known[0], text, f"ask:{token}:{code}", day
                ),
                by=reader,
            )
    return True


def contact_page_words(state: TaskState) -> str:
    """An open request in a line."""
    service = state.service.title if state.service else "nobody yet"
    return f"{state.journey.version.title} ({service}, {state.get_state_display().lower()})"


@requires("contact.take")
@require_http_methods(["GET", "POST"])
def another(request: HttpRequest, reference: UUID, step: UUID) -> HttpResponse:
    """After a refusal: ask another service for the same."""
    reader = request_reader(request)
    case, task = queries.case_for(reader, reference), _request_of(reader, reference, step)
    state = TaskState.objects.select_related("person", "service", "journey__version").get(pk=task.pk)
    by_kind = pathways()[state.pathway].steps[state.step].by
    wanted = _wanted(request, case)
    kind = "" if by_kind == arranging.ANY else by_kind
    found = [
        one
        for one in offers(state.person, [] if kind else wanted, kind, state.priority)
        if one.service.pk != state.service_id
    ]
    form = ReasonForm(request.POST or None, label="What the next service must know")
    refused = ""
    why = contact_page.why_of(state, contact_page.decline_codes([state]).get(task.pk, ""))
    if request.method == "POST" and form.is_valid():
        chosen = next((one for one in found if one.service.code == request.POST.get("service")), None)
        if chosen is None:
            form.add_error(None, "Choose a service.")
        else:
            try:
                day = timezone.localdate() if request.POST.get("room") else None
                arranging.ask_another(
                    task=task, to=chosen.service, by=reader, reason=form.cleaned_data["reason"],
                    key=f"another:{str(request.POST.get('key', ''))[:40]}", room_on=day,
                )  # fmt: skip
                messages.success(request, f"{chosen.service.title} has been asked.")
                return redirect("access-contact", reference=reference)
            except NotPossible as error:
                refused = str(error)
    context = {
        "case": case, "person": state.person, "offers": found, "form": form, "refused": refused,
        "state": state, "why": why, "key": request.POST.get("key") or uuid4().hex,
        "what": pathways()[state.pathway].title,
    }  # fmt: skip
    audit_read(reader, case)
    return render(
        request,
        "single_point_of_access/another.jinja",
        context,
        status=409 if refused else 400 if form.is_bound else 200,
    )


@requires("contact.take")
@require_POST
def withdraw(request: HttpRequest, reference: UUID, step: UUID) -> HttpResponse:
    """Take a request back."""
    reader = request_reader(request)
    task = _request_of(reader, reference, step)
    try:
        arranging.withdraw(
            task=task, by=reader, reason=str(request.POST.get("reason") or "Not needed any more.")
        )
        messages.success(request, "The request is withdrawn. The service has been told.")
    except NotPossible as refused:
        messages.error(request, str(refused))
    return redirect("access-contact", reference=reference)


def _request_of(reader: Reader, reference: UUID, step: UUID) -> Task:
    task = task_for(reader, step)
    opened_from = task.journey.opened_from
    case = queries.case_for(reader, reference)
    if opened_from is None or case.journey is None or opened_from.journey_id != case.journey.pk:
        raise Http404("This contact asked for no such thing.")
    return task


def _arranging(case: Case) -> Task | None:
    if case.journey is None:
        raise Http404("Nobody has said yet whom this contact is about.")
    return queries.open_task_of(case.journey, "arrange")


def _wanted(request: HttpRequest, case: Case) -> list[str]:
    """The needs to match: chosen on the page, else those of the contact."""
    chosen = [code for code in request.GET.getlist("need") if code in needs()]
    if chosen or "kind" in request.GET:
        return chosen
    journey = case.journey
    response = queries.responses_of([journey.pk]).get(journey.pk) if journey else None
    return rules.needs_of(response.answers, definitions()) if response else []


def refuses_sharing(case: Case) -> bool:
    """Whether the person does not agree that services are told."""
    journey = case.journey
    response = queries.responses_of([journey.pk]).get(journey.pk) if journey else None
    return response is not None and response.answers.get("consent") == "refuses"


def _same(person: Person, wanted: list[str], journey: Any, reader: Reader) -> list[TaskState]:
    """Open for the same need, other than what this contact asked itself."""
    own = set(queries.requests_from(journey).values_list("journey", flat=True))
    found = arranging.same_need(person, wanted, reader=reader, without=journey)
    return [state for state in found if state.journey_id not in own]


def _first_text(case: Case) -> str:
    journey = case.journey
    if journey is None:
        return ""
    triaged = queries.responses_of([journey.pk], "triage").get(journey.pk)
    answered = queries.responses_of([journey.pk]).get(journey.pk)
    parts = [
        str(triaged.answers.get("presenting", "")) if triaged else "",
        str(answered.answers.get("reason", "")) if answered and not triaged else "",
        f"Now at: {answered.answers['address']}." if answered and answered.answers.get("address") else "",
        f"Before going in: {answered.answers['scene-safety']}."
        if answered and answered.answers.get("scene-safety")
        else "",
    ]
    return " ".join(part if part.endswith(".") else f"{part}." for part in parts if part)


def _ends() -> dict[str, str]:
    return {code: outcome.title for code, outcome in pathway_of_contact().steps["arrange"].outcomes.items()}


def _need_choices() -> list[tuple[str, str]]:
    return [(need.code, need.title) for need in needs().values()]


def _kind_choices() -> list[tuple[str, str]]:
    return [(kind.code, kind.title) for kind in kinds().values()]
