"""Places as a tree in which everybody is once, and what a reader may open of it."""

from __future__ import annotations

from datetime import date

import pytest
from django.http import Http404

from localcare.foundation.places.models import Area
from localcare.system.insight.places import ALL, whole_tree
from localcare.system.insight.sight import sight_of
from tests.factories import area, practice, reader_with_role

TODAY = date(2026, 11, 23)
pytestmark = pytest.mark.django_db


@pytest.fixture
def kent():
    economy = area("kent", kind=Area.Kind.HEALTH_ECONOMY)
    east = area("east", kind=Area.Kind.PLACE, within=economy)
    coast = area("coast", kind=Area.Kind.LOCALITY, within=east)
    deal, dover = (area(code, within=coast) for code in ("deal", "dover"))
    for code, within in (("A", deal), ("B", deal), ("C", dover)):
        practice(code, within=within)


def test_every_place_is_made_up_of_its_children_and_nobody_is_twice(kent):
    tree = whole_tree(TODAY, known=["A", "B", "C", "", "STRAY"])
    for place in tree.places.values():
        if place.children:
            parts = [tree[child].practices for child in place.children]
            assert place.practices == frozenset().union(*parts)
            assert len(place.practices) == sum(map(len, parts))
    assert tree[ALL].practices == {"A", "B", "C", "", "STRAY"}
    assert tree["practice:"].name == "Practice not known"


def test_the_way_down_is_place_locality_cluster_practice(kent):
    tree = whole_tree(TODAY)
    around = tree.around(tree["practice:A"])
    assert [place.level for place in around] == ["all", "place", "locality", "cluster"]
    assert [place.code for place in tree.within(tree["area:coast"], "cluster")] == ["area:deal", "area:dover"]


def test_a_reader_of_a_cluster_opens_it_and_its_practices_only(kent):
    sight = sight_of(reader_with_role("commissioner", area="deal"), TODAY)
    assert set(sight.tree.places) == {"area:deal", "practice:A", "practice:B"}
    assert sight.place("").code == "area:deal"
    with pytest.raises(Http404):
        sight.place("area:coast")


def test_only_who_may_see_all_the_people_sees_small_numbers(kent):
    assert not sight_of(reader_with_role("commissioner", everywhere=True), TODAY).sees_people
    assert sight_of(reader_with_role("gp", practice="A"), TODAY).sees_people


def test_a_second_role_that_sees_numbers_everywhere_hides_small_ones_again(kent):
    from localcare.kernel.access.models import RoleGrant
    from localcare.kernel.access.readers import reader_for
    from tests.factories import LONG_AGO, user_with_role

    user = user_with_role("gp", practice="A")
    RoleGrant.objects.create(
        user=user, role="analyst", scope_kind="everywhere", scope_code="", starts_on=LONG_AGO
    )
    assert not sight_of(reader_for(user, TODAY), TODAY).sees_people
