"""An administrator opens and closes accounts and gives roles; each change is checked and audited."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from localcare.kernel.access import actions
from localcare.kernel.access.models import RoleGrant, User
from localcare.kernel.access.readers import reader_for, system_reader
from localcare.kernel.audit.models import AuditEntry
from tests.factories import UserFactory, practice, user_with_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return user_with_role("administrator", everywhere=True)


@pytest.fixture
def signed_in(client, administrator):
    client.force_login(administrator, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_new_account_has_a_one_time_password_shown_once(signed_in, client):
    data = {
        "first_name": "Amina",
        "last_name": "Okafor",
        "username": "amina.okafor",
        "organisation_name": "Elm Surgery",
        "email": "",
    }
    response = signed_in.post(reverse("new_account"), data)
    user = User.objects.get(username="amina.okafor")
    shown = response.content.decode()
    assert user.must_change_password
    assert "amina.okafor" in shown and response["Cache-Control"] == "no-store"
    password = shown.split('id="one-time-password">')[1].split("<")[0]
    assert user.check_password(password)
    entry = AuditEntry.objects.get(action="account.opened")
    assert entry.detail["account"] == "amina.okafor"
    assert password not in str(entry.detail)


def test_a_user_name_is_given_once_whatever_its_capitals(signed_in):
    UserFactory(username="amina")
    data = {"first_name": "A", "last_name": "O", "username": "AMINA", "organisation_name": "Elm"}
    assert "This user name is taken" in signed_in.post(reverse("new_account"), data).content.decode()


def test_a_role_is_given_over_a_practice_and_ended(signed_in):
    elm, user = practice(), UserFactory()
    data = {
        "role": "gp",
        "scope_kind": "practice",
        "scope_code": elm.code,
        "starts_on_day": "1",
        "starts_on_month": "1",
        "starts_on_year": "2026",
    }
    assert signed_in.post(reverse("give_role", args=[user.pk]), data).status_code == 302
    grant = user.role_grants.get()
    assert reader_for(user).scope("person.read").practice_codes == {elm.code}

    today = timezone.localdate()
    end = {"ends_on_day": today.day, "ends_on_month": today.month, "ends_on_year": today.year}
    signed_in.post(reverse("end_role", args=[grant.pk]), end)
    assert not reader_for(User.objects.get(pk=user.pk)).may("person.read")
    given, ended = AuditEntry.objects.filter(action__startswith="role.").order_by("sequence")
    assert given.detail["scope"] == f"practice {elm.code}"
    assert ended.detail["ends_on"] == today.isoformat()


@pytest.mark.parametrize(
    ("fault", "field", "words"),
    [
        ({"role": "surgeon"}, "role", "no role"),
        ({"scope_kind": "practice", "scope_code": "NOWHERE"}, "scope_code", "There is no practice"),
        ({"scope_kind": "area", "scope_code": "NOWHERE"}, "scope_code", "There is no area"),
        ({"scope_kind": "practice", "scope_code": ""}, "scope_code", "Enter the code"),
        ({"scope_code": "P1"}, "scope_code", "no area or practice"),
        ({"ends_on": date(2025, 12, 31)}, "ends_on", "before the first day"),
    ],
)
def test_a_faulty_role_names_the_field_and_the_remedy(fault, field, words):
    role = {"role": "gp", "scope_kind": "everywhere", "scope_code": "", "starts_on": date(2026, 1, 1)}
    with pytest.raises(ValidationError) as caught:
        actions.give_role(by=system_reader("test"), user=UserFactory(), **(role | fault))
    assert words in str(caught.value.message_dict[field])
    assert not RoleGrant.objects.exists()


ACTIONS = {
    "open_account": {"username": "new", "first_name": "N", "last_name": "W"},
    "change_account": {"first_name": "N"},
    "close_account": {},
    "reopen_account": {},
    "reset_password": {},
    "reset_second_factor": {},
    "give_role": {"role": "gp", "scope_kind": "everywhere", "starts_on": date(2026, 1, 1)},
}


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize("role", ["gp", "analyst", "information-governance-lead"])
def test_nobody_else_manages_accounts_and_the_attempt_is_audited(name, role):
    by = reader_for(user_with_role(role, everywhere=True))
    user = {} if name == "open_account" else {"user": UserFactory()}
    with pytest.raises(PermissionDenied):
        getattr(actions, name)(by=by, **user, **ACTIONS[name])
    assert AuditEntry.objects.get().outcome == "denied"


@pytest.mark.parametrize("name", ["close_account", "reset_password", "reset_second_factor", "give_role"])
def test_administrators_do_not_serve_themselves(administrator, name):
    by = reader_for(administrator)
    with pytest.raises(PermissionDenied, match="Somebody else"):
        getattr(actions, name)(by=by, user=administrator, **ACTIONS[name])
    administrator.refresh_from_db()
    assert administrator.is_active
    assert administrator.role_grants.count() == 1


def test_closing_an_account_ends_its_sessions_and_keeps_its_name(client, administrator):
    user = user_with_role("gp", everywhere=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("what_may_i_see")).status_code == 200
    actions.close_account(by=reader_for(administrator), user=user)
    assert client.get(reverse("what_may_i_see")).status_code == 302
    assert User.objects.filter(pk=user.pk).exists()


def test_resetting_a_password_ends_sessions_and_lifts_the_lock_out(client, administrator):
    user = user_with_role("gp", everywhere=True, username="amina")
    for _ in range(5):
        client.post("/account/login/", {"login": "amina", "password": "wrong"})
    password = actions.reset_password(by=reader_for(administrator), user=user)
    response = client.post("/account/login/", {"login": "amina", "password": password})
    assert response.status_code == 302
    assert client.get("/").url == reverse("account_change_password")


def test_only_what_changed_is_audited(administrator):
    user = UserFactory(first_name="Amina")
    actions.change_account(by=reader_for(administrator), user=user, first_name="Amina")
    assert not AuditEntry.objects.exists()
    actions.change_account(by=reader_for(administrator), user=user, first_name="Aminata")
    assert AuditEntry.objects.get().detail["changes"] == {"first_name": {"from": "Amina", "to": "Aminata"}}


def test_the_list_is_searched_and_paged(signed_in):
    for number in range(60):
        UserFactory(username=f"many.{number:02}", last_name="Many", organisation_name="Elm Surgery")
    page = signed_in.get(reverse("accounts"), {"text": "elm many"}).content.decode()
    assert "Showing 1 to 50 of 60 accounts" in page
    assert "No account was found" in signed_in.get(reverse("accounts"), {"text": "zzz"}).content.decode()


def test_people_see_their_own_roles_and_scope(client):
    elm = practice()
    user = user_with_role("gp", practice=elm)
    tomorrow = timezone.localdate() + timedelta(days=1)
    user.role_grants.create(role="analyst", scope_kind="everywhere", starts_on=tomorrow)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("what_may_i_see")).content.decode()
    assert "General practitioner" in page
    assert elm.code in page
    assert "See the patient tracking list, with names." in page
    assert "Not begun" in page


@pytest.mark.parametrize("address", ["/users/", "/users/new/", "/users/1/", "/users/1/roles/new/"])
def test_the_pages_are_for_administrators_only(client, address):
    client.force_login(
        user_with_role("gp", everywhere=True), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert client.get(address).status_code == 403
