"""The directory's pages: searching, one service, and keeping it."""

import csv

import pytest
from django.urls import reverse
from django.utils import timezone

from localcare.foundation.services.models import Closure, Membership, Service
from localcare.kernel.audit.models import AuditEntry
from tests.factories import UserFactory, area, user_with_role
from tests.services.makers import member, room, service

ADMINISTRATOR = "administrator"


@pytest.fixture
def lead(db, client):
    """The lead of home care of Deal, signed in."""
    care = service(
        title="Deal care at home", area_codes=[area("deal").code], capacity_unit="visits", needs=["personal-care"],
        telephone="01632 960001", minimum_age=18,
    )  # fmt: skip
    room(care, 3, timezone.localdate(), promised=1)
    reader = member(care, lead=True)
    client.force_login(reader.user, backend="django.contrib.auth.backends.ModelBackend")
    return reader


def sign_in_as(client, role):
    user = user_with_role(role, everywhere=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


def page(client, name, *arguments, **query):
    return client.get(reverse(name, args=arguments), query).content.decode()


def day(field, of):
    return {f"{field}_day": of.day, f"{field}_month": of.month, f"{field}_year": of.year}


def test_the_directory_is_searched_by_words_kind_need_area_and_room(lead, client):
    service("nursing", kind="district-nursing", needs=["wound-care"], area_codes=[area("thanet").code])
    for query in (
        {"q": "deal home"}, {"q": "960001"}, {"kind": "domiciliary-care"}, {"need": "personal-care"},
        {"area": "deal"}, {"with_room": "on"},
    ):  # fmt: skip
        shown = page(client, "services", **query)
        assert "Deal care at home" in shown and ">Nursing<" not in shown, query
    assert "No service fits" in page(client, "services", need="emergency")
    assert "Deal care at home" in page(client, "services", kind="no-such-kind")


def test_an_area_finds_services_of_the_areas_around_it(lead, client):
    economy = area("kent-and-medway", kind="health-economy")
    area("margate", within=economy)
    service("wide", area_codes=["kent-and-medway"])
    shown = page(client, "services", area="margate")
    table = shown.split("<table")[1]
    assert "Wide" in table and "Deal care at home" not in table


def test_the_directory_is_a_file_as_well(lead, client):
    Service.objects.update(title='=HYPERLINK("x")')
    answer = client.get(reverse("services-csv"))
    rows = list(csv.DictReader(answer.content.decode().splitlines()))
    assert rows[0]["Service"] == '\'=HYPERLINK("x")'
    assert rows[0]["Room today"] == "2 visits"
    assert rows[0]["Share accepted"] == ""


def test_a_service_says_what_it_does_when_and_what_room_is_left(lead, client):
    shown = page(client, "service", "home-care")
    for words in (
        "People aged 18 and over",
        "Day and night",
        "01632 960001",
        "Not known yet",
        "Room in the next 14",
    ):
        assert words in shown
    assert "(leads the team)" in shown


def test_the_lead_changes_the_entry_and_it_is_audited(lead, client):
    typed = {"title": "Deal home care", "kind": "domiciliary-care", "is_active": "on", "area_codes": ["deal"]}
    assert client.post(reverse("service-edit", args=["home-care"]), typed).status_code == 302
    saved = Service.objects.get()
    assert (saved.title, saved.area_codes, saved.needs) == ("Deal home care", ["deal"], [])
    entry = AuditEntry.objects.filter(action="services.save").latest("sequence")
    assert entry.actor == lead.name
    assert entry.detail["before"]["title"] == "Deal care at home"


def test_what_is_typed_wrong_is_said_with_the_remedy(lead, client):
    typed = {"title": "", "kind": "domiciliary-care", "minimum_age": "70", "maximum_age": "60"}
    shown = client.post(reverse("service-edit", args=["home-care"]), typed).content.decode()
    assert "Enter the name" in shown and "Enter a highest age of 70 or more" in shown
    closing = {
        "reason": "",
        "starts_time": "08:00",
        "ends_time": "25:00",
        **day("ends_day", timezone.localdate()),
    }
    shown = client.post(reverse("service-close", args=["home-care"]), closing).content.decode()
    for words in (
        "Enter the reason for closing",
        "Enter the day as well as the time",
        "Enter a time like 08:00",
    ):
        assert words in shown
    shown = client.post(
        reverse("service-room", args=["home-care"]),
        {"total": "0", "weekdays": range(7), **day("first_day", timezone.localdate())},
    ).content.decode()
    assert "Enter 1 or more, or release some first" in shown


def test_a_closure_is_written_down_ended_and_taken_back(lead, client):
    client.post(reverse("service-close", args=["home-care"]), {"reason": "Flood"})
    assert "closed until further notice: Flood" in page(client, "service", "home-care")
    client.post(reverse("service-open", args=["home-care"]))
    assert Closure.objects.get().ends_at is not None
    client.post(reverse("service-close", args=["home-care"]), {"reason": "By mistake"})
    mistake = Closure.objects.get(reason="By mistake")
    client.post(reverse("service-closure-take-back", args=[mistake.pk]))
    shown = page(client, "service", "home-care")
    assert "By mistake" not in shown and "Flood" in shown
    written = AuditEntry.objects.filter(action__startswith="services.").values_list("action", flat=True)
    assert {"services.close", "services.open", "services.take-back-closure"} <= set(written)


def test_somebody_joins_and_leaves_the_team(lead, client):
    UserFactory(username="new.one", first_name="Nell", last_name="Adams")
    address = reverse("service-member-add", args=["home-care"])
    typed = {"username": "nobody.here", **day("starts_on", timezone.localdate())}
    assert "No open account has this user name" in client.post(address, typed).content.decode()
    assert client.post(address, typed | {"username": "new.one"}).status_code == 302
    assert "Nell Adams" in page(client, "service", "home-care")
    joined = Membership.objects.get(user__username="new.one")
    client.post(reverse("service-member-end", args=[joined.pk]), day("on", timezone.localdate()))
    assert "Nell Adams" not in page(client, "service", "home-care").split('id="team"')[1]


def test_an_administrator_adds_a_service_and_keeps_any(lead, client):
    sign_in_as(client, ADMINISTRATOR)
    typed = {"code": "home-care", "title": "Twice", "kind": "ambulance", "is_active": "on"}
    assert "This code is taken" in client.post(reverse("service-add"), typed).content.decode()
    assert client.post(reverse("service-add"), typed | {"code": "new-one"}).status_code == 302
    assert "Keep this entry" in page(client, "service", "home-care")


def test_a_lead_keeps_only_their_own_and_others_only_read(lead, client):
    service("other")
    assert client.get(reverse("service-edit", args=["other"])).status_code == 403
    assert client.get(reverse("service-add")).status_code == 403
    assert "Keep this entry" not in page(client, "service", "other")
    sign_in_as(client, "call-handler")
    assert "Keep this entry" not in page(client, "service", "home-care")
    for name in ("service-edit", "service-room", "service-close", "service-member-add"):
        assert client.get(reverse(name, args=["home-care"])).status_code == 403
    assert client.post(reverse("service-open", args=["home-care"])).status_code == 403
    assert AuditEntry.objects.filter(outcome="denied").exists()
    sign_in_as(client, "analyst")
    assert client.get(reverse("service", args=["nowhere"])).status_code in (403, 404)
