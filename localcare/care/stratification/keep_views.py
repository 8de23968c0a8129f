"""Filters and order of the list that a reader keeps under a name."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from localcare.care.stratification.deciding import forget_view, keep_view
from localcare.care.stratification.forms import ViewForm
from localcare.kernel.access.guards import request_reader, requires


@require_POST
@requires("list.read")
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the filters and order of now under a name."""
    form = ViewForm(request.POST, auto_id="view-%s")
    user = request_reader(request).user
    if user is None or not form.is_valid():
        messages.error(request, "Enter a name of at most 60 characters for the view.")
        return redirect(f"{reverse('list')}?{request.POST.get('query', '')}")
    view = keep_view(by=user, **form.cleaned_data)
    messages.success(request, f"The view “{view.name}” is saved.")
    return redirect(f"{reverse('list')}?{view.query}")


@require_POST
@requires("list.read")
def delete_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Delete one of the reader's own views."""
    user = request_reader(request).user
    if user is not None:
        forget_view(view_id=view_id, by=user)
    messages.success(request, "The view is deleted.")
    return redirect(f"{reverse('list')}?state=review")
