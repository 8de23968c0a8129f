"""The places room as a Django application."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """Configuration of the places room."""

    name = "localcare.foundation.places"
    label = "places"

    def ready(self) -> None:
        """Tell access which practices an area has on a day, and what areas and practices are called."""
        from localcare.foundation.places.queries import practice_codes_in
        from localcare.foundation.places.scope_names import scope_name
        from localcare.kernel.access.readers import register_area_resolver
        from localcare.kernel.access.scopes import register_scope_namer
        from localcare.kernel.nhs_design.navigation import NavigationItem, register

        register(NavigationItem("Places", "places", permission="places.read", order=70))
        register_area_resolver(practice_codes_in)
        register_scope_namer(scope_name)
