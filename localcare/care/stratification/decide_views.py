"""Deciding about people of the list: one or several at a time, and again where somebody else was quicker."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from localcare.care.stratification import presenters, queries
from localcare.care.stratification.chosen import BASIS
from localcare.care.stratification.deciding import Choice, DecidedMeanwhile, decide
from localcare.care.stratification.definitions import definitions
from localcare.care.stratification.forms import DecisionForm
from localcare.foundation.people.models import Person
from localcare.foundation.people.queries import PersonNotVisible, visible_people
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

MOST_AT_ONCE = 50
LONGEST_KEY = 19  # digits of the largest key of the database


@requires("list.decide")
def decide_page(request: HttpRequest) -> HttpResponse:
    """Decide about one or several people; asked again with a clear message when somebody else was quicker."""
    reader = request_reader(request)
    source = request.POST if request.method == "POST" else request.GET
    back = _safe_address(request, source.get("next", ""))
    if len(set(source.getlist("person"))) > MOST_AT_ONCE:
        messages.error(
            request, f"Choose at most {MOST_AT_ONCE} people at a time, then decide. Nothing was decided."
        )
        return redirect(back)
    people = _chosen_people(source.getlist("person"), reader)
    if not people:
        messages.warning(request, "Choose at least one person on the list, then decide.")
        return redirect(back)
    form = DecisionForm(
        request.POST if request.method == "POST" else None,
        today=timezone.localdate(),
        definitions=definitions(),
    )
    if request.method == "POST" and form.is_valid():
        try:
            decide(choice=Choice(**form.cleaned_data), seen=_seen(request.POST, people), by=reader)
        except DecidedMeanwhile as meanwhile:
            return _decide_again(request, form, people, back, meanwhile)
        messages.success(request, _decided(form.cleaned_data["kind"], people))
        return redirect(back)
    record_access(
        reader=reader,
        action="list.decide-read",
        subjects=[str(person.reference) for person in people],
        basis=BASIS,
    )
    return render(request, "stratification/decide.jinja", _decide_context(form, people, back))


def _decide_context(form: DecisionForm, people: list[Person], back: str) -> dict[str, Any]:
    latest = queries.latest_decisions(person.pk for person in people)
    rules = definitions()
    return {
        "form": form,
        "back": back,
        "people": [
            {
                "reference": person.reference,
                "name": presenters.person_name(person),
                "nhs_number": person.nhs_number,
                "seen": latest[person.pk].pk if person.pk in latest else 0,
                "decision": presenters.decision_in_words(latest.get(person.pk), rules),
            }
            for person in people
        ],
    }


def _decide_again(
    request: HttpRequest, form: DecisionForm, people: list[Person], back: str, meanwhile: DecidedMeanwhile
) -> HttpResponse:
    names = {person.pk: presenters.person_name(person) for person in people}
    for decision in meanwhile.decisions:
        said = presenters.decision_in_words(decision, definitions())
        form.add_error(
            None,
            f"Somebody decided about {names[decision.person_id]} while this page was open: {said}."
            " Nothing was saved. Read it, then decide again if you still want to.",
        )
    return render(request, "stratification/decide.jinja", _decide_context(form, people, back), status=409)


def _chosen_people(references: list[str], reader: Reader) -> list[Person]:
    valid = list(dict.fromkeys(filter(None, map(_reference, references))))
    found = visible_people(reader, "list.decide").filter(reference__in=valid)
    people = list(found.order_by("family_name", "given_name", "pk"))
    if len(people) != len(valid):
        record_access(reader=reader, action="list.decide", subjects=valid, outcome="denied")
        raise PersonNotVisible("There is a person among these whom you may not decide about.")
    return people


def _reference(text: str) -> str:
    """The reference in its one spelling; empty when it is none."""
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def _seen(posted: QueryDict, people: list[Person]) -> dict[int, int]:
    found = {person.pk: posted.get(f"seen-{person.reference}", "0") for person in people}
    return {
        key: int(value) if value.isdecimal() and len(value) <= LONGEST_KEY else 0
        for key, value in found.items()
    }


def _decided(kind: str, people: list[Person]) -> str:
    who = presenters.person_name(people[0]) if len(people) == 1 else f"{len(people)} people"
    words = {
        "mdt": "will be taken to the MDT meeting",
        "not-now": "put aside until the day you chose",
        "known": "marked as known to a team",
        "reopen": "put back on the list to review",
    }
    return f"{who}: {words[kind]}."


def _safe_address(request: HttpRequest, address: str) -> str:
    is_safe = url_has_allowed_host_and_scheme(
        address, {request.get_host()}, require_https=request.is_secure()
    )
    return address if address.startswith("/") and is_safe else reverse("list")
