"""Run it, keep it, take it away as a file, send a file in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.access.permitted import NotAllowed
from localcare.kernel.audit.actions import record_access
from localcare.system.planning import actions, queries
from localcare.system.planning.ask_views import base_of_ready, base_of_saved, levers_form, moves_of
from localcare.system.planning.forms import RunForm, SaveForm, UploadForm
from localcare.system.planning.moving import Moves, in_words
from localcare.system.planning.questions import Base
from localcare.system.planning.texts import FaultyText, content_of, text_of


@require_POST
@requires("planning.run")
def ready_run(request: HttpRequest, code: str) -> HttpResponse:
    """Run a ready scenario with the numbers as moved."""
    return _run(request, base_of_ready(code))


@require_POST
@requires("planning.run")
def saved_run(request: HttpRequest, reference: UUID, number: int) -> HttpResponse:
    """Run a saved scenario with the numbers as moved."""
    return _run(request, base_of_saved(reference, number))


@require_POST
@requires("planning.run")
def ready_save(request: HttpRequest, code: str) -> HttpResponse:
    """Keep a ready scenario, with the numbers as moved, under a name."""
    return _save(request, base_of_ready(code))


@require_POST
@requires("planning.run")
def saved_save(request: HttpRequest, reference: UUID, number: int) -> HttpResponse:
    """Keep a saved scenario as its next version, or under another name."""
    return _save(request, base_of_saved(reference, number))


@requires("planning.read")
def ready_file(request: HttpRequest, code: str) -> HttpResponse:
    """The file of a ready scenario with the numbers as moved."""
    return _file(request, base_of_ready(code))


@requires("planning.read")
def saved_file(request: HttpRequest, reference: UUID, number: int) -> HttpResponse:
    """The file of a saved scenario with the numbers as moved."""
    return _file(request, base_of_saved(reference, number))


@require_POST
@requires("planning.run")
def away(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Take a saved scenario off the lists."""
    found = queries.saved_scenario(reference)
    if found is None:
        raise Http404("There is no saved scenario here.")
    try:
        actions.put_away(saved=found, by=request_reader(request))
    except NotAllowed as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{found.name} is put away. Its address and its runs stay.")
    return redirect("planning")


@requires("planning.run")
def send(request: HttpRequest) -> HttpResponse:
    """Send a scenario file in; every fault is named with its line."""
    form = UploadForm(request.POST or None, request.FILES or None)
    faults: FaultyText | None = None
    if request.method == "POST" and form.is_valid():
        try:
            content = content_of(form.cleaned_data["file"])
            version = actions.save_scenario(
                content=content,
                name=form.cleaned_data["name"],
                by=request_reader(request),
                note="Sent as a file",
            )
        except FaultyText as faulty:
            faults = faulty
            count = len(faulty.faults)
            form.add_error("file", f"The file has {count} fault{'s' if count > 1 else ''}. Nothing was kept")
        except actions.NameTaken as taken:
            form.add_error("name", str(taken))
        else:
            messages.success(request, f"{version.saved.name} is kept.")
            return redirect("planning-saved", version.saved.reference, version.number)
    context = {"form": form, "faults": faults.faults if faults else ()}
    return render(request, "planning/send.jinja", context, status=422 if form.errors else 200)


def _run(request: HttpRequest, base: Base) -> HttpResponse:
    levers, form = levers_form(base, request.POST), RunForm(request.POST)
    moves = moves_of(base, levers)
    if moves is None or not form.is_valid():
        faults = [message for one in (levers, form) for several in one.errors.values() for message in several]
        messages.error(request, f"Nothing was run. {'. '.join(map(str, faults))}.")
        return redirect(base.address())
    content, _ = base.moved(moves)
    seed, replications = form.cleaned_data["seed"], form.cleaned_data["replications"]
    try:
        run = actions.ask_for_run(
            content=content,
            by=request_reader(request),
            beside=_beside(base, form.cleaned_data["beside"]),
            seed=None if seed is None else int(seed),
            replications=None if replications is None else int(replications),
        )
    except actions.TooManyRuns as refused:
        messages.error(request, str(refused))
        return redirect("planning-runs")
    return redirect("planning-run", run.reference)


def _beside(base: Base, wanted: str) -> Mapping[str, Any] | None:
    """The words to run beside it: as it was, the scenario it is held against, or none."""
    if wanted == "before":
        return base.content
    compared = base.compared
    return compared.content if compared and wanted == compared.ready else None


def _save(request: HttpRequest, base: Base) -> HttpResponse:
    reader, levers = request_reader(request), levers_form(base, request.POST)
    moves, form = moves_of(base, levers), SaveForm(request.POST)
    as_version = base.version is not None and "version" in request.POST
    if as_version and base.version:
        form.fields["name"].required = False
    if moves is None or not form.is_valid():
        faults = [message for one in (levers, form) for several in one.errors.values() for message in several]
        messages.error(request, f"Nothing was kept. {'. '.join(map(str, faults))}")
        return redirect(base.address())
    content, _ = base.moved(moves)
    note = form.cleaned_data["note"] or _in_words(base, moves)
    try:
        if as_version and base.version:
            version = actions.save_version(saved=base.version.saved, content=content, by=reader, note=note)
        else:
            version = actions.save_scenario(
                content=content, name=form.cleaned_data["name"], by=reader, based_on=base.ready, note=note
            )
    except (actions.NameTaken, NotAllowed) as refused:
        messages.error(request, str(refused))
        return redirect(base.address())
    messages.success(request, f"{version.saved.name} is kept as version {version.number}.")
    return redirect("planning-saved", version.saved.reference, version.number)


def _in_words(base: Base, moves: Moves) -> str:
    said = [f"{one.title}: {one.value} in place of {one.before}" for one in in_words(base.levers, moves)]
    return "; ".join(said)[:300]


def _file(request: HttpRequest, base: Base) -> HttpResponse:
    form = levers_form(base, request.GET)
    moves = moves_of(base, form)
    if moves is None:
        messages.error(
            request, "The numbers as moved make no sense together. Correct them, then take the file."
        )
        return redirect(base.address())
    content, scenario = base.moved(moves)
    record_access(
        reader=request_reader(request),
        action="planning.file",
        basis=actions.BASIS,
        detail={"scenario": scenario.code},
    )
    return yaml_answer(text_of(content), scenario.code)


def yaml_answer(text: str, name: str) -> HttpResponse:
    """A scenario as a file to keep."""
    response = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.yaml"'
    return response
