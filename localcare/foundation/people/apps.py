"""The people room as a Django application."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Configuration of the people room."""

    name = "localcare.foundation.people"
    label = "people"
