"""Pathways as a Django app."""

from django.apps import AppConfig


class PathwaysConfig(AppConfig):
    """Journeys, tasks and the journal."""

    name = "localcare.foundation.pathways"
    label = "pathways"
    verbose_name = "Pathways"
    default_auto_field = "django.db.models.BigAutoField"
