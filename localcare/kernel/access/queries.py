"""Accounts and the roles they hold."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from localcare.kernel.access.models import RoleGrant, User


def accounts(text: str = "", *, state: str = "") -> QuerySet[User]:
    """Return the accounts whose names or organisation hold every word; state is open, closed or empty."""
    found = User.objects.prefetch_related("role_grants").order_by("last_name", "first_name", "username")
    for word in text.split():
        found = found.filter(
            Q(username__icontains=word)
            | Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(organisation_name__icontains=word)
        )
    return {"open": found.filter(is_active=True), "closed": found.filter(is_active=False)}.get(state, found)


def grants_of(user: User) -> QuerySet[RoleGrant]:
    """Return all roles ever given to an account, latest start first."""
    return user.role_grants.order_by("-starts_on", "role")
