"""The inbox of my teams: what changed with their people and their requests; and what each team wants to be told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from localcare.foundation.pathways import queries
from localcare.foundation.pathways.changes import CHANGES
from localcare.foundation.pathways.desk.noticing import mark_read, set_subscriptions, wanted_changes
from localcare.foundation.pathways.desk.presenters import number_of
from localcare.foundation.pathways.errors import NotPossible
from localcare.foundation.pathways.models import Notice
from localcare.foundation.pathways.sight import whole_story
from localcare.foundation.people.presenters import full_name
from localcare.foundation.services.models import Service
from localcare.foundation.services.queries import services_of
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.audit.actions import record_access
from localcare.kernel.nhs_design.paging import page_addresses

NOTICES_ON_A_PAGE = 30
KINDS = {
    "accepted": "Accepted",
    "declined": "Declined",
    "done": "Finished",
    "cancelled": "Cancelled",
    "transferred": "Handed on",
    "nobody": "Nobody found",
    "help": "Help asked",
    "ask_for_help": "Help asked",
    "inform": "Escalated",
    "transfer": "Escalated",
    "escalated": "Escalated",
    "review": "Review due",
    "end": "Planned end reached",
    "ended": "Pathway ended",
    **CHANGES,
}
PRESSING = frozenset(
    {"declined", "nobody", "help", "ask_for_help", "escalated", "inform", "death", "admission"}
)


class NoticeFilter(forms.Form):
    """Which notices."""

    hides_optional = True
    team = forms.ChoiceField(label="Team", required=False)
    kind = forms.ChoiceField(label="What happened", required=False)
    shown = forms.ChoiceField(
        label="Read or not", required=False, choices=[("", "Unread first"), ("unread", "Unread only")]
    )

    def __init__(self, data: Any, *, services: Iterable[Service], kinds: Iterable[str]) -> None:
        super().__init__(data)
        self.fields["team"].choices = [("", "All my teams"), *((one.code, one.title) for one in services)]
        self.fields["kind"].choices = [("", "Anything"), *((kind, words_of(kind)) for kind in kinds)]


def words_of(kind: str) -> str:
    """What happened, in words."""
    return KINDS.get(kind, kind.replace("-", " ").replace("_", " ").capitalize())


@requires("task.read")
def inbox(request: HttpRequest) -> HttpResponse:
    """Unread notices first, then those read, the newest first."""
    reader = request_reader(request)
    services = list(services_of(reader).order_by("title"))
    mine = queries.notices_of(reader)
    tallies = mine.order_by().values("kind").annotate(unread=Count("pk", filter=Q(read_at=None)))
    kinds = {tally["kind"]: tally["unread"] for tally in tallies}
    form = NoticeFilter(request.GET, services=services, kinds=sorted(kinds, key=words_of))
    notices = _chosen(mine, form).order_by(F("read_at").desc(nulls_first=True), "-made_at", "-pk")
    page = Paginator(notices, NOTICES_ON_A_PAGE).get_page(request.GET.get("page"))
    seen = set(mine.filter(whole_story(reader), pk__in=[one.pk for one in page]).values_list("pk", flat=True))
    shown = [
        {
            "notice": one,
            "is_named": one.pk in seen or one.journey is None,
            "name": full_name(one.person)
            if one.pk in seen or one.journey is None
            else f"Request {number_of(one.journey)}",
            "what": words_of(one.kind),
            "is_pressing": one.kind in PRESSING,
        }
        for one in page
    ]
    record_access(
        reader=reader,
        action="inbox.read",
        subjects=list(dict.fromkeys(str(one.person.reference) for one in page)),
        basis="direct care",
    )
    context = {
        "form": form,
        "services": services,
        "notices": shown,
        "page": page,
        "page_address": page_addresses(request.GET),
        "unread": sum(kinds.values()),
        "is_filtered": form.is_valid() and any(form.cleaned_data.values()),
        "here": request.get_full_path(),
        "query": urlencode({name: value for name, value in request.GET.items() if value}),
        "may_work": reader.may("task.work"),
    }
    return render(request, "pathways/inbox.jinja", context)


def _chosen(notices: QuerySet[Notice], form: NoticeFilter) -> QuerySet[Notice]:
    found = form.cleaned_data if form.is_valid() else {}
    if found.get("team"):
        notices = notices.filter(service__code=found["team"])
    if found.get("kind"):
        notices = notices.filter(kind=found["kind"])
    return notices.filter(read_at=None) if found.get("shown") else notices


@require_POST
@requires("task.work")
def inbox_read(request: HttpRequest) -> HttpResponse:
    """Mark one notice as read, or all of those that were shown."""
    reader = request_reader(request)
    keys = [
        int(key)
        for key in request.POST.getlist("notice")
        if key.isascii() and key.isdigit() and len(key) < 19
    ]
    count = mark_read(keys=keys, by=reader)
    messages.success(request, "Marked as read." if count == 1 else f"{count} notices marked as read.")
    return redirect(f"{reverse('inbox')}?{request.POST.get('query', '')}".rstrip("?"))


class SubscriptionForm(forms.Form):
    """What a team wants to be told of its people."""

    changes = forms.MultipleChoiceField(
        label="Tell us when one of our people",
        choices=[(code, words) for code, words in CHANGES.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    hides_optional = True


@requires("task.work")
def inbox_settings(request: HttpRequest, code: str) -> HttpResponse:
    """Which changes of its people a team is told of."""
    reader = request_reader(request)
    service = services_of(reader).filter(code=code).first()
    if service is None:
        raise Http404("You work in no team with this address.")
    posted = request.POST if request.method == "POST" else None
    form = SubscriptionForm(posted, initial={"changes": sorted(wanted_changes(service))})
    if request.method == "POST" and form.is_valid():
        try:
            set_subscriptions(service=service, changes=form.cleaned_data["changes"], by=reader)
        except NotPossible as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Kept: what {service.title} is told of its people.")
            return redirect("inbox")
    return render(request, "pathways/inbox_settings.jinja", {"form": form, "service": service})
