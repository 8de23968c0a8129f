"""The places room as a Django application."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """Configuration of the places room."""

    name = "localcare.foundation.places"
    label = "places"

    def ready(self) -> None:
        """Tell access which practices an area has on a day."""
        from localcare.foundation.places.queries import practice_codes_in
        from localcare.kernel.access.readers import register_area_resolver

        register_area_resolver(practice_codes_in)
