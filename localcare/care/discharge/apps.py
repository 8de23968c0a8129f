"""The discharge desk as a Django application."""

from django.apps import AppConfig


class DischargeConfig(AppConfig):
    """Configuration of the discharge desk."""

    name = "localcare.care.discharge"
    label = "discharge"

    def ready(self) -> None:
        """Join the navigation, the home page and the person page."""
        from localcare.care.discharge import home

        home.join()
