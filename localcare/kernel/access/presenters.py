"""What the pages about accounts and roles show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.html import format_html

from localcare.kernel.access.models import RoleGrant, User
from localcare.kernel.access.readers import is_in_force
from localcare.kernel.access.roles import permissions, roles
from localcare.kernel.access.rules import state_of_period
from localcare.kernel.access.scopes import describe
from localcare.kernel.nhs_design.formatting import format_moment, format_short_date


@dataclass(frozen=True)
class ShownGrant:
    """One role of an account as a page shows it."""

    title: str
    purpose: str
    scope: str
    starts_on: str
    ends_on: str
    state: str
    allows: tuple[str, ...]
    end_address: str


def shown_grants(grants: Iterable[RoleGrant], today: date) -> list[ShownGrant]:
    """Present roles with the days they hold."""
    return [_shown_grant(grant, today) for grant in grants]


def _shown_grant(grant: RoleGrant, today: date) -> ShownGrant:
    role = roles().get(grant.role)
    state = state_of_period(grant.starts_on, grant.ends_on, today)
    return ShownGrant(
        title=role.title if role else f"{grant.role} (withdrawn: allows nothing)",
        purpose=role.purpose if role else "",
        scope=describe(grant),
        starts_on=format_short_date(grant.starts_on),
        ends_on=format_short_date(grant.ends_on, missing="No end planned"),
        state=state,
        allows=tuple(permissions()[code] for code in role.permissions) if role else (),
        end_address="" if state == "ended" else reverse("end_role", args=(grant.pk,)),
    )


def account_rows(accounts: Iterable[User], today: date) -> list[list[str]]:
    """Present accounts as rows of a table: name, user name, organisation, roles in force, state."""
    return [_account_row(user, today) for user in accounts]


def _account_row(user: User, today: date) -> list[str]:
    held = [roles()[grant.role].title for grant in user.role_grants.all() if _counts(grant, today)]
    link = format_html(
        '<a href="{}">{}</a>', reverse("account", args=(user.pk,)), user.get_full_name() or user.username
    )
    return [
        link,
        user.username,
        user.organisation_name,
        ", ".join(sorted(set(held))) or "None",
        format_moment(user.last_login, missing="Never"),
        "Open" if user.is_active else "Closed",
    ]


def _counts(grant: RoleGrant, today: date) -> bool:
    return grant.role in roles() and is_in_force(grant, today)
