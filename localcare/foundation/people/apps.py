"""The people room as a Django application."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Configuration of the people room."""

    name = "localcare.foundation.people"
    label = "people"

    def ready(self) -> None:
        """Put the search and the possible duplicates on the navigation bar."""
        from localcare.kernel.nhs_design.navigation import NavigationItem, register

        register(NavigationItem("Find a person", "person-search", permission="person.search", order=20))
        register(NavigationItem("Possible duplicates", "duplicates", permission="person.merge", order=60))
