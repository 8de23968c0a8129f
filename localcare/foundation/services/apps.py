"""The services directory as a Django app."""

from django.apps import AppConfig


class ServicesConfig(AppConfig):
    """Services, their teams, hours and capacity."""

    name = "localcare.foundation.services"
    label = "services"
    verbose_name = "Services"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the directory on the navigation bar."""
        from localcare.kernel.nhs_design.navigation import NavigationItem, register

        register(NavigationItem("Services", "services", permission="service.read", order=65))
