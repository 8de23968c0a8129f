"""The extracts room as a Django application."""

from django.apps import AppConfig


class ExtractsConfig(AppConfig):
    """Configuration of the extracts room."""

    name = "localcare.exchange.extracts"
    label = "extracts"
