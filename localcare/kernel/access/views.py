"""The administrator's pages about accounts, and what each person may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from localcare.kernel.access import actions
from localcare.kernel.access.forms import (
    AccountFilterForm,
    AccountForm,
    EndRoleForm,
    NewAccountForm,
    RoleForm,
)
from localcare.kernel.access.guards import request_reader, requires, signed_in
from localcare.kernel.access.models import RoleGrant, User
from localcare.kernel.access.presenters import account_rows, shown_grants
from localcare.kernel.access.queries import accounts, grants_of
from localcare.kernel.nhs_design.paging import page_addresses

ACCOUNTS_ON_A_PAGE = 50


@requires("users.manage")
@require_GET
def account_list(request: HttpRequest) -> HttpResponse:
    """Every account, with its roles in force."""
    form = AccountFilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = accounts(wanted.get("text", ""), state=wanted.get("state", ""))
    page = Paginator(found, ACCOUNTS_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "is_narrowed": any(wanted.values()),
        "page": page,
        "rows": account_rows(page, timezone.localdate()),
        "address": page_addresses(request.GET),
    }
    return render(request, "access/accounts.jinja", context)


@requires("users.manage")
@require_http_methods(["GET", "POST"])
def new_account(request: HttpRequest) -> HttpResponse:
    """Open an account and show its one-time password once."""
    form = NewAccountForm(request.POST or None)
    if form.is_valid():
        by = request_reader(request)
        user, password = actions.open_account(by=by, **form.cleaned_data)
        return _one_time_password(request, user, password)
    return render(request, "access/account_form.jinja", {"form": form, "heading": "Open an account"})


@requires("users.manage")
@require_GET
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: who it is, which roles it holds and held, and what can be done."""
    user = get_object_or_404(User, pk=pk)
    context = {
        "account": user,
        "grants": shown_grants(grants_of(user), timezone.localdate()),
        "is_oneself": user.pk == request.user.pk,
        "has_second_factor": Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists(),
    }
    return render(request, "access/account.jinja", context)


@requires("users.manage")
@require_http_methods(["GET", "POST"])
def change_account(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what an account says about its holder."""
    user = get_object_or_404(User, pk=pk)
    form = AccountForm(request.POST or None, initial=vars(user))
    if form.is_valid():
        actions.change_account(by=request_reader(request), user=user, **form.cleaned_data)
        messages.success(request, "The account was changed.")
        return redirect("account", pk=pk)
    context = {"form": form, "heading": f"Change the account of {user.get_full_name()}", "account": user}
    return render(request, "access/account_form.jinja", context)


@requires("users.manage")
@require_http_methods(["GET", "POST"])
def give_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a role over a scope from a day on."""
    user = get_object_or_404(User, pk=pk)
    form = RoleForm(request.POST or None)
    if form.is_valid() and _done(form, actions.give_role, request, user=user):
        messages.success(request, "The role was given.")
        return redirect("account", pk=pk)
    context = {"form": form, "heading": f"Give {user.get_full_name()} a role", "account": user}
    return render(request, "access/account_form.jinja", context)


@requires("users.manage")
@require_http_methods(["GET", "POST"])
def end_role(request: HttpRequest, pk: int) -> HttpResponse:
    """End a role on a day."""
    grant = get_object_or_404(RoleGrant.objects.select_related("user"), pk=pk)
    form = EndRoleForm(request.POST or None)
    if form.is_valid() and _done(form, actions.end_role, request, grant=grant):
        messages.success(request, "The role was ended.")
        return redirect("account", pk=grant.user_id)
    shown = shown_grants([grant], timezone.localdate())[0]
    heading = f"End a role: {shown.title}, {shown.scope}"
    context = {"form": form, "heading": heading, "account": grant.user}
    return render(request, "access/account_form.jinja", context)


@requires("users.manage")
@require_POST
def close_account(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an account."""
    user = get_object_or_404(User, pk=pk)
    actions.close_account(by=request_reader(request), user=user)
    messages.success(request, "The account was closed. Nobody can sign in with it.")
    return redirect("account", pk=pk)


@requires("users.manage")
@require_POST
def reopen_account(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a closed account again."""
    user = get_object_or_404(User, pk=pk)
    actions.reopen_account(by=request_reader(request), user=user)
    messages.success(request, "The account is open again, with the roles it holds.")
    return redirect("account", pk=pk)


@requires("users.manage")
@require_POST
@never_cache
def reset_password(request: HttpRequest, pk: int) -> HttpResponse:
    """Replace a password and show the one-time password once."""
    user = get_object_or_404(User, pk=pk)
    password = actions.reset_password(by=request_reader(request), user=user)
    return _one_time_password(request, user, password)


@requires("users.manage")
@require_POST
def reset_second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """Take away an authenticator app that was lost."""
    user = get_object_or_404(User, pk=pk)
    actions.reset_second_factor(by=request_reader(request), user=user)
    messages.success(request, "The second factor was reset. A new one is set up at the next sign-in.")
    return redirect("account", pk=pk)


@signed_in("people see which roles they hold themselves")
@require_GET
def what_may_i_see(request: HttpRequest) -> HttpResponse:
    """The roles and scope of whoever asks."""
    user = request_reader(request).user
    grants = shown_grants(grants_of(user) if user else (), timezone.localdate())
    context = {
        "in_force": [grant for grant in grants if grant.state == "in force"],
        "others": [grant for grant in grants if grant.state != "in force"],
    }
    return render(request, "access/what_may_i_see.jinja", context)


def _one_time_password(request: HttpRequest, user: User, password: str) -> HttpResponse:
    response = render(request, "access/one_time_password.jinja", {"account": user, "password": password})
    response["Cache-Control"] = "no-store"
    return response


def _done(form: Form, action: Callable[..., Any], request: HttpRequest, **subject: Any) -> bool:
    """Do what the form says; faults that the action finds are shown at their fields."""
    try:
        action(by=request_reader(request), **subject, **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True
