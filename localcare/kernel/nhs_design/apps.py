"""The nhs_design room as a Django application."""

from django.apps import AppConfig


class NhsDesignConfig(AppConfig):
    """Configuration of the nhs_design room."""

    name = "localcare.kernel.nhs_design"
    label = "nhs_design"

    def ready(self) -> None:
        """Put the home page first on the navigation bar."""
        from localcare.kernel.nhs_design.navigation import NavigationItem, register

        register(NavigationItem("Home", "home", order=0))
