"""The page of a fair comparison, its chart and its table."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from localcare.kernel.access.guards import requires
from localcare.kernel.nhs_design.formatting import format_date
from localcare.system.insight import pictures, queries
from localcare.system.insight.comparison import Answer, NotFair, Question, answer
from localcare.system.insight.definitions import measured_indicators
from localcare.system.insight.forms import ComparisonForm
from localcare.system.insight.places import LEVELS, LEVELS_WORDS
from localcare.system.insight.rules import months_before
from localcare.system.insight.sight import Sight
from localcare.system.insight.views import place_of

MONTHS_OFFERED = 33
COMPARED_LEVELS = ("locality", "cluster", "practice")


def _asked(request: HttpRequest) -> tuple[ComparisonForm, Sight, str]:
    sight, _ = place_of(request)
    levels = _levels(sight)
    level = request.GET.get("level", "")
    level = level if level in levels else (levels or [LEVELS[-1]])[0]
    today = timezone.localdate()
    months = [months_before(today, ago) for ago in range(MONTHS_OFFERED, 0, -1)]
    is_asked = any(name in request.GET for name in ("indicator", "changed", "starts_on"))
    form = ComparisonForm(
        request.GET if is_asked else None, sight=sight, months=months, level=level,
        initial={"starts_on": months_before(today, 6).isoformat()},
    )  # fmt: skip
    return form, sight, level


def _levels(sight: Sight) -> list[str]:
    """The levels whose places can be chosen; practices only by those who see their people."""
    allowed = COMPARED_LEVELS if sight.sees_people else COMPARED_LEVELS[:-1]
    return [level for level in allowed if _count(sight, level) > 1]


def _count(sight: Sight, level: str) -> int:
    return sum(1 for place in sight.tree.places.values() if place.level == level)


def question_of(form: ComparisonForm, sight: Sight, level: str) -> Question:
    """What a filled form asks."""
    said = form.cleaned_data
    changed = tuple(sight.tree[code] for code in said["changed"])
    others = tuple(sight.tree[code] for code in said["others"]) or tuple(
        place for place in sight.tree.places.values() if place.level == level and place not in changed
    )
    return Question(
        measured_indicators()[said["indicator"]],
        changed,
        others,
        date.fromisoformat(said["starts_on"]),
        said["baseline"],
    )


def _answered(request: HttpRequest) -> tuple[Question, Answer]:
    form, sight, level = _asked(request)
    if not form.is_valid():
        raise Http404("Say what to compare first.")
    question = question_of(form, sight, level)
    try:
        return question, answer(question, sight)
    except NotFair as fault:
        raise Http404(str(fault)) from fault


@requires("insight.read")
def page(request: HttpRequest) -> HttpResponse:
    """Choose indicator, places and month; see the raw difference beside the fair comparison."""
    form, sight, level = _asked(request)
    context: dict[str, Any] = {
        "form": form, "level": level, "run": queries.run_in_force(),
        "levels": [(one, LEVELS_WORDS[one]) for one in _levels(sight)],
        "query": request.GET.urlencode(),
    }  # fmt: skip
    if form.is_bound and form.is_valid():
        question = question_of(form, sight, level)
        try:
            context |= {"question": question, "answer": answer(question, sight)}
        except NotFair as fault:
            form.add_error(None, str(fault))
    return render(request, "insight/compare.jinja", context)


@requires("insight.read")
def picture(request: HttpRequest) -> HttpResponse:
    """Both groups along time, or the gap between them, as SVG or PNG."""
    question, found = _answered(request)
    figure = found.gap if request.GET.get("kind") == "gap" else found.figure
    return pictures.picture(request, figure, f"comparison-{question.indicator.code}")


@requires("insight.read")
def table(request: HttpRequest) -> HttpResponse:
    """Both groups along time, as CSV."""
    question, found = _answered(request)
    return pictures.as_csv(
        found.gap if request.GET.get("kind") == "gap" else found.figure, f"comparison-{question.indicator.code}",
        (f"With the change from {format_date(question.starts_on)}: {', '.join(one.name for one in question.changed)}",
         f"Without it: {', '.join(one.name for one in question.others)}"),
    )  # fmt: skip
