"""The single point of access as a Django application."""

from django.apps import AppConfig


class SinglePointOfAccessConfig(AppConfig):
    """Configuration of the desk: its definitions are checked before anything starts."""

    name = "localcare.care.single_point_of_access"
    label = "single_point_of_access"

    def ready(self) -> None:
        """Check the definitions; join the navigation, the home page and the words of the audit trail."""
        from localcare.care.single_point_of_access import home
        from localcare.care.single_point_of_access.definitions import CONTACT, definitions
        from localcare.foundation.pathways.refusals import register_finisher

        definitions()
        register_finisher(CONTACT, "triage", "contact.triage")
        home.join()
