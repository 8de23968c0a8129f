"""The access room as a Django application."""

from django.apps import AppConfig
from django.core.checks import Tags, register


class AccessConfig(AppConfig):
    """Configuration of the access room."""

    name = "localcare.kernel.access"
    label = "access"

    def ready(self) -> None:
        """Register the start-up checks and listen to signing in."""
        from localcare.kernel.access import checks, signals

        register(checks.check_views_are_declared, Tags.security)
        register(checks.check_roles, Tags.security)
        signals.connect()
