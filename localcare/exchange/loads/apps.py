"""The loads room as a Django application."""

from django.apps import AppConfig


class LoadsConfig(AppConfig):
    """Configuration of the loads room."""

    name = "localcare.exchange.loads"
    label = "loads"

    def ready(self) -> None:
        """Put the quarantine into the navigation."""
        from localcare.kernel.nhs_design.navigation import NavigationItem, register

        register(NavigationItem("Quarantine", "quarantine", "quarantine.read", order=70))
