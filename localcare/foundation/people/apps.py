"""The people room as a Django application."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Configuration of the people room."""

    name = "localcare.foundation.people"
    label = "people"

    def ready(self) -> None:
        """Put the search and the possible duplicates on the navigation bar; name people to the audit trail."""
        from localcare.foundation.people import home
        from localcare.foundation.people.audit_subjects import audit_subject
        from localcare.kernel.audit.subjects import register_subject_resolver
        from localcare.kernel.nhs_design.navigation import NavigationItem, register

        register(NavigationItem("Find a person", "person-search", permission="person.search", order=20))
        register(NavigationItem("Possible duplicates", "duplicates", permission="person.merge", order=60))
        register_subject_resolver(audit_subject)
        home.join()
