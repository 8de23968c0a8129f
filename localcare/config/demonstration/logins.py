"""One login for each role, flagged so that production refuses to start beside them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from localcare.foundation.places.models import Area, Organisation
from localcare.kernel.access.actions import give_role
from localcare.kernel.access.models import RoleGrant, User
from localcare.kernel.access.readers import Reader
from localcare.kernel.access.roles import roles

PASSWORD = "local-care-demo"  # noqa: S105 - printed, and only for synthetic people
SCOPES = {  # where the people of the papers, Vera and Dorothy, are registered; a role not named here holds everywhere
    "gp": ("practice", "SYN-DOVR-A"),
    "case-manager": ("area", "dover"),
    "mdt-co-ordinator": ("area", "south-kent-coast"),
}
NAMES = {
    "gp": ("Grace", "Okafor"),
    "case-manager": ("Colin", "Marsh"),
    "mdt-co-ordinator": ("Meera", "Patel"),
    "analyst": ("Alun", "Price"),
    "commissioner": ("Clare", "Denholm"),
    "information-governance-lead": ("Ingrid", "Lowe"),
    "administrator": ("Ada", "Brooks"),
    "call-handler": ("Callum", "Reed"),
    "call-handler-2": ("Cara", "Whitlock"),
    "clinical-triager": ("Tessa", "Nolan"),
    "single-point-of-access-supervisor": ("Simon", "Achebe"),
    "rapid-response-clinician": ("Rosa", "Finch"),
    "team-lead": ("Leah", "Dunmore"),
    "acute-discharger": ("Aidan", "Holt"),
    "care-navigator": ("Nadia", "Quill"),
    "community-professional": ("Priya", "Hart"),
}
SECOND_LOGINS = {"call-handler-2": "call-handler"}  # so that two can be shown doing the same thing at once


@dataclass(frozen=True)
class Login:
    """What to type, and what it opens."""

    username: str
    password: str
    role_title: str
    scope_name: str


def open_logins(by: Reader) -> list[Login]:
    """Open the logins that are missing; those that are there keep their roles."""
    wanted = {code: code for code in roles()} | SECOND_LOGINS
    return [_login(username, wanted[username], by) for username in sorted(wanted)]


def _login(username: str, role: str, by: Reader) -> Login:
    kind, code = SCOPES.get(role, ("everywhere", ""))
    first_name, last_name = NAMES.get(username, ("Demonstration", role.replace("-", " ").title()))
    user, is_new = User.objects.get_or_create(
        username=username,
        defaults={
            "first_name": first_name,
            "last_name": last_name,
            "organisation_name": "Demonstration",
            "is_demonstration": True,
        },
    )
    if not user.is_demonstration:
        raise ValueError(f"The account {username!r} is not a demonstration's: use a database of its own.")
    if is_new or not user.check_password(PASSWORD):
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    if not RoleGrant.objects.filter(user=user, role=role).exists():
        give_role(
            by=by, user=user, role=role, scope_kind=kind, scope_code=code, starts_on=timezone.localdate()
        )
    return Login(username, PASSWORD, roles()[role].title, _for_whom(kind, code))


def _for_whom(kind: str, code: str) -> str:
    if kind == "practice":
        return Organisation.objects.get(code=code).name
    return Area.objects.get(code=code).name if kind == "area" else "everybody"
