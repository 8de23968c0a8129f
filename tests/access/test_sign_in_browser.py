"""Signing in, as people see it: in a real browser, on desk and telephone, without a mouse."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import practice, user_with_role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "three odd walnuts"


@pytest.fixture
def gp():
    user = user_with_role("gp", practice=practice(), username="amina", first_name="Amina", last_name="Okafor")
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in_by_form(page, password=PASSWORD):
    page.goto("/account/login/")
    page.get_by_label("User name").fill("amina")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def code_of(secret):
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def test_somebody_signs_in_sees_their_roles_and_signs_out(gp, browser_page, phone_page, assert_accessible):
    for page in (browser_page, phone_page):
        page.goto("/your-account/")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert_accessible(page)

        page.get_by_label("User name").fill("amina")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_label("Password").press("Enter")

        expect(page.get_by_role("heading", name="General practitioner")).to_be_visible()
        assert_accessible(page)
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_text("You have signed out.")).to_be_visible()


def test_a_wrong_password_is_said_at_the_top_and_leads_to_the_field(gp, browser_page, assert_accessible):
    sign_in_by_form(browser_page, "wrong")
    assert browser_page.title().startswith("Error: Sign in")
    browser_page.get_by_role("link", name="The user name or the password is not right.").click()
    expect(browser_page.locator("[name=login]:focus")).to_have_count(1)
    assert_accessible(browser_page)


def test_an_empty_form_says_what_to_enter(gp, browser_page, assert_accessible):
    browser_page.goto("/account/login/")
    browser_page.get_by_role("button", name="Sign in").click()
    expect(browser_page.get_by_role("link", name="Enter your user name")).to_be_visible()
    expect(browser_page.get_by_role("link", name="Enter your password")).to_be_visible()
    assert_accessible(browser_page)


def test_the_lock_out_page_says_what_to_do(gp, browser_page, assert_accessible):
    for _ in range(5):
        sign_in_by_form(browser_page, "wrong")
    expect(browser_page.get_by_role("heading", name="Too many attempts to sign in")).to_be_visible()
    expect(browser_page.get_by_text("15 minutes")).to_be_visible()
    assert_accessible(browser_page)


def test_a_second_factor_is_set_up_and_used(gp, browser_page, phone_page, assert_accessible):
    sign_in_by_form(browser_page)
    browser_page.goto(reverse("mfa_index"))
    assert_accessible(browser_page)
    browser_page.get_by_role("link", name="Set up an authenticator app").click()
    assert_accessible(browser_page)
    browser_page.get_by_label("Password").fill(PASSWORD)
    browser_page.get_by_role("button", name="Go on").click()

    drawing = browser_page.get_by_role("img", name="Code for your authenticator app")
    assert drawing.bounding_box()["width"] > 100
    assert_accessible(browser_page)
    secret = browser_page.locator("#totp-secret").inner_text()
    browser_page.get_by_label("Code", exact=True).fill(code_of(secret))
    browser_page.get_by_role("button", name="Set up").click()

    expect(browser_page.get_by_text("10 of 10 codes are left")).to_be_visible()
    assert_accessible(browser_page)
    with browser_page.expect_download() as download:
        browser_page.get_by_role("link", name="Download the codes").click()
    recovery_codes = download.value.path().read_text().split()
    assert len(recovery_codes) == 10
    for name in ("mfa_generate_recovery_codes", "mfa_deactivate_totp", "account_change_password"):
        browser_page.goto(reverse(name))
        assert_accessible(browser_page)

    sign_in_by_form(phone_page)
    expect(
        phone_page.get_by_role("heading", name="Enter the code from your authenticator app")
    ).to_be_visible()
    assert_accessible(phone_page)
    phone_page.get_by_label("Code", exact=True).fill("not a code")
    phone_page.get_by_role("button", name="Go on").click()
    expect(phone_page.get_by_role("link", name="This code is not right")).to_be_visible()
    phone_page.get_by_label("Code", exact=True).fill(recovery_codes[0])
    with phone_page.expect_navigation():
        phone_page.get_by_role("button", name="Go on").click()
    phone_page.goto("/your-account/")
    expect(phone_page.get_by_role("heading", name="What you may see and do")).to_be_visible()


def test_the_sign_in_page_works_by_keyboard_alone(gp, browser_page, keyboard_reaches):
    browser_page.goto("/account/login/")
    keyboard_reaches(browser_page, "input[name=login]")
    browser_page.keyboard.type("amina")
    browser_page.keyboard.press("Tab")
    browser_page.keyboard.type(PASSWORD)
    browser_page.keyboard.press("Enter")
    browser_page.get_by_role("button", name="Sign out").wait_for()


def test_an_administrator_opens_an_account_and_its_holder_chooses_a_password(
    new_page, sign_in, assert_accessible
):
    elm, page = practice(), new_page()
    sign_in(page, user_with_role("administrator", everywhere=True))
    page.goto("/users/")
    assert_accessible(page)
    page.get_by_role("link", name="Open an account").click()
    assert_accessible(page)
    for label, words in (
        ("First name", "Bola"),
        ("Last name", "Adeyemi"),
        ("User name", "bola.adeyemi"),
        ("Organisation", "Elm Surgery"),
    ):
        page.get_by_label(label, exact=True).fill(words)
    page.get_by_role("button", name="Save").click()
    assert_accessible(page)
    password = page.locator("#one-time-password").inner_text()

    page.get_by_role("link", name="Go to the account").click()
    assert_accessible(page)
    page.get_by_role("link", name="Give a role").click()
    assert_accessible(page)
    page.get_by_label("Case manager").check()
    page.get_by_label("Practice", exact=True).check()
    page.get_by_label("Code of the area or practice").fill(elm.code)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The role was given.")).to_be_visible()
    assert_accessible(page)

    holder = new_page()
    holder.goto("/account/login/")
    holder.get_by_label("User name").fill("bola.adeyemi")
    holder.get_by_label("Password").fill(password)
    holder.get_by_role("button", name="Sign in").click()
    expect(holder.get_by_text("Choose your own password")).to_be_visible()
    holder.get_by_label("Password now").fill(password)
    holder.get_by_label("New password", exact=True).fill("four even almonds")
    holder.get_by_label("New password again").fill("four even almonds")
    with holder.expect_navigation():
        holder.get_by_role("button", name="Change password").click()
    holder.goto("/your-account/")
    expect(holder.get_by_role("heading", name="Case manager")).to_be_visible()


def test_a_refused_page_says_what_to_do(browser_page, sign_in, assert_accessible):
    sign_in(browser_page, user_with_role("analyst", everywhere=True))
    assert browser_page.goto("/users/").status == 403
    expect(browser_page.get_by_role("heading", name="You cannot see this page")).to_be_visible()
    assert_accessible(browser_page)


def test_after_half_an_hour_without_activity_people_are_told_why_they_sign_in_again(
    browser_page, sign_in, gp, assert_accessible
):
    from django.contrib.sessions.models import Session

    sign_in(browser_page, gp)
    browser_page.goto("/your-account/")
    session = Session.objects.get()
    store = session.get_session_store_class()(session.session_key)
    store["last_active"] = time.time() - 31 * 60
    store.save()
    browser_page.reload()
    expect(browser_page.get_by_text("nothing happened for 30 minutes")).to_be_visible()
    assert_accessible(browser_page)
