"""What a reader may do: grants in force only, scopes united for each permission."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.kernel.access import readers
from localcare.kernel.access.models import RoleGrant, User
from localcare.kernel.access.readers import (
    ANONYMOUS,
    EVERYWHERE,
    NOWHERE,
    Reader,
    Scope,
    is_in_force,
    reader_for,
    scopes_of,
    system_reader,
)
from localcare.kernel.access.roles import permissions, roles

AREAS = {"north": {"P1", "P2"}, "south": {"P2", "P3"}, "empty": set()}
TODAY = date(2026, 11, 1)

days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
scopes = st.one_of(st.just(Scope(None)), st.frozensets(st.sampled_from(["P1", "P2", "P3", "P4"])).map(Scope))
periods = st.tuples(days, st.none() | st.integers(0, 2000)).map(
    lambda pair: (pair[0], None if pair[1] is None else pair[0] + timedelta(days=pair[1]))
)


@st.composite
def grants(draw):
    starts_on, ends_on = draw(periods)
    kind = draw(st.sampled_from(["everywhere", "area", "practice"]))
    code = {
        "everywhere": "",
        "area": draw(st.sampled_from(sorted(AREAS))),
        "practice": draw(st.sampled_from("PQ")),
    }
    role = draw(st.sampled_from([*sorted(roles()), "withdrawn-role"]))
    return RoleGrant(role=role, scope_kind=kind, scope_code=code[kind], starts_on=starts_on, ends_on=ends_on)


@pytest.fixture(autouse=True)
def areas(monkeypatch):
    resolve = lambda code, _day: frozenset(AREAS[code])  # noqa: E731
    monkeypatch.setattr(readers, "_area_resolver", [resolve])


@given(periods, days)
def test_a_grant_holds_from_its_first_day_until_before_its_end(period, day):
    starts_on, ends_on = period
    grant = RoleGrant(starts_on=starts_on, ends_on=ends_on)
    if ends_on is None:
        assert is_in_force(grant, day) == (day >= starts_on)
    else:
        in_period = {starts_on + timedelta(days=n) for n in range((ends_on - starts_on).days)}
        assert is_in_force(grant, day) == (day in in_period)


@given(scopes, scopes, scopes)
def test_uniting_scopes_never_takes_anything_away(first, second, third):
    united = first | second
    assert united == second | first
    assert (first | second) | third == first | (second | third)
    assert first | NOWHERE == first
    for practice in ("P1", "P2", "P3", "P4", "elsewhere"):
        assert united.includes(practice) == (first.includes(practice) or second.includes(practice))


@given(st.lists(grants(), max_size=5), st.sampled_from(["P1", "P2", "P3", "P", "Q", "elsewhere"]))
def test_a_permission_reaches_a_practice_exactly_when_one_grant_says_so(held, practice):
    united = scopes_of(held, TODAY)
    for permission in permissions():
        expected = any(
            grant.role in roles()
            and permission in roles()[grant.role].permissions
            and (
                grant.scope_kind == "everywhere"
                or (grant.scope_kind == "practice" and grant.scope_code == practice)
                or (grant.scope_kind == "area" and practice in AREAS[grant.scope_code])
            )
            for grant in held
        )
        assert united.get(permission, NOWHERE).includes(practice) == expected


def test_a_role_over_an_area_without_practices_allows_nothing():
    grant = RoleGrant(role="gp", scope_kind="area", scope_code="empty", starts_on=TODAY)
    reader = Reader(user=None, name="a", scopes=scopes_of([grant], TODAY))
    assert not reader.may("person.read")
    assert reader.scope("person.read").is_empty


def test_an_area_cannot_be_resolved_without_the_places_room(monkeypatch):
    monkeypatch.setattr(readers, "_area_resolver", [])
    with pytest.raises(LookupError, match="places"):
        scopes_of([RoleGrant(role="gp", scope_kind="area", scope_code="north", starts_on=TODAY)], TODAY)


@pytest.mark.django_db
def test_a_reader_of_a_day_holds_the_roles_of_that_day():
    user = User.objects.create(username="amina", organisation_name="Elm Surgery")
    user.role_grants.create(
        role="gp",
        scope_kind="practice",
        scope_code="P1",
        starts_on=date(2025, 1, 1),
        ends_on=date(2026, 1, 1),
    )
    user.role_grants.create(
        role="case-manager", scope_kind="area", scope_code="south", starts_on=date(2026, 1, 1)
    )

    last_year, this_year = reader_for(user, date(2025, 12, 31)), reader_for(user, date(2026, 1, 1))

    assert last_year.role_codes == ("gp",)
    assert last_year.scope("person.read").practice_codes == {"P1"}
    assert this_year.role_codes == ("case-manager",)
    assert this_year.scope("person.read").practice_codes == {"P2", "P3"}
    assert this_year.organisation == "Elm Surgery"
    assert reader_for(user, date(2024, 12, 31)).scopes == {}


@pytest.mark.django_db
def test_a_closed_account_holds_nothing():
    user = User.objects.create(username="amina", is_active=False)
    user.role_grants.create(role="gp", scope_kind="everywhere", starts_on=date(2020, 1, 1))
    assert reader_for(user) is ANONYMOUS


def test_a_job_sees_everywhere_under_its_own_name_and_nameless_ones_are_refused():
    reader = system_reader("nightly stratification")
    assert reader.name == "system: nightly stratification"
    assert reader.scope("person.read") == EVERYWHERE
    with pytest.raises(ValueError, match="name"):
        system_reader(" ")


def test_a_job_that_another_asked_for_has_its_name_once():
    first = system_reader("nightly")
    assert system_reader(first.name).name == first.name == "system: nightly"
