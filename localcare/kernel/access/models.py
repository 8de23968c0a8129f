"""People who sign in, and the roles they hold over a scope for a time."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A member of staff who signs in."""

    organisation_name = models.CharField(max_length=200, blank=True)
    is_demonstration = models.BooleanField(default=False)

    class Meta(AbstractUser.Meta):
        """Ordered by name for the administrator's list."""

        ordering = ("username",)


class RoleGrant(models.Model):
    """One role, as defined in `definitions/roles`, held by one user over one scope."""

    class ScopeKind(models.TextChoices):
        """What the scope code names."""

        EVERYWHERE = "everywhere", "Everywhere"
        PLACE = "place", "Health economy, place, locality or cluster"
        PRACTICE = "practice", "Practice"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="role_grants")
    role = models.SlugField(max_length=64)
    scope_kind = models.CharField(max_length=16, choices=ScopeKind.choices)
    scope_code = models.CharField(max_length=64, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        """A role is granted once for a scope and a start."""

        constraints = (
            models.UniqueConstraint(
                fields=("user", "role", "scope_kind", "scope_code", "starts_on"), name="access_role_granted_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.role} for {self.scope_code or self.scope_kind}"
