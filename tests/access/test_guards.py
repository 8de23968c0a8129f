"""Authorisation fails closed: at start-up, at the door and in each view."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import path

from localcare.kernel.access.checks import check_roles, check_views_are_declared
from localcare.kernel.access.guards import AccessDenied, public, requires, signed_in, undeclared_views
from localcare.kernel.access.middleware import AccessMiddleware
from localcare.kernel.access.readers import system_reader
from localcare.kernel.access.third_party import ALLAUTH
from localcare.kernel.audit.models import AuditEntry
from tests.factories import user_with_role

WITH_UNDECLARED = "tests.access.undeclared_urls"
DECLARED = "tests.access.declared_urls"


def test_every_view_of_the_site_is_declared():
    assert undeclared_views() == []
    assert check_views_are_declared() == []
    assert check_roles() == []


def test_start_up_names_each_view_that_declares_nothing(settings):
    settings.ROOT_URLCONF = WITH_UNDECLARED
    found = check_views_are_declared()
    assert [error.id for error in found] == ["access.E001"] * 2
    assert "nothing/ -> tests.access.undeclared_urls.says_nothing" in found[0].msg
    assert "below/class/ -> tests.access.undeclared_urls.SaysNothing" in found[1].msg


def test_the_server_refuses_to_start_with_such_a_view(settings):
    settings.ROOT_URLCONF = WITH_UNDECLARED
    with pytest.raises(ImproperlyConfigured, match="says_nothing"):
        AccessMiddleware(lambda request: HttpResponse())


def test_a_view_of_another_library_counts_only_when_the_reviewed_list_names_it():
    def stranger(request):
        return HttpResponse()

    stranger.__module__ = "allauth.account.views"

    def undeclared(name):
        return undeclared_views(type("conf", (), {"urlpatterns": [path("x/", stranger, name=name)]}))

    assert len(undeclared("account_new_page")) == 1
    assert undeclared("account_login") == []
    stranger.__module__ = "somewhere.else"
    assert len(undeclared("account_login")) == 1


@pytest.mark.parametrize("faulty", ["person.delete", "", "list"])
def test_an_unknown_permission_cannot_be_required(faulty):
    with pytest.raises(ValueError, match="no permission"):
        requires(faulty)


@pytest.mark.parametrize("declare", [public, signed_in])
def test_doing_without_a_permission_needs_a_reason_in_words(declare):
    with pytest.raises(ValueError, match="why"):
        declare("because")
    with pytest.raises(ValueError, match="why"):
        declare(lambda request: HttpResponse())


@pytest.mark.urls(DECLARED)
@pytest.mark.django_db
class TestAtTheDoor:
    def test_nobody_is_led_to_the_sign_in_page_and_back(self, client):
        for address in ("/list/?page=2", "/somebody/", "/trail/"):
            response = client.get(address)
            assert response.status_code == 302
            assert response.url.startswith("/account/login/?next=" + address.split("?")[0])
        assert client.get("/open/").content == b"open"

    def test_the_right_role_goes_through(self, client):
        client.force_login(user_with_role("gp", everywhere=True))
        assert client.get("/list/").content == b"the list"
        assert client.get("/somebody/").content == b"somebody"

    def test_a_class_is_guarded_like_a_function(self, client):
        client.force_login(user_with_role("information-governance-lead", everywhere=True))
        assert client.get("/trail/").content == b"the audit"
        assert client.get("/list/").status_code == 403

    def test_the_wrong_role_is_refused_told_and_audited(self, client):
        user = user_with_role("analyst", everywhere=True)
        client.force_login(user)
        response = client.get("/list/")
        assert response.status_code == 403
        assert "You cannot see this page" in response.content.decode()
        entry = AuditEntry.objects.get(outcome="denied")
        assert (entry.actor, entry.action, entry.detail["permission"]) == (
            user.username,
            "access.denied",
            "list.read",
        )

    def test_a_role_that_ended_yesterday_is_refused(self, client, django_user_model):
        from datetime import timedelta

        from django.utils import timezone

        user = user_with_role("gp", everywhere=True)
        user.role_grants.update(ends_on=timezone.localdate())
        client.force_login(user)
        assert client.get("/list/").status_code == 403
        user.role_grants.update(ends_on=timezone.localdate() + timedelta(days=1))
        assert client.get("/list/").status_code == 200


@pytest.mark.django_db
def test_an_undeclared_view_is_refused_at_run_time_too(rf: RequestFactory, settings):
    from django.urls import resolve

    from tests.access.undeclared_urls import says_nothing

    settings.ROOT_URLCONF = DECLARED
    middleware = AccessMiddleware(lambda request: HttpResponse())
    request = rf.get("/list/")
    request.reader = system_reader("test")
    request.resolver_match = resolve("/list/")
    with pytest.raises(AccessDenied):
        middleware.process_view(request, says_nothing, (), {})


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, entry in ALLAUTH.items() if entry.is_closed])
def test_pages_that_need_mail_or_open_accounts_do_not_exist(name, client):
    from django.urls import reverse

    arguments = {
        "account_confirm_email": ["key"],
        "account_reset_password_from_key": ["1", "key"],
    }.get(name, [])
    assert client.get(reverse(name, args=arguments)).status_code == 404
    client.force_login(user_with_role("gp", everywhere=True))
    assert client.get(reverse(name, args=arguments)).status_code == 404
