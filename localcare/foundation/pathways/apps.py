"""Pathways as a Django app."""

from django.apps import AppConfig


class PathwaysConfig(AppConfig):
    """Journeys, tasks and the journal; the definitions are checked before anything starts."""

    name = "localcare.foundation.pathways"
    label = "pathways"
    verbose_name = "Pathways"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the background work, what it is called in the audit trail, and who sees whom."""
        from localcare.foundation.forms.queries import register_completed_by, register_veil
        from localcare.foundation.pathways import jobs, wording
        from localcare.foundation.pathways.desk import home
        from localcare.foundation.pathways.form_reading import closed_to, completed_by_team
        from localcare.foundation.pathways.queries import performance
        from localcare.foundation.pathways.visibility import people_through_work
        from localcare.foundation.people.queries import register_relationship
        from localcare.foundation.services.performance import register_performance
        from localcare.kernel.audit.wording import register_actions
        from localcare.kernel.nhs_design.navigation import NavigationItem, register

        register_relationship(people_through_work)
        register_veil(closed_to)
        register_completed_by(completed_by_team)
        register_performance(performance)
        register_actions(wording.ACTIONS)
        register(NavigationItem("Pathways", "pathways", permission="pathway.read", order=65))
        home.join()
        assert jobs.fire_timers
