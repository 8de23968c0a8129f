"""The places room as a Django application."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """Configuration of the places room."""

    name = "localcare.foundation.places"
    label = "places"
