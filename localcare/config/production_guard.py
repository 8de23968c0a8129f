"""Keeps demonstration data and production apart, in both directions."""

from __future__ import annotations

import os

from django.core.exceptions import ImproperlyConfigured

from localcare.kernel.access.models import User
from localcare.kernel.database.installation import is_marked_production


class NotForProduction(ImproperlyConfigured):
    """Demonstration data or logins were asked for where real people's records are."""


def refuse_demonstration_users() -> None:
    """Stop when the database of a production configuration holds a demonstration login that is open."""
    names = User.objects.filter(is_demonstration=True, is_active=True).values_list("username", flat=True)
    if names:
        raise ImproperlyConfigured(
            f"This database holds demonstration logins ({', '.join(sorted(names))}), whose passwords were printed."
            " Production needs a database of its own, made with: localcare migrate"
        )


def refuse_production() -> None:
    """Stop unless this is no production configuration, and the database has never been one's."""
    if os.environ.get("DJANGO_SETTINGS_MODULE", "").endswith("production"):
        raise NotForProduction("The demonstration never runs in a production configuration.")
    if is_marked_production():
        raise NotForProduction(
            "This database has been used in production. The demonstration needs one of its own: set DATABASE_URL"
            " to another database, or leave it unset to use the embedded one."
        )
