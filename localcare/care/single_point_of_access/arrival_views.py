"""Contacts that arrive otherwise than by a call: a message written down, and a professional who writes instead of ringing."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from localcare.care.single_point_of_access import actions, queries
from localcare.care.single_point_of_access.actions import Arrival
from localcare.care.single_point_of_access.definitions import caller_types, definitions
from localcare.care.single_point_of_access.forms import ArrivalForm, SendForm
from localcare.care.single_point_of_access.models import Contact
from localcare.care.single_point_of_access.presenters import pathway_of_contact
from localcare.foundation.pathways.errors import NotPossible
from localcare.foundation.people.models import Person
from localcare.foundation.services.models import Service
from localcare.foundation.services.queries import services_of
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access
from localcare.kernel.identifiers import nhs_number

SENT_SHOWN = timedelta(days=14)


@requires("contact.take")
@require_http_methods(["GET", "POST"])
def message(request: HttpRequest) -> HttpResponse:
    """Write down a voicemail, text or letter; it stands in the queue with its clock running."""
    reader = request_reader(request)
    service = queries.desks(reader).first()
    if service is None:
        return render(request, "single_point_of_access/no_desk.jinja", status=403)
    form = ArrivalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        key = f"message:{str(request.POST.get('key', ''))[:40] or uuid4().hex}"
        arrival = Arrival(key=key, arrived_at=timezone.now(), channel="message", **form.cleaned_data)
        contact = actions.arrive(arrival, service=service, by=reader)
        messages.success(request, "Kept. It waits in the queue to be answered.")
        return redirect("access-contact", reference=contact.reference)
    context = {"form": form, "key": request.POST.get("key") or uuid4().hex}
    return render(
        request, "single_point_of_access/message.jinja", context, status=400 if form.is_bound else 200
    )


@requires("journey.open")
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest) -> HttpResponse:
    """A professional writes to the single point of access, and sees what became of what they sent."""
    reader = request_reader(request)
    desks = Service.objects.filter(kind=queries.DESK, is_active=True)
    teams = services_of(reader)
    form = SendForm(
        request.POST or None,
        services=[(one.code, one.title) for one in desks],
        teams=[(one.code, one.title) for one in teams],
        callers={
            code: words
            for code, words in caller_types().items()
            if code in definitions().professional_callers
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            words = _sent(request, reader, form.cleaned_data)
            messages.success(request, words)
            return redirect("access-send")
        except NotPossible as refused:
            form.add_error(None, str(refused))
    context = {
        "form": form,
        "key": request.POST.get("key") or uuid4().hex,
        "sent": [sent_row(contact) for contact in sent_by(reader)],
        "has_team": teams.exists(),
    }
    return render(request, "single_point_of_access/send.jinja", context, status=400 if form.is_bound else 200)


def _sent(request: HttpRequest, reader: Reader, said: dict[str, object]) -> str:
    """Keep it; when number and birth date name one person, their journey opens in the name of the sender's team."""
    service = Service.objects.get(code=said["service"], kind=queries.DESK)
    team = services_of(reader).get(code=said["as_team"])
    person = named_person(str(said["nhs_number"]), said["birth_date"])
    arrival = Arrival(
        key=f"form:{str(request.POST.get('key', ''))[:40] or uuid4().hex}",
        arrived_at=timezone.now(),
        channel="form",
        caller_type=str(said["caller_type"]),
        caller_name=(reader.user.get_full_name() if reader.user else "") or reader.name,
        caller_organisation=team.title,
        telephone=str(said["telephone"]),
        about=str(said["about"]),
        says=str(said["says"]),
    )
    contact = actions.arrive(arrival, service=service, by=reader)
    if person is None:
        return "Sent. The single point of access finds out whom you mean, and rings you if it cannot."
    if not hasattr(contact, "identification"):
        actions.identify(contact=contact, person=person, by=reader, asked_by=team)
    return "Sent. It waits to be answered; you see below what becomes of it."


def named_person(number: str, born: object) -> Person | None:
    """The one person whom NHS number and date of birth name together; neither alone is enough."""
    if not number.strip() or born is None:
        return None
    try:
        kept = nhs_number.normalise(number)
    except nhs_number.InvalidNhsNumber:
        return None
    found = Person.objects.filter(nhs_number=kept).select_related("merged_into").first()
    while found is not None and found.merged_into is not None:
        found = found.merged_into
    return found if found is not None and found.birth_date == born else None


def sent_by(reader: Reader) -> list[Contact]:
    """What the reader sent by form in the last two weeks, the latest first."""
    if reader.user is None:
        return []
    since = timezone.now() - SENT_SHOWN
    mine = Contact.objects.filter(received_by=reader.user, channel="form", arrived_at__gte=since)
    found = list(
        mine.select_related("service", "identification__journey__state").order_by("-arrived_at")[:20]
    )
    if found:
        record_access(
            reader=reader, action="contact.read", detail={"shown": len(found)}, basis="sent by the reader"
        )
    return found


def sent_row(contact: Contact) -> tuple[str, object, str, str]:
    """Whom it is about, when it was sent, how it stands, and the journey's reference where there is one."""
    identification = getattr(contact, "identification", None)
    if identification is None:
        return (contact.about, contact.arrived_at, "Waits for somebody to find the person", "")
    journey = identification.journey
    if not journey.state.is_open:
        ended = pathway_of_contact().ends.get(journey.state.outcome, "Ended")
        return (contact.about, contact.arrived_at, ended, str(journey.reference))
    steps = pathway_of_contact().steps
    open_steps = journey.task_states.filter(is_open=True).values_list("step", flat=True)
    words = "; ".join(steps[step].title for step in open_steps if step in steps) or "Open"
    return (contact.about, contact.arrived_at, words, str(journey.reference))
