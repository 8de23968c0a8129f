"""The navigation desk as a Django application."""

from django.apps import AppConfig


class NavigationConfig(AppConfig):
    """Configuration of the navigation desk."""

    name = "localcare.care.navigation"
    label = "navigation"

    def ready(self) -> None:
        """Join the navigation bar and the home page."""
        from localcare.care.navigation import home

        home.join()
