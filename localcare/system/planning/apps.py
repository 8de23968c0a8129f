"""The planning room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    """Started with the site."""

    name = "localcare.system.planning"
    label = "planning"

    def ready(self) -> None:
        """Join the navigation and the home page; register the work of the worker."""
        from localcare.system.insight.overlays import register_offers
        from localcare.system.planning import home, jobs, journals

        home.join()
        register_offers(journals.offers)
        assert jobs.run
