"""Ask in plain words, move a number, see the answer; and the question the other way round."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from localcare.kernel.access.guards import request_reader, requires
from localcare.system.planning import queries
from localcare.system.planning.answers import Answer, answer_of
from localcare.system.planning.forms import LeversForm, RunForm, SaveForm, SolveForm, query_of
from localcare.system.planning.levers import GROUPS
from localcare.system.planning.models import SavedVersion
from localcare.system.planning.moving import CannotMove, Moves, in_words
from localcare.system.planning.questions import Base, ready_base, saved_base
from localcare.system.planning.solving import Aim, solvable, solve


@requires("planning.read")
def ready(request: HttpRequest, code: str) -> HttpResponse:
    """A ready scenario: its numbers to move, and the answer."""
    return _ask(request, base_of_ready(code))


@requires("planning.read")
def ready_answer(request: HttpRequest, code: str) -> HttpResponse:
    """The answer alone, while the form is being changed."""
    return _answer(request, base_of_ready(code))


@requires("planning.read")
def ready_solve(request: HttpRequest, code: str) -> HttpResponse:
    """The question the other way round about a ready scenario."""
    return _solve(request, base_of_ready(code))


@requires("planning.read")
def latest(request: HttpRequest, reference: UUID) -> HttpResponse:
    """The latest version of a saved scenario: the address to share."""
    return redirect(base_of_saved(reference).address())


@requires("planning.read")
def saved(request: HttpRequest, reference: UUID, number: int) -> HttpResponse:
    """A version of a saved scenario: its numbers to move, and the answer."""
    return _ask(request, base_of_saved(reference, number))


@requires("planning.read")
def saved_answer(request: HttpRequest, reference: UUID, number: int) -> HttpResponse:
    """The answer alone, while the form is being changed."""
    return _answer(request, base_of_saved(reference, number))


@requires("planning.read")
def saved_solve(request: HttpRequest, reference: UUID, number: int) -> HttpResponse:
    """The question the other way round about a saved scenario."""
    return _solve(request, base_of_saved(reference, number))


def base_of_ready(code: str) -> Base:
    """The ready scenario; 404 when there is none."""
    try:
        return ready_base(code)
    except KeyError as error:
        raise Http404("There is no ready scenario of this name.") from error


def base_of_saved(reference: UUID, number: int | None = None) -> Base:
    """The version of a saved scenario; 404 when there is none."""
    found = queries.saved_scenario(reference)
    if found is None:
        raise Http404("There is no saved scenario here.")
    try:
        return saved_base(found, number)
    except SavedVersion.DoesNotExist as error:
        raise Http404("This scenario has no such version.") from error


def levers_form(base: Base, sent: Any) -> LeversForm:
    """The form with what was sent, and otherwise with what the scenario says."""
    now = query_of(base.levers, {lever.name: lever.now for lever in base.levers})
    names = {*now, *(lever.name for lever in base.levers)}
    return LeversForm(now | {name: sent[name] for name in names if name in sent}, levers=base.levers)


def moves_of(base: Base, form: LeversForm) -> Moves | None:
    """What was moved; None when the form or the moves together make no sense, and the form then says why."""
    if not form.is_valid():
        return None
    try:
        base.moved(form.moves)
    except CannotMove as refused:
        form.add_error(refused.lever, str(refused))
        return None
    return form.moves


def _ask(request: HttpRequest, base: Base) -> HttpResponse:
    form = levers_form(base, request.GET)
    if (
        request.GET
        and (moves := moves_of(base, form)) is not None
        and (short := _shorter(request, base, moves))
    ):
        return redirect(short)
    context = _answered(request, base, form) | {
        "form": form if form.errors else None,
        "groups": _groups(form, {} if form.errors else form.moves),
        "versions": base.version.saved.versions.select_related("made_by") if base.version else (),
    }
    return render(request, "planning/ask.jinja", context, status=422 if form.errors else 200)


def _shorter(request: HttpRequest, base: Base, moves: Moves) -> str:
    """The address with nothing but what was moved, when this one says more: the one to share."""
    query = query_of(base.levers, moves)
    if dict(request.GET.items()) == query:
        return ""
    return f"{base.address()}?{urlencode(query)}" if query else base.address()


def _answer(request: HttpRequest, base: Base) -> HttpResponse:
    form = levers_form(base, request.GET)
    return render(request, "planning/answer.jinja", _answered(request, base, form))


def _answered(request: HttpRequest, base: Base, form: LeversForm) -> dict[str, Any]:
    """What the answer shows: the closed forms before and after the moves, or the faults of the form."""
    reader, moves = request_reader(request), moves_of(base, form)
    answer: Answer | None = answer_of(base, moves) if moves is not None else None
    query = query_of(base.levers, moves or {})
    return {
        "base": base,
        "answer": answer,
        "faults": [str(message) for several in form.errors.values() for message in several],
        "moved": in_words(base.levers, moves or {}),
        "query": query,
        "query_text": urlencode(query),
        "save_form": SaveForm(auto_id="save-%s"),
        "run_form": RunForm(
            auto_id="run-%s",
            initial={"seed": base.scenario.seed, "replications": base.scenario.replications},
        ),
        "may_run": reader.may("planning.run"),
        "is_mine": base.version is not None and base.version.saved.owner == reader.user,
    }


def _groups(form: LeversForm, moves: Moves) -> list[dict[str, Any]]:
    """The fields in their groups, under their headings; the first group and those with moves or faults stand open."""
    found: list[dict[str, Any]] = []
    for group, title in GROUPS.items():
        levers = [lever for lever in form.levers if lever.group == group]
        if levers:
            in_use = any(lever.name in form.errors or lever.name in moves for lever in levers)
            headings = {lever.heading: [] for lever in levers}  # type: dict[str, list[Any]]
            for lever in levers:
                headings[lever.heading].append((form[lever.name], lever))
            found.append({"title": title, "headings": headings, "is_open": not found or in_use})
    return found


def _solve(request: HttpRequest, base: Base) -> HttpResponse:
    levers = levers_form(base, request.GET)
    moves = moves_of(base, levers)
    asked = "ask" in request.GET
    form = SolveForm(request.GET if asked else None, services=solvable(base.scenario))
    solution = None
    if asked and form.is_valid() and moves is not None:
        solution = solve(
            base,
            moves,
            kind=form.cleaned_data["ask"],
            service=form.cleaned_data["service"],
            aim=Aim(form.cleaned_data["share"] / 100, form.minutes / 60),
        )
    query = query_of(base.levers, moves or {})
    context = {
        "base": base,
        "form": form,
        "solve_form": form,
        "solution": solution,
        "query": query,
        "query_text": urlencode(query),
        "moved": in_words(base.levers, moves or {}),
    }
    return render(request, "planning/solve.jinja", context, status=422 if form.errors else 200)
