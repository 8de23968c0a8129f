"""Rapid response as a Django application."""

from django.apps import AppConfig


class RapidResponseConfig(AppConfig):
    """Configuration of the desk: its definitions are checked before anything starts."""

    name = "localcare.care.rapid_response"
    label = "rapid_response"

    def ready(self) -> None:
        """Check the definitions; join the navigation, the home page and the words of the audit trail."""
        from localcare.care.rapid_response import home
        from localcare.care.rapid_response.standards import content

        content()
        home.join()
