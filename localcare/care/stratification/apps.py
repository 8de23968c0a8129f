"""The stratification room as a Django application."""

from django.apps import AppConfig


class StratificationConfig(AppConfig):
    """Configuration of the stratification room."""

    name = "localcare.care.stratification"
    label = "stratification"
