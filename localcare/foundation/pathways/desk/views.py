"""The desk of a team and the page of one task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from localcare.foundation.forms.filling import FormFilling, fill
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.forms.queries import latest_completed
from localcare.foundation.pathways import queries
from localcare.foundation.pathways.desk import task_page
from localcare.foundation.pathways.desk.act_form import ActForm
from localcare.foundation.pathways.desk.acts import KINDS, Act, TaskActs
from localcare.foundation.pathways.desk.deeds import perform
from localcare.foundation.pathways.desk.forms import FORMS
from localcare.foundation.pathways.desk.lists import ListPage, list_page, no_team
from localcare.foundation.pathways.desk.live import answer, tag_of
from localcare.foundation.pathways.errors import AlreadyDone, NotPossible
from localcare.foundation.pathways.models import JournalEntry, Task
from localcare.foundation.pathways.presenters import told
from localcare.foundation.pathways.sight import Sight
from localcare.foundation.people.presenters import full_name
from localcare.foundation.services.models import Service
from localcare.foundation.services.queries import team_keys
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

BASIS = "direct care"


@requires("task.read")
def work(request: HttpRequest) -> HttpResponse:
    """What my teams have to do: one team at a time, in tabs."""
    page = list_page(request_reader(request), request.GET)
    if page is None:
        return no_team(request)
    _audit_list(request_reader(request), page)
    page.context["tag"] = tag_of(request_reader(request), page)
    return render(request, "pathways/work.jinja", page.context)


@requires("task.read")
def rows(request: HttpRequest) -> HttpResponse:
    """The same list alone, for renewing it: 304 while nothing has changed."""
    reader = request_reader(request)
    page = list_page(reader, request.GET)
    if page is None:
        return HttpResponse(status=204)
    return answer(request, page, on_new_people=lambda: _audit_list(reader, page))


def _audit_list(reader: Reader, page: ListPage) -> None:
    record_access(
        reader=reader,
        action="task.read",
        subjects=[str(row.person.reference) for row in page.rows],
        basis=BASIS,
        detail={"service": page.service.code, "tab": page.queue.tab.code, "page": page.page.number},
    )


@requires("task.read")
def task(request: HttpRequest, reference: UUID) -> HttpResponse:
    """One task: what is asked, how its clocks stand, and what can be done now."""
    reader = request_reader(request)
    found, sight = queries.task_with_sight(reader, reference)
    if sight is not Sight.WHOLE:
        return redirect("journey", reference=found.journey.reference)
    acts = TaskActs(found, reader)
    _audit_task(reader, found)
    context = task_page.context_of(acts, reader, now=timezone.now())
    return render(request, "pathways/task.jinja", context)


def _audit_task(reader: Reader, found: Task) -> None:
    detail = {"task": str(found.reference), "step": found.step}
    record_access(
        reader=reader,
        action="task.read",
        subjects=[str(found.journey.person.reference)],
        basis=BASIS,
        detail=detail,
    )


@requires("task.work")
def task_act(request: HttpRequest, reference: UUID, act: str) -> HttpResponse:
    """One act on a task: asked by GET, done by POST, once however often it is sent."""
    reader = request_reader(request)
    found, sight = queries.task_with_sight(reader, reference)
    takes_back_own = act == "undo" and found.state.service_id in team_keys(reader)
    if act not in FORMS or (sight is not Sight.WHOLE and not takes_back_own):
        return redirect("task", reference=reference)
    return ActPage(request, reader, found, act).answer()


@dataclass
class ActPage:
    """One request for one act."""

    request: HttpRequest
    reader: Reader
    task: Task
    code: str

    def answer(self) -> HttpResponse:
        """Show what the act asks, or do it and go back."""
        self.acts = TaskActs(self.task, self.reader, back=self.back)
        milestone = self.sent.get("milestone", "")
        act = self.acts.named(self.code, milestone)
        if self.request.method != "POST":
            return self._asked(act)
        return self._posted(act)

    @property
    def sent(self) -> Any:
        """What came with the request."""
        return self.request.POST if self.request.method == "POST" else self.request.GET

    @property
    def back(self) -> str:
        """Where to go afterwards: the page that sent the reader here, else the task."""
        wanted = self.request.POST.get("next") or self.request.GET.get("next", "")
        is_safe = url_has_allowed_host_and_scheme(
            wanted, {self.request.get_host()}, require_https=self.request.is_secure()
        )
        return wanted if wanted.startswith("/") and is_safe else reverse("task", args=[self.task.reference])

    def _asked(self, act: Act | None) -> HttpResponse:
        if act is None:
            return self._show(None, None, refusal=self._why_not(), status=409)
        needed = self._form_needed()
        if needed:
            return self._fill(act, needed)
        return self._show(act, self._form(None))

    def _posted(self, act: Act | None) -> HttpResponse:
        needed = self._form_needed() if act else ""
        if act is not None and needed:
            return self._fill(act, needed)
        form = self._form(self.request.POST)
        if not form.is_valid():
            return self._show(act, form, status=422)
        try:
            entry = self._do(form)
        except AlreadyDone as refused:
            return self._show(None, None, refusal=str(refused), status=409)
        except NotPossible as refused:
            form.add_error(None, str(refused))
            return self._show(act, form, status=409)
        messages.success(self.request, self._words(entry))
        return redirect(self.back)

    def _do(self, form: ActForm) -> JournalEntry:
        answers = {
            **form.cleaned_data,
            "milestone": self.sent.get("milestone", ""),
            "entry": self.sent.get("entry", ""),
        }
        return perform(
            self.code,
            situation=self.acts.situation,
            answers=answers,
            by=self.reader,
            key=self.sent.get("key", ""),
            response=self._response(),
        )

    def _form(self, data: Any) -> ActForm:
        return FORMS[self.code](data, situation=self.acts.situation)

    def _form_code(self) -> str:
        step = self.acts.situation.step
        if self.code == "done":
            return step.form
        return step.lasts.review_form if self.code == "review" and step.lasts else ""

    def _response(self) -> FormResponse | None:
        """The form completed for this act and not yet used in the journal."""
        code = self._form_code()
        if not code:
            return None
        found = latest_completed(self.task.journey.person, code, self._form_context())
        is_used = found is not None and self.task.entries.filter(response=found).exists()
        return None if is_used else found

    def _form_context(self) -> str:
        return f"{self.task.reference}:review" if self.code == "review" else str(self.task.reference)

    def _form_needed(self) -> str:
        code = self._form_code()
        wants_again = "form" in self.request.GET
        if not code or (self.request.method == "POST" and "action" not in self.request.POST):
            return ""
        return code if wants_again or self._response() is None else ""

    def _fill(self, act: Act, code: str) -> HttpResponse:
        filling = fill(
            self.request,
            form=code,
            person=self.task.journey.person,
            by=self.reader,
            context=self._form_context(),
            basis=BASIS,
        )
        address = f"{act.address}?{urlencode({'next': self.back})}"
        if filling.completed is not None:
            messages.success(self.request, "The form is complete. One more step.")
            return redirect(address)
        if filling.saved:
            messages.success(
                self.request, "Your answers are kept. Nobody else is told until you complete the form."
            )
            return redirect(f"{address}&form=1" if "form" in self.request.GET else address)
        return self._show(act, filling.form, filling=filling, status=409 if filling.conflict else 200)

    def _show(
        self,
        act: Act | None,
        form: Any,
        *,
        refusal: str = "",
        filling: FormFilling | None = None,
        status: int = 200,
    ) -> HttpResponse:
        _audit_task(self.reader, self.task)  # also what is shown in answer to a post that did nothing
        at, kind = self.acts.situation, KINDS[self.code]
        context = {
            "code": self.code,
            "title": act.title if act else kind.title,
            "button": act.button if act else kind.button,
            "help": kind.help,
            "form": form,
            "filling": filling,
            "refusal": refusal,
            "person": self.task.journey.person,
            "task": self.task,
            "step": at.step,
            "pathway": at.pathway,
            "back": self.back,
            "key": self.sent.get("key") or uuid4().hex,
            "milestone": self.sent.get("milestone", ""),
            "last": at.last,
            "last_words": told(at.last, at.pathway, {}) if at.last else "",
            "completed": self._response() if filling is None else None,
        }
        return render(self.request, "pathways/act.jinja", context, status=status)

    def _why_not(self) -> str:
        state = self.acts.situation.state
        return f"It is {state.get_state_display().lower()} now, so this cannot be done."

    def _words(self, entry: JournalEntry) -> str:
        at = self.acts.situation
        services = dict(Service.objects.filter(pk=entry.detail.get("from") or 0).values_list("pk", "title"))
        return f"{full_name(self.task.journey.person)}, {at.step.title}: {told(entry, at.pathway, services)}"
