"""Pages of the pathways: the list, one pathway with its picture and history, and how it read before."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from markupsafe import Markup

from localcare.analysis.pathways.drawing import draw
from localcare.analysis.pathways.model import Pathway
from localcare.foundation.pathways.definitions import presenters
from localcare.foundation.pathways.definitions.history import history_of
from localcare.foundation.pathways.definitions.loading import pathways
from localcare.foundation.pathways.definitions.names import names_on
from localcare.foundation.pathways.definitions.versions import pathway_of
from localcare.foundation.pathways.models import PathwayVersion
from localcare.kernel.access.guards import requires


def _found(code: str) -> Pathway:
    try:
        return pathways()[code]
    except KeyError:
        raise Http404(f"There is no pathway {code}") from None


@requires("pathway.read")
def listing(request: HttpRequest) -> HttpResponse:
    """All pathways, or those that say the words searched for."""
    words = request.GET.get("words", "").strip()
    found = presenters.search(pathways().values(), words)
    context = {"words": words, "groups": presenters.groups(found), "count": len(found)}
    return render(request, "pathways/definitions/list.jinja", context)


@requires("pathway.read")
def pathway(request: HttpRequest, code: str) -> HttpResponse:
    """One pathway as it reads now."""
    return _page(request, _found(code), None)


@requires("pathway.read")
def version(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One pathway as it read in an earlier version, on which journeys may still be."""
    row = get_object_or_404(PathwayVersion, pathway=code, number=number)
    return _page(request, pathway_of(row), row)


def _page(request: HttpRequest, shown: Pathway, row: PathwayVersion | None) -> HttpResponse:
    today = timezone.localdate()
    names = names_on(today)
    context = {
        "pathway": shown,
        "version": row,
        "picture": Markup(draw(shown, names)),  # noqa: S704 - the drawing escapes every word it writes
        "facts": presenters.facts(shown, names),
        "is_review_overdue": presenters.is_review_overdue(shown, today),
        "steps": presenters.steps(shown, names),
        "settings": presenters.settings_in_force(shown, today),
        "history": [] if row else history_of(shown, names),
    }
    return render(request, "pathways/definitions/pathway.jinja", context)


@requires("pathway.read")
def picture(request: HttpRequest, code: str) -> HttpResponse:
    """The picture alone, to keep or to print."""
    drawn = draw(_found(code), names_on(timezone.localdate()))
    response = HttpResponse(drawn, content_type="image/svg+xml; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{code}.svg"'
    return response
