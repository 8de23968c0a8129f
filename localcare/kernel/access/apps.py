"""The access room as a Django application."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Configuration of the access room."""

    name = "localcare.kernel.access"
    label = "access"
