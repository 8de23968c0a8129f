"""The insight room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class InsightConfig(AppConfig):
    """Started with the site."""

    name = "localcare.system.insight"
    label = "insight"
