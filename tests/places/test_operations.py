"""The places change on a day; a question about an earlier day answers as of that day."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from localcare.foundation.places.actions import (
    merge_areas,
    move_practice,
    rename_area,
    reverse_operation,
    split_area,
)
from localcare.foundation.places.models import Area, PlaceOperation, PracticeMembership
from localcare.foundation.places.queries import (
    area_tree,
    areas_of,
    exists_on,
    find_area,
    name_on,
    practice_codes_in,
)
from localcare.foundation.places.rules import OperationRefused, Part
from localcare.kernel.access.readers import ANONYMOUS, reader_for, system_reader
from localcare.kernel.audit.models import AuditEntry
from tests.factories import area, practice, reader_with_role, user_with_role

pytestmark = [pytest.mark.django_db, pytest.mark.trace("T032", "T043")]

LAST_YEAR, THE_DAY, NOW = date(2025, 6, 1), date(2026, 1, 1), date(2026, 6, 1)
BY = system_reader("test")


@pytest.fixture(autouse=True)
def south_kent_coast():
    economy = area("kent-and-medway", kind=Area.Kind.HEALTH_ECONOMY)
    coast = area("south-kent-coast", kind=Area.Kind.LOCALITY, within=economy)
    deal, dover = area("deal", within=coast), area("dover", within=coast)
    for code in ("D1", "D2"):
        practice(code, within=deal)
    practice("V1", within=dover)
    return coast


def inside(code):
    return {day: set(practice_codes_in(code, day)) for day in (LAST_YEAR, NOW)}


def move(**changed):
    given = {"practice_code": "D1", "to_area": "dover", "on": THE_DAY, "reason": "New premises", "by": BY}
    return move_practice(**(given | changed))


def merge(**changed):
    given = {"codes": ["deal", "dover"], "into_code": "deal-and-dover", "into_name": "Deal and Dover"}
    return merge_areas(**(given | {"on": THE_DAY, "reason": "Too small apart", "by": BY} | changed))


def test_a_moved_practice_is_where_it_was_when_asked_about_last_year():
    move()
    assert inside("deal") == {LAST_YEAR: {"D1", "D2"}, NOW: {"D2"}}
    assert inside("dover") == {LAST_YEAR: {"V1"}, NOW: {"D1", "V1"}}
    assert inside("kent-and-medway") == {LAST_YEAR: {"D1", "D2", "V1"}, NOW: {"D1", "D2", "V1"}}
    assert [a.code for a in areas_of("D1", LAST_YEAR)] == ["deal", "south-kent-coast", "kent-and-medway"]
    assert [a.code for a in areas_of("D1", NOW)] == ["dover", "south-kent-coast", "kent-and-medway"]
    assert practice_codes_in("deal", THE_DAY) == {"D2"}, "it has moved from the day itself"


def test_the_scope_of_a_role_follows_the_places_of_the_day():
    user = user_with_role("gp", area="dover")
    move()
    assert reader_for(user, on=LAST_YEAR).scope("person.read").practice_codes == {"V1"}
    assert reader_for(user, on=NOW).scope("person.read").practice_codes == {"D1", "V1"}


def test_merged_clusters_are_two_last_year_and_one_now():
    merge()
    assert inside("deal") == {LAST_YEAR: {"D1", "D2"}, NOW: set()}
    assert inside("deal-and-dover") == {LAST_YEAR: set(), NOW: {"D1", "D2", "V1"}}
    assert children_on(LAST_YEAR) == ["deal", "dover"]
    assert children_on(NOW) == ["deal-and-dover"]
    assert exists_on(find_area("deal"), LAST_YEAR) and not exists_on(find_area("deal"), NOW)


def children_on(day):
    return [child.area.code for child in area_tree(day)[0].children[0].children]


def test_one_cluster_can_take_in_another():
    merge(into_code="dover", into_name="")
    assert inside("dover") == {LAST_YEAR: {"V1"}, NOW: {"D1", "D2", "V1"}}
    assert children_on(NOW) == ["dover"]


def test_merging_localities_takes_their_clusters_along(south_kent_coast):
    economy = find_area("kent-and-medway")
    thanet = area("thanet", kind=Area.Kind.LOCALITY, within=economy)
    area("quex", within=thanet)
    merge(codes=["south-kent-coast", "thanet"], into_code="coast", into_name="The coast")
    assert children_on(NOW) == ["deal", "dover", "quex"]
    assert [a.code for a in areas_of("D1", NOW)] == ["deal", "coast", "kent-and-medway"]


def test_a_split_cluster_is_one_last_year_and_its_parts_now():
    parts = [Part("deal-north", "Deal North", ["D1"]), Part("deal-south", "Deal South", ["D2"])]
    split_area(code="deal", parts=parts, on=THE_DAY, reason="Too large", by=BY)
    assert inside("deal") == {LAST_YEAR: {"D1", "D2"}, NOW: set()}
    assert inside("deal-north") == {LAST_YEAR: set(), NOW: {"D1"}}
    assert children_on(NOW) == ["dover", "deal-north", "deal-south"]


def test_a_renamed_area_keeps_its_old_name_for_last_year():
    rename_area(code="deal", name="Deal and Walmer", on=THE_DAY, reason="Local wish", by=BY)
    deal = find_area("deal")
    assert (name_on(deal, LAST_YEAR), name_on(deal, NOW)) == ("Deal", "Deal and Walmer")
    names = {node.name for node in area_tree(LAST_YEAR)[0].children[0].children}
    assert names == {"Deal", "Dover"}


LATER, MUCH_LATER = date(2026, 9, 1), date(2026, 12, 1)


@pytest.mark.parametrize(
    "operate",
    [
        move,
        merge,
        lambda: merge(into_code="dover", into_name=""),
        lambda: split_area(
            code="deal", parts=[Part("deal", "Deal", ["D1"]), Part("walmer", "Walmer", ["D2"])],
            on=THE_DAY, reason="Too large", by=BY,
        ),
        lambda: rename_area(code="deal", name="Walmer", on=THE_DAY, reason="Wish", by=BY),
    ],
    ids=["move", "merge-into-new", "merge-into-one", "split", "rename"],
)  # fmt: skip
def test_an_operation_taken_back_leaves_the_time_between_as_it_was(operate):
    before, between = picture(LAST_YEAR), None
    operation = operate()
    between = picture(NOW)
    assert between != before
    undone = reverse_operation(operation=operation, on=LATER, reason="It did not work", by=BY)
    assert (picture(LAST_YEAR), picture(NOW), picture(MUCH_LATER)) == (before, between, before)
    with pytest.raises(OperationRefused, match="taken back already"):
        reverse_operation(operation=operation, on=MUCH_LATER, reason="Again", by=BY)
    again = reverse_operation(operation=undone, on=MUCH_LATER, reason="It did work", by=BY)
    assert picture(date(2027, 1, 1)) == between and again.reverses == undone


def picture(day):
    """Everything there is on the day."""
    return [
        (node.area.code, node.name, child.area.code, child.name, tuple(p.code for p in child.practices))
        for root in area_tree(day)
        for node in root.children
        for child in sorted(node.children, key=lambda child: child.area.code)
    ]


@pytest.mark.parametrize(
    ("operate", "says"),
    [
        (lambda: move(to_area="deal"), "already. Choose another"),
        (lambda: move(to_area="south-kent-coast"), "is no cluster"),
        (lambda: move(to_area="nowhere"), "no area 'nowhere'"),
        (lambda: move(practice_code="X9"), "belongs to no area"),
        (lambda: move(reason=" "), "Say why"),
        (lambda: move(on=date(1999, 1, 1)), "belongs to no area"),
        (lambda: merge(codes=["deal"], into_code="deal"), "at least two"),
        (lambda: merge(codes=["deal", "south-kent-coast"]), "of one kind"),
        (lambda: merge(into_code="Deal & Dover"), "no code for an area"),
        (lambda: merge(into_code="south-kent-coast"), "There is an area"),
        (lambda: merge(into_name=""), "Enter a name"),
        (lambda: rename_area(code="deal", name="Deal", on=THE_DAY, reason="x", by=BY), "differs"),
        (
            lambda: split_into([Part("a", "A", ["D1"]), Part("b", "B", [])]),
            "which part each of these goes to: D2",
        ),
        (lambda: split_into([Part("a", "A", ["D1", "D2"]), Part("b", "B", ["D1"])]), "in two parts: D1"),
        (lambda: split_into([Part("a", "A", ["D1", "D2"]), Part("b", "B", ["V1"])]), "not in the area"),
        (lambda: split_into([Part("a", "A", ["D1", "D2"])]), "at least two parts"),
    ],
)
def test_a_change_that_cannot_be_is_refused_with_a_remedy_and_nothing_is_written(operate, says):
    before = picture(NOW)
    with pytest.raises(OperationRefused, match=says):
        operate()
    assert picture(NOW) == before and not PlaceOperation.objects.exists()


def split_into(parts):
    return split_area(code="deal", parts=parts, on=THE_DAY, reason="Too large", by=BY)


def test_a_change_before_a_later_one_is_refused():
    move(on=THE_DAY)
    with pytest.raises(OperationRefused, match="changes on 1 January 2026 already"):
        move(on=LAST_YEAR)


def test_a_merge_is_not_taken_back_over_the_head_of_a_later_move():
    merged = merge()
    practice("NEW", within=find_area("deal-and-dover"), valid_from=NOW)
    with pytest.raises(OperationRefused, match="holds NEW: move them first"):
        reverse_operation(operation=merged, on=LATER, reason="x", by=BY)


def test_a_practice_in_two_areas_on_one_day_is_impossible():
    with pytest.raises(IntegrityError), transaction.atomic():
        PracticeMembership.objects.create(
            practice=practice("D1"), area=find_area("dover"), valid_from=LAST_YEAR, valid_to=NOW
        )


def test_only_those_who_manage_the_practices_may_change_them_and_the_rest_is_audited():
    for reader in (ANONYMOUS_BUT_NAMED, reader_with_role("gp", everywhere=True)):
        with pytest.raises(PermissionDenied):
            move(by=reader)
    move(by=reader_with_role("administrator", everywhere=True))
    assert AuditEntry.objects.filter(action="places.manage", outcome="denied").count() == 2
    entry = AuditEntry.objects.get(action="places.move-practice")
    assert entry.basis == "New premises" and entry.detail["effective_on"] == "2026-01-01"


ANONYMOUS_BUT_NAMED = type(ANONYMOUS)(user=None, name="nobody")
