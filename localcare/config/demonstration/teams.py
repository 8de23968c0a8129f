"""The teams of the demonstration: each login works in the services its role is about."""

from __future__ import annotations

from localcare.foundation.services.actions import add_member
from localcare.foundation.services.definitions import demonstration_teams
from localcare.foundation.services.models import Service
from localcare.kernel.access.models import User
from localcare.kernel.access.readers import Reader


def join_teams(by: Reader) -> None:
    """Put each login into its services; a login that ever was in a service is left as it is."""
    services = Service.objects.in_bulk(field_name="code")
    for team in demonstration_teams():
        user = User.objects.filter(username=team["username"], is_demonstration=True).first()
        for code in team["services"]:
            service = services.get(code)
            if user and service and not service.memberships.filter(user=user).exists():
                add_member(service=service, user=user, is_lead=code in team.get("leads", ()), by=by)
