"""The room of data quality as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class DataQualityConfig(AppConfig):
    """Started with the site: its rules are checked before anything starts."""

    name = "localcare.foundation.data_quality"
    label = "data_quality"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Join the navigation and the home page."""
        from localcare.foundation.data_quality import home

        home.join()
