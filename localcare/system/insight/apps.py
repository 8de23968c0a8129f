"""The insight room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class InsightConfig(AppConfig):
    """Started with the site: its definitions are checked before anything starts."""

    name = "localcare.system.insight"
    label = "insight"

    def ready(self) -> None:
        """Join the navigation and the home page; register the nightly work."""
        from localcare.system.insight import home, jobs
        from localcare.system.insight.definitions import framework

        framework()
        home.join()
        assert jobs.nightly
