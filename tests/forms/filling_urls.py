"""The site with one page more: a form filled in as a desk does it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import include, path

from localcare.foundation.forms.filling import fill
from localcare.foundation.people.queries import find_person
from localcare.kernel.access.guards import request_reader, requires

PAGE = "forms/page.jinja"


@requires("task.work")
def try_form(request, reference, code):
    reader = request_reader(request)
    person = find_person(reader, reference)
    filling = fill(request, form=code, person=person, context="test", by=reader)
    if filling.completed:
        return HttpResponse(f'<title>Done</title><h1 lang="en">Completed {filling.completed.reference}</h1>')
    return render(
        request, PAGE, {"filling": filling, "form": filling.form, "person": person},
        status=409 if filling.conflict else 200,
    )  # fmt: skip


urlpatterns = [
    path("try/<uuid:reference>/<slug:code>/", try_form, name="try-form"),
    path("", include("localcare.config.urls")),
]
