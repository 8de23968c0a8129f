"""The loads room as a Django application."""

from django.apps import AppConfig


class LoadsConfig(AppConfig):
    """Configuration of the loads room."""

    name = "localcare.exchange.loads"
    label = "loads"
