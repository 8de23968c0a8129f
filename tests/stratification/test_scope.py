"""Whoever reads, from wherever, sees only people of the practices in their scope."""

from __future__ import annotations

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localcare.care.stratification import queries
from localcare.care.stratification.models import ListEntry
from tests.factories import reader_with_role, user_with_role
from tests.stratification.population import MODERATE, Population

PRACTICES = ("P1", "P2", "P3", "P4")


@pytest.fixture
def many(db, run):
    place = Population()
    for number in range(24):
        place.add(f"P{number}", age=70 + number, practice=PRACTICES[number % 4], deficits=MODERATE)
    run(place)
    return place


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    scope=st.sets(st.sampled_from(PRACTICES)),
    query=st.fixed_dictionaries(
        {},
        optional={
            "place": st.sampled_from([f"practice:{code}" for code in PRACTICES] + ["area:none", ""]),
            "state": st.sampled_from(["review", "all", "mdt", "nonsense"]),
            "order": st.sampled_from(["priority", "name", "age", "contact", "joined"]),
            "q": st.sampled_from(["", "test", "p1", "999"]),
            "page": st.sampled_from(["1", "2", "x"]),
        },
    ),
)
def test_a_reader_never_sees_a_person_outside_the_scope(many, client, scope, query):
    from localcare.kernel.access.models import RoleGrant

    user = user_with_role("gp", practice="NOWHERE")
    for code in scope:
        RoleGrant.objects.create(
            user=user, role="gp", scope_kind="practice", scope_code=code, starts_on="2020-01-01"
        )
    client.force_login(user)

    pages = [client.get(reverse(name), query) for name in ("list", "list-worklist", "list-print")]
    content = "".join(page.content.decode() for page in pages)
    content += b"".join(client.get(reverse("list-export"), query).streaming_content).decode()

    outside = ListEntry.objects.exclude(practice_code__in=scope).select_related("person")
    for entry in outside:
        assert str(entry.person.reference) not in content
        assert entry.person.family_name.upper() not in content.upper().replace("\n", " ").split()


def test_queries_about_one_person_ask_for_the_scope(many):
    reader = reader_with_role("gp", practice="P1")
    stranger = ListEntry.objects.filter(practice_code="P2").first().person

    assert queries.entry_of(stranger, reader) is None
    assert queries.score_in_force(stranger, reader) is None
    assert queries.score_history(stranger, reader) == []
    assert queries.decisions_of(stranger, reader) == []
    assert queries.events_of(stranger, reader) == []
