"""The database room as a Django application."""

from django.apps import AppConfig


class DatabaseConfig(AppConfig):
    """Configuration of the database room."""

    name = "localcare.kernel.database"
    label = "database"
