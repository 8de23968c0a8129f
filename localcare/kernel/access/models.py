"""People who sign in, and the roles they hold over a scope for a time."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q


class User(AbstractUser):
    """A member of staff who signs in."""

    organisation_name = models.CharField(max_length=200, blank=True)
    is_demonstration = models.BooleanField(default=False)
    must_change_password = models.BooleanField(default=False)

    class Meta(AbstractUser.Meta):
        """Ordered by name for the administrator's list."""

        ordering = ("username",)


class RoleGrant(models.Model):
    """One role, as defined in `definitions/roles`, held by one user over one scope.

    It holds from `starts_on` until, not including, `ends_on`.
    """

    class ScopeKind(models.TextChoices):
        """What the scope code names."""

        EVERYWHERE = "everywhere", "Everywhere"
        AREA = "area", "Health economy, place, locality or cluster"
        PRACTICE = "practice", "Practice"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="role_grants")
    role = models.SlugField(max_length=64)
    scope_kind = models.CharField(max_length=16, choices=ScopeKind.choices)
    scope_code = models.CharField(max_length=64, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        """A role is granted once for a scope and a start; only a limited scope has a code."""

        constraints = (
            models.UniqueConstraint(
                fields=("user", "role", "scope_kind", "scope_code", "starts_on"),
                name="access_role_granted_once",
            ),
            models.CheckConstraint(
                condition=Q(scope_kind="everywhere", scope_code="")
                | (~Q(scope_kind="everywhere") & ~Q(scope_code="")),
                name="access_limited_scope_has_code",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="access_grant_ends_after_start",
            ),
        )

    def __str__(self) -> str:
        return f"{self.role} for {self.scope_code or self.scope_kind}"
