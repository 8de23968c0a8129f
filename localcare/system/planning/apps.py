"""The planning room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    """Started with the site."""

    name = "localcare.system.planning"
    label = "planning"
