"""Charts begun anew from a day, with a reason, and taken back."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from localcare.kernel.access.guards import request_reader, requires
from localcare.system.insight import actions, queries
from localcare.system.insight.forms import RebaseForm, TakeBackForm
from localcare.system.insight.models import Rebase
from localcare.system.insight.views import known_indicator, place_of


def _back(code: str, place: str) -> str:
    return f"{reverse('insight-indicator', args=[code])}?{urlencode({'place': place})}"


@requires("insight.rebase")
def begin_anew(request: HttpRequest, code: str) -> HttpResponse:
    """Begin the limits of a chart anew, see what was decided before, and take it back."""
    indicator = known_indicator(code)
    _, place = place_of(request)
    form = RebaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.begin_anew(
                indicator=code, place=place.code, starts_on=form.cleaned_data["starts_on"],
                reason=form.cleaned_data["reason"], by=request_reader(request),
            )  # fmt: skip
        except actions.CannotRebase as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, "The limits of the chart begin anew from that day.")
            return redirect(_back(code, place.code))
    context = {
        "form": form, "indicator": indicator, "place": place, "back": _back(code, place.code),
        "history": queries.rebase_history(code, place.code),
    }  # fmt: skip
    return render(request, "insight/begin_anew.jinja", context)


@requires("insight.rebase")
def take_back(request: HttpRequest, key: int) -> HttpResponse:
    """Take a new beginning back, with a reason."""
    rebase = get_object_or_404(Rebase.objects.select_related("decided_by"), pk=key)
    sight, _ = place_of(request)
    if rebase.place not in sight.tree:
        raise Http404("There is no such chart, or none that you may see.")
    indicator = known_indicator(rebase.indicator)
    form = TakeBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.take_back(rebase=rebase, reason=form.cleaned_data["reason"], by=request_reader(request))
        except actions.CannotRebase as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, "The limits are worked out as they were before.")
            return redirect(_back(rebase.indicator, rebase.place))
    context = {
        "form": form, "rebase": rebase, "indicator": indicator, "place": sight.tree[rebase.place],
        "back": _back(rebase.indicator, rebase.place),
    }  # fmt: skip
    return render(request, "insight/take_back.jinja", context)
