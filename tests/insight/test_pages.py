"""The pages of numbers: what each role sees, what is hidden, what is kept by name, and that every chart has its table."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from localcare.foundation.people.models import Person
from localcare.kernel.access.readers import reader_for
from localcare.kernel.audit.models import AuditEntry
from localcare.system.insight.actions import CannotRebase, begin_anew, take_back
from localcare.system.insight.models import Breach, Value
from localcare.system.insight.queries import rebases_in_force
from tests.factories import user_with_role

CODE = "emergency-admissions"


def page_of(client, name, *args, **query):
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, (name, answer.status_code)
    return answer.content.decode() if "text/" in answer["Content-Type"] else answer.content


@pytest.mark.trace("T234", "T235")
def test_a_commissioner_reads_the_framework_down_to_a_chart_its_table_its_files_and_its_definition(
    measured, client
):
    client.force_login(user_with_role("commissioner", everywhere=True))
    framework = page_of(client, "insight")
    assert all(
        words in framework
        for words in ("Outcomes for people", "Workforce", "Admissions avoided", "Outcomes of spend")
    )
    assert "No feed of posts" in framework, "an empty slot says why it is empty"
    assert reverse("insight-indicator", args=[CODE]) in framework
    indicator = page_of(client, "insight-indicator", CODE)
    assert reverse("insight-definition", args=[CODE]) in indicator
    assert "Denominator" in page_of(client, "insight-definition", CODE)
    client.force_login(user_with_role("team-lead", everywhere=True))
    for kind, query in (("run", {}), ("places", {"level": "cluster"}), ("groups", {"by": "sex"})):
        assert b"<svg" in page_of(client, "insight-picture", CODE, kind, **query)[:400]
        assert page_of(client, "insight-picture", CODE, kind, format="png", **query).startswith(b"\x89PNG")
        assert "numerator" in page_of(client, "insight-csv", CODE, kind, **query)
    assert "Cluster" in page_of(client, "insight-map", indicator=CODE, level="cluster")
    assert "impact" not in indicator.lower()

    client.force_login(user_with_role("commissioner", area="deal"))
    assert client.get(reverse("insight"), {"place": "area:dover"}).status_code == 404
    assert "Dover" not in page_of(client, "insight")
    client.force_login(user_with_role("care-navigator", everywhere=True))
    assert client.get(reverse("insight")).status_code == 403


def test_small_numbers_are_hidden_on_the_page_and_in_every_file_from_those_who_see_no_people(
    measured, client
):
    small = Value.objects.filter(
        to_run=None,
        indicator=CODE,
        period="month",
        breakdown="",
        place="practice:P1",
        numerator__range=(1, 4),
    ).latest("starts_on")
    assert small.is_hidden
    client.force_login(user_with_role("analyst", everywhere=True))
    for name in ("insight-csv",):
        rows = client.get(reverse(name, args=[CODE, "run"]), {"place": "practice:P1"})
        assert rows.status_code == 404 or f"month,{small.starts_on},,,,yes" in rows.content.decode()
    client.force_login(user_with_role("gp", practice="P1"))
    seen = page_of(client, "insight-csv", CODE, "run", place="practice:P1")
    assert f"month,{small.starts_on},{small.numerator},{small.denominator}," in seen


def test_who_missed_a_standard_is_shown_to_those_who_may_and_each_look_is_written_down(measured, client):
    here, there = Person.objects.filter(practice_ids__len__gt=0).order_by("pk")[:2]
    code = "contact-answered-in-time"
    for person in (here, there):
        Breach.objects.create(indicator=code, person=person, happened_on=measured - timedelta(days=3))
    client.force_login(user_with_role("commissioner", everywhere=True))
    assert client.get(reverse("insight-breaches", args=[code])).status_code == 403
    client.force_login(user_with_role("team-lead", everywhere=True))
    assert here.family_name.upper() in page_of(client, "insight-breaches", code)
    entry = AuditEntry.objects.filter(action="insight.breaches").latest("sequence")
    assert {one.reference for one in entry.subjects.all()} == {str(here.reference), str(there.reference)}


def test_a_chart_begins_anew_with_name_date_and_reason_and_goes_back_without_losing_the_row(measured, client):
    user = user_with_role("commissioner", everywhere=True)
    day = measured - timedelta(days=200)
    given = {"indicator": CODE, "place": "all", "starts_on": day, "by": reader_for(user)}
    with pytest.raises(CannotRebase, match="known change"):
        begin_anew(reason="wide", **given)
    made = begin_anew(reason="A second team began in Deal", **given)
    with pytest.raises(CannotRebase, match="already"):
        begin_anew(reason="A second team began in Deal", **given)
    client.force_login(user)
    assert "A second team began in Deal" in page_of(client, "insight-indicator", CODE)
    take_back(rebase=made, reason="The team never began", by=reader_for(user))
    assert not rebases_in_force(CODE, "all").exists()
    history = page_of(client, "insight-begin-anew", CODE)
    assert "A second team began in Deal" in history and "The team never began" in history


@pytest.mark.trace("T221")
def test_a_comparison_says_a_difference_and_never_an_impact_and_refuses_what_is_not_fair(measured, client):
    client.force_login(user_with_role("team-lead", everywhere=True))
    month = (measured.replace(day=1) - timedelta(days=100)).replace(day=1)
    asked = {"indicator": CODE, "level": "practice", "changed": "practice:P1", "starts_on": month.isoformat()}
    page = page_of(client, "insight-compare", **asked)
    assert "Raw: difference from baseline" in page and "What it cannot show" in page
    assert "at least 5 of each are needed" in page, "three practices carry no honest interval"
    assert "12.8%" in page and "called a difference here and never an impact" in page
    headings = [part.split("<")[0] for part in page.split("<h")[1:]]
    assert not any("impact" in heading.lower() for heading in headings)
    client.force_login(user_with_role("commissioner", everywhere=True))
    assert "practices are on one side" in page_of(
        client, "insight-compare", **asked | {"level": "cluster", "changed": "area:deal"}
    )
