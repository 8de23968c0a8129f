"""Who is asking, what they may do and for which practices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from django.utils import timezone

if TYPE_CHECKING:
    from django.http import HttpRequest

    from localcare.kernel.access.models import RoleGrant, User

Found = TypeVar("Found")
AreaResolver = Callable[[str, date], frozenset[str]]
_area_resolver: list[AreaResolver] = []


@dataclass(frozen=True)
class Scope:
    """The practices whose people may be seen; `None` means everywhere."""

    practice_codes: frozenset[str] | None

    @property
    def is_empty(self) -> bool:
        """Nobody may be seen."""
        return self.practice_codes is not None and not self.practice_codes

    def includes(self, practice_code: str) -> bool:
        """Whether people of this practice may be seen."""
        return self.practice_codes is None or practice_code in self.practice_codes

    def __or__(self, other: Scope) -> Scope:
        if self.practice_codes is None or other.practice_codes is None:
            return EVERYWHERE
        return Scope(self.practice_codes | other.practice_codes)


EVERYWHERE = Scope(None)
NOWHERE = Scope(frozenset())


@dataclass(frozen=True)
class Reader:
    """Somebody (or a named job) who asks, with the scope of each permission they hold on a day."""

    user: User | None
    name: str
    role_codes: tuple[str, ...] = ()
    scopes: Mapping[str, Scope] = field(default_factory=dict)
    organisation: str = ""
    address: str = ""
    is_system: bool = False
    memo: dict[Any, Any] | None = field(default=None, compare=False, repr=False)  # what one request looked up

    @property
    def is_anonymous(self) -> bool:
        """Nobody has signed in and no job has given its name."""
        return not self.name

    def may(self, permission: str) -> bool:
        """Whether the permission is held for anybody at all."""
        return not self.scope(permission).is_empty

    def scope(self, permission: str) -> Scope:
        """Return the practices for which the permission is held."""
        return EVERYWHERE if self.is_system else self.scopes.get(permission, NOWHERE)

    def once(self, what: Any, look_up: Callable[[], Found]) -> Found:
        """What the panels of one page ask for again and again, looked up once in a request; anew outside one."""
        if self.memo is None:
            return look_up()
        if what not in self.memo:
            self.memo[what] = look_up()
        found: Found = self.memo[what]
        return found


ANONYMOUS = Reader(user=None, name="")


def register_area_resolver(resolver: AreaResolver) -> None:
    """Say how an area code becomes practice codes on a date (called by `places` at start-up)."""
    _area_resolver[:] = [resolver]


def system_reader(name: str) -> Reader:
    """Return the reader for a job or the command line, audited under its name; also of one that it asked for in turn."""
    own = name.strip().removeprefix("system: ")
    if not own:
        raise ValueError("A job must give the name under which it is audited.")
    return Reader(user=None, name=f"system: {own}"[:200], role_codes=("system",), is_system=True)


def reader_for(user: User, on: date | None = None, *, address: str = "") -> Reader:
    """Return what a user may do on a day (today when not given)."""
    if not user.is_authenticated or not user.is_active:
        return ANONYMOUS
    day = on or timezone.localdate()
    grants = [grant for grant in user.role_grants.all() if is_in_force(grant, day)]
    return Reader(
        user=user,
        name=user.get_username(),
        role_codes=tuple(sorted({grant.role for grant in grants})),
        scopes=scopes_of(grants, day),
        organisation=user.organisation_name,
        address=address,
    )


def reader_of(request: HttpRequest) -> Reader:
    """Return the reader of a request."""
    reader = reader_for(request.user, address=request.META.get("REMOTE_ADDR", ""))  # type: ignore[arg-type]
    return reader if reader is ANONYMOUS else replace(reader, memo={})


def is_in_force(grant: RoleGrant, day: date) -> bool:
    """Whether a grant holds on a day: from its start until, not including, its end."""
    return grant.starts_on <= day and (grant.ends_on is None or day < grant.ends_on)


def scopes_of(grants: Iterable[RoleGrant], day: date) -> dict[str, Scope]:
    """Unite the scopes of all grants for each permission; an area is resolved once however many roles hold there."""
    from localcare.kernel.access.roles import roles

    scopes: dict[str, Scope] = {}
    places: dict[tuple[str, str], Scope] = {}
    for grant in grants:
        role, place = roles().get(grant.role), (grant.scope_kind, grant.scope_code)
        if role is None:  # a role that was withdrawn gives nothing
            continue
        if place not in places:
            places[place] = _scope_of(*place, day)
        for permission in role.permissions:
            scopes[permission] = scopes.get(permission, NOWHERE) | places[place]
    return scopes


def _scope_of(kind: str, code: str, day: date) -> Scope:
    if kind == "everywhere":
        return EVERYWHERE
    if kind == "practice":
        return Scope(frozenset({code}))
    if not _area_resolver:
        raise LookupError(
            f"No area resolver is registered, so the practices of {code!r} are not known: "
            "add the places room to INSTALLED_APPS."
        )
    return Scope(_area_resolver[0](code, day))
