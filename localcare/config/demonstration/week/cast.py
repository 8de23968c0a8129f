"""Who takes part: the people of each area, the services that cover them, and synthetic staff of each team."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from django.db.models import Q, QuerySet

from localcare.config.demonstration.week.rates import Rates, drawn
from localcare.foundation.people.models import Person
from localcare.foundation.places.queries import practice_codes_in
from localcare.foundation.services.actions import add_member
from localcare.foundation.services.models import Service
from localcare.foundation.services.queries import default_service, find_services, members_of
from localcare.kernel.access.actions import give_role
from localcare.kernel.access.models import User
from localcare.kernel.access.readers import EVERYWHERE, Reader, reader_for

OLD, ADULT = 68, 20
EXAMPLES = 5  # people of an area who are tried before its service of a kind is given up
COLLEAGUES = 2


@dataclass
class Cast:
    """Finds and remembers; everything is made or chosen when it is first needed, in the order of the story."""

    random: Random
    rates: Rates
    by: Reader
    begins: date
    today: date
    kept_free: frozenset[int] = frozenset()  # the people of the papers have stories of their own
    _people: dict[str, list[int]] = field(default_factory=dict)
    _areas: dict[int, str] = field(default_factory=dict)
    _services: dict[tuple[str, str], Service | None] = field(default_factory=dict)
    _by_key: dict[int, Service] = field(default_factory=dict)
    _teams: dict[int, list[Reader]] = field(default_factory=dict)
    _names: list[str] = field(default_factory=list)
    _examples: dict[str, list[Person]] = field(default_factory=dict)

    def person(self, area: str, *, adult: bool = False) -> Person | None:
        """Somebody of the area who is in no more stories than people are; None when everybody is taken."""
        pool = self._pool(f"{area}/{'adult' if adult else 'old'}", area, ADULT if adult else OLD)
        while pool:
            found = Person.objects.filter(pk=pool.pop(), death_date=None).first()  # some die on the way
            if found is not None:
                return found
        return None

    def living_in(self, area: str, age: int) -> list[int]:
        """The keys of people of at least an age who live in an area and are in no story of their own."""
        found = self._living_in(area, age).exclude(pk__in=self.kept_free).order_by("nhs_number").distinct()
        return list(found.values_list("pk", flat=True))

    def _living_in(self, area: str, age: int) -> QuerySet[Person]:
        """Those of at least an age who are registered in an area, alive and known by their number."""
        born = self.today.replace(year=self.today.year - age, day=1)
        return Person.objects.filter(
            Q(registrations__ended_on=None) | Q(registrations__ended_on__gt=self.today),
            registrations__practice__code__in=practice_codes_in(area, self.today),
            birth_date__lt=born,
            death_date=None,
            merged_into=None,
            nhs_number__isnull=False,
            national_data_opt_out=False,
        )

    def leave_alone(self, keys: list[int]) -> None:
        """Keep people out of the stories that choose somebody."""
        self.kept_free |= frozenset(keys)

    def _pool(self, name: str, area: str, age: int) -> list[int]:
        if name not in self._people:
            keys = self.living_in(area, age) * int(self.rates["stories_per_person"])
            self.random.shuffle(keys)
            self._people[name] = keys
        return self._people[name]

    def service(self, kind: str, area: str) -> Service | None:
        """The service of a kind that covers an area: the one named for it, else the one the directory chooses."""
        if (kind, area) not in self._services:
            named = self.rates["services"].get(area, {}).get(kind)
            found = Service.objects.filter(code=named).first() if named else None
            self._services[kind, area] = found or self._chosen(kind, area)
        return self._services[kind, area]

    def _chosen(self, kind: str, area: str) -> Service | None:
        """What the directory chooses for the oldest people of the area, whatever story they are in."""
        if area not in self._examples:
            oldest = self._living_in(area, ADULT).order_by("birth_date", "nhs_number").distinct()
            self._examples[area] = list(oldest[:EXAMPLES])
        chosen = (default_service(kind, person) for person in self._examples[area])
        return next((service for service in chosen if service), None)

    def other_service(self, service: Service, person: Person, at: datetime) -> Service | None:
        """Another service of the same kind that serves the person, if there is one; else the same."""
        found = [
            match.service for match in find_services(kind=service.kind, person=person, at=at) if match.serves
        ]
        return next((other for other in found if other.pk != service.pk), service)

    def member(self, service: Service, permission: str = "task.work") -> Reader:
        """Somebody of the team who holds the permission."""
        able = [reader for reader in self.team(service) if reader.may(permission)]
        if not able:
            raise LookupError(f"Nobody in {service.title} may {permission}: see `roles` in week.yaml.")
        return self.random.choice(able)

    def opener(self, service: Service) -> Reader:
        """Somebody of the team who may open a journey for anybody: not all are let see everybody."""
        able = [reader for reader in self.team(service) if reader.scope("journey.open") == EVERYWHERE]
        return self.random.choice(able)

    def reader(self, user: int, service: Service) -> Reader:
        """A member of the team, by their key, as a reader."""
        found = next((one for one in self.team(service) if one.user and one.user.pk == user), None)
        return found or reader_for(User.objects.get(pk=user))

    def known_service(self, key: int) -> Service:
        """A service by its key, read once."""
        if key not in self._by_key:
            self._by_key[key] = Service.objects.select_related("organisation").get(pk=key)
        return self._by_key[key]

    def team(self, service: Service) -> list[Reader]:
        """The team: the logins of the demonstration that are in it, and made-up colleagues."""
        if service.pk not in self._teams:
            users = [member.user for member in members_of(service) if member.user.is_demonstration]
            users += [self._colleague(service, number) for number in range(COLLEAGUES)]
            self._teams[service.pk] = [reader_for(user) for user in dict.fromkeys(users)]
        return self._teams[service.pk]

    def _colleague(self, service: Service, number: int) -> User:
        """A colleague who cannot sign in, flagged as the demonstration's, with the role of the team."""
        roles = self.rates["roles"].get(service.kind, self.rates["roles"]["any"])
        first, last = self._name().split(" ")
        username = f"demo-{service.code}-{number + 1}"
        user, is_new = User.objects.get_or_create(
            username=username[:150],
            defaults={
                "first_name": first,
                "last_name": last,
                "organisation_name": service.organisation.name if service.organisation else "Demonstration",
                "is_demonstration": True,
                "password": "!",
            },
        )
        if is_new:
            role = roles[-(number % len(roles)) - 1]
            give_role(by=self.by, user=user, role=role, scope_kind="everywhere", starts_on=self.begins)
            add_member(service=service, user=user, by=self.by, starts_on=self.begins)
        return user

    def _name(self) -> str:
        if not self._names:
            said = self.rates["colleagues"]
            self._names = [f"{given} {family}" for given in said["given"] for family in said["family"]]
            self.random.shuffle(self._names)
        return self._names.pop()


def by_area(random: Random, rates: Rates) -> str:
    """An area, by its share."""
    return drawn(random, rates["areas"])
