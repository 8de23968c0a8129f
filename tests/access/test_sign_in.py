"""Signing in: one-time passwords, second factor, lock-out, idle sessions, and what the trail says of it."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from localcare.kernel.access.rules import one_time_password
from localcare.kernel.access.sign_in_rules import LAST_ACTIVE, is_idle
from localcare.kernel.audit.models import AuditEntry
from tests.factories import user_with_role

pytestmark = pytest.mark.django_db

PASSWORD = "three odd walnuts"
LOGIN = "/account/login/"


@pytest.fixture
def gp():
    user = user_with_role("gp", everywhere=True, username="amina")
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client, password=PASSWORD, username="amina", **extra):
    return client.post(LOGIN, {"login": username, "password": password}, **extra)


def actions():
    return list(AuditEntry.objects.order_by("sequence").values_list("action", flat=True))


def test_the_right_password_signs_in_and_is_audited(client, gp):
    response = sign_in(client, REMOTE_ADDR="10.1.2.3")
    assert (response.status_code, response.url) == (302, "/")
    entry = AuditEntry.objects.get(action="account.sign-in")
    assert (entry.actor, entry.actor_role, entry.address) == ("amina", "gp", "10.1.2.3")


def test_signing_in_leads_back_to_the_page_that_was_asked_for(client, gp):
    response = client.post(LOGIN, {"login": "amina", "password": PASSWORD, "next": reverse("what_may_i_see")})
    assert response.url == reverse("what_may_i_see")


def test_signing_in_never_leads_to_another_site(client, gp):
    response = client.post(LOGIN, {"login": "amina", "password": PASSWORD, "next": "https://example.com/"})
    assert response.url == "/"


@pytest.mark.parametrize("username", ["amina", "nobody"])
def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(client, gp, username):
    page = sign_in(client, "wrong", username).content.decode()
    assert "The user name or the password is not right." in page
    assert "Forgotten your password" in page


def test_a_closed_account_does_not_sign_in(client, gp):
    gp.is_active = False
    gp.save()
    sign_in(client)
    assert client.get(reverse("what_may_i_see")).status_code == 302


def test_five_wrong_passwords_lock_this_name_from_this_address_only(client, gp):
    for _ in range(5):
        response = sign_in(client, "wrong", REMOTE_ADDR="10.0.0.1")
    assert response.status_code == 429
    page = response.content.decode()
    assert "Too many attempts to sign in" in page
    assert "15 minutes" in page
    assert "administrator" in page

    assert sign_in(client, REMOTE_ADDR="10.0.0.1").status_code == 429
    assert sign_in(client, REMOTE_ADDR="10.0.0.2").status_code == 302
    locked = AuditEntry.objects.filter(action="account.locked-out").first()
    assert (locked.outcome, locked.detail["username"]) == ("denied", "amina")


def test_a_password_typed_as_a_user_name_is_not_written_to_the_trail(client, gp):
    for _ in range(5):
        sign_in(client, "wrong", username="my secret password")
    details = str(list(AuditEntry.objects.values_list("detail", flat=True)))
    assert "my secret password" not in details


def test_a_one_time_password_must_be_replaced_before_anything_else(client, gp):
    gp.must_change_password = True
    gp.save()
    sign_in(client)
    for address in ("/", reverse("what_may_i_see"), reverse("mfa_index")):
        assert client.get(address).url == reverse("account_change_password")

    new = {"oldpassword": PASSWORD, "password1": "four even almonds", "password2": "four even almonds"}
    client.post(reverse("account_change_password"), new)
    gp.refresh_from_db()
    assert not gp.must_change_password
    assert client.get(reverse("what_may_i_see")).status_code == 200
    assert "account.password-changed" in actions()


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("short", "at least 12 characters"),
        ("1q2w3e4r5t6y", "too common"),
        ("123456789012345", "entirely numeric"),
        (PASSWORD, "not the one you have now"),
        ("amina-amina-amina", "too similar"),
    ],
)
def test_weak_and_old_passwords_are_refused_with_the_reason(client, gp, password, message, settings):
    gp.username, gp.first_name = "amina", "amina-amina-ami"
    gp.save()
    client.force_login(gp, backend="django.contrib.auth.backends.ModelBackend")
    data = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    page = client.post(reverse("account_change_password"), data).content.decode()
    gp.refresh_from_db()
    assert gp.check_password(PASSWORD)
    assert message in page


def test_where_a_second_factor_is_required_it_is_set_up_first(
    client, gp, settings, django_capture_on_commit_callbacks
):
    settings.SECOND_FACTOR_REQUIRED = True
    sign_in(client)
    assert client.get("/").url == reverse("mfa_activate_totp")
    confirm = client.get(reverse("mfa_activate_totp")).url
    assert client.post(confirm, {"password": PASSWORD}).url == reverse("mfa_activate_totp")
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    assert "<svg" in page and 'role="img"' in page

    secret = client.session["mfa.totp.secret"]
    assert secret in page
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert response.url == reverse("mfa_view_recovery_codes")
    assert "10 of 10 codes are left" in client.get(response.url).content.decode()
    assert client.get(reverse("what_may_i_see")).status_code == 200
    assert "account.second-factor-added" in actions()
    stored = Authenticator.objects.get(user=gp, type="totp").data["secret"]
    assert secret not in stored


def test_with_a_second_factor_the_password_alone_does_not_sign_in(client, gp):
    secret = give_second_factor(gp)
    assert sign_in(client).url.startswith(reverse("mfa_authenticate"))
    assert client.get(reverse("what_may_i_see")).status_code == 302

    page = client.post(reverse("mfa_authenticate"), {"code": "000000"}).content.decode()
    assert "This code is not right" in page
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert client.get(reverse("what_may_i_see")).status_code == 200


def test_a_required_second_factor_cannot_be_switched_off_by_its_owner(client, gp, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    secret = give_second_factor(gp)
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    client.post(reverse("mfa_deactivate_totp"), {})
    assert Authenticator.objects.filter(user=gp, type="totp").exists()


def test_the_demo_asks_for_no_second_factor(client, gp, settings):
    assert settings.SECOND_FACTOR_REQUIRED is False
    sign_in(client)
    assert client.get("/").status_code == 200


def test_an_idle_session_ends_with_a_message_and_leads_back(client, gp, settings):
    sign_in(client)
    client.get(reverse("what_may_i_see"))
    session = client.session
    session[LAST_ACTIVE] = time.time() - settings.SESSION_IDLE_MINUTES * 60 - 1
    session.save()

    response = client.get(reverse("what_may_i_see"), follow=True)
    assert response.redirect_chain[0][0] == f"{LOGIN}?next=/your-account/"
    assert "nothing happened for 30 minutes" in response.content.decode()
    assert client.get(reverse("what_may_i_see")).status_code == 302
    assert actions()[-1] == "account.sign-out"


@given(st.floats(0, 1e10), st.floats(0, 1e5), st.integers(1, 600))
def test_idle_is_only_what_lasted_longer_than_the_limit(last_active, seconds, limit):
    now = last_active + seconds
    assert is_idle(last_active, now, limit) == (now - last_active > limit * 60)
    assert not is_idle(None, now, limit)
    assert not is_idle(now, last_active, limit)  # a clock that went backwards


def test_one_time_passwords_are_readable_and_all_different():
    made = {one_time_password() for _ in range(200)}
    assert len(made) == 200
    assert all(len(password) == 19 and not set(password) & set("lio01") for password in made)


def give_second_factor(user):
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def code_of(secret):
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))
