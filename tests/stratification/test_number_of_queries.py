"""How often the pages that are opened most ask the database: the number does not grow with rows or panels."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from localcare.foundation.people.models import Person
from tests.factories import user_with_role
from tests.stratification.population import MODERATE

pytestmark = pytest.mark.django_db
MOST_FOR_A_PERSON = 45
MOST_FOR_THE_LIST = 23


def queries_of(client, address: str) -> list[str]:
    client.get(address)  # definitions are read once a process
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in captured]


@pytest.fixture
def gp(client):
    client.force_login(user_with_role("gp", practice="P1"))


def test_the_page_of_a_person_asks_no_question_about_practices_or_teams_twice(place, run, client, gp):
    run(place)
    person = Person.objects.get(pk=place.keys["Vera"])

    asked = queries_of(client, reverse("person", args=[person.reference]))

    assert len(asked) <= MOST_FOR_A_PERSON, "\n".join(asked)
    about = Counter(
        table
        for sql in asked
        for table in ("places_organisation", "services_service")
        if f'FROM "{table}"' in sql[:400]
    )
    assert about["places_organisation"] <= 1 and about["services_service"] <= 2, "\n".join(asked)


def test_the_list_asks_no_more_for_many_than_for_few(place, run, client, gp):
    for number in range(20):
        place.add(f"More{number}", age=80, deficits=MODERATE)
    run(place)

    asked = queries_of(client, reverse("list") + "?state=review")

    assert len(asked) <= MOST_FOR_THE_LIST, "\n".join(asked)
