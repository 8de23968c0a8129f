"""Things that tests need: users with a role, areas, practices, people."""

from __future__ import annotations

from datetime import date
from itertools import count

import factory
from factory.django import DjangoModelFactory

from localcare.foundation.people.models import Person, Registration
from localcare.foundation.places.models import (
    Area,
    AreaMembership,
    AreaName,
    Organisation,
    PracticeMembership,
)
from localcare.kernel.access.models import RoleGrant, User
from localcare.kernel.access.readers import Reader, reader_for

LONG_AGO = date(2000, 1, 1)
PASSWORD = "a-long-password-for-tests"


def synthetic_nhs_numbers():
    """Valid NHS numbers of the range that is never issued; the lowest are left for tests to give by hand."""
    for first_nine in count(999_100_000):
        total = sum(
            int(digit) * weight for digit, weight in zip(str(first_nine), range(10, 1, -1), strict=True)
        )
        check = (11 - total % 11) % 11
        if check != 10:
            yield f"{first_nine}{check}"


_numbers = synthetic_nhs_numbers()


class UserFactory(DjangoModelFactory):
    """Somebody who can sign in with PASSWORD."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda number: f"user{number}")
    first_name = "Asha"
    last_name = factory.Sequence(lambda number: f"Tester{number}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org")

    @factory.post_generation
    def password(user, create, extracted, **_):
        user.set_password(extracted or PASSWORD)
        if create:
            user.save()


class PersonFactory(DjangoModelFactory):
    """A synthetic person, alive, without a practice."""

    class Meta:
        model = Person

    nhs_number = factory.LazyFunction(lambda: next(_numbers))
    nhs_number_status = "01"
    family_name = factory.Sequence(lambda number: f"Testperson{number}")
    given_name = "Vera"
    birth_date = date(1947, 3, 12)
    sex = Person.Sex.FEMALE
    address_line = factory.Sequence(lambda number: f"{number + 1} Harbour Street")
    town = "Deal"
    postcode = "CT14 6AB"


def area(code="deal", *, kind=Area.Kind.CLUSTER, name=None, within=None, valid_from=LONG_AGO) -> Area:
    """The area with this code, made where there is none, inside `within` (an Area)."""
    found = Area.objects.filter(code=code).first()
    if found:
        return found
    made = Area.objects.create(
        code=code, kind=kind, name=name or code.replace("-", " ").title(), valid_from=valid_from
    )
    AreaName.objects.create(area=made, name=made.name, valid_from=valid_from)
    if within:
        AreaMembership.objects.create(child=made, parent=within, valid_from=valid_from)
    return made


def practice(code="SYN-DEAL-A", *, name=None, within=None, valid_from=LONG_AGO) -> Organisation:
    """The practice with this code, made where there is none, inside `within` (an Area)."""
    made, is_new = Organisation.objects.get_or_create(
        code=code,
        defaults={
            "name": name or f"Practice {code} (synthetic)",
            "organisation_type": "practice",
            "is_synthetic": True,
            "valid_from": valid_from,
        },
    )
    if within and is_new:
        PracticeMembership.objects.create(practice=made, area=within, valid_from=valid_from)
    return made


def registered_person(*, at=None, since=date(2010, 1, 1), until=None, **fields) -> Person:
    """A person registered with a practice (an Organisation or its code)."""
    person = PersonFactory(**fields)
    at = practice(at) if isinstance(at, str) else at or practice()
    Registration.objects.create(person=person, practice=at, started_on=since, ended_on=until)
    return person


def user_with_role(role, *, everywhere=False, area=None, practice=None, since=LONG_AGO, **fields) -> User:
    """A user holding a role for an area or a practice (models or codes), everywhere when neither is said."""
    user = UserFactory(**fields)
    kind, code = RoleGrant.ScopeKind.EVERYWHERE, ""
    if area and not everywhere:
        kind, code = RoleGrant.ScopeKind.AREA, getattr(area, "code", area)
    if practice and not everywhere:
        kind, code = RoleGrant.ScopeKind.PRACTICE, getattr(practice, "code", practice)
    RoleGrant.objects.create(user=user, role=role, scope_kind=kind, scope_code=code, starts_on=since)
    return user


def reader_with_role(role, **scope) -> Reader:
    """The reader that `user_with_role` makes."""
    return reader_for(user_with_role(role, **scope))
