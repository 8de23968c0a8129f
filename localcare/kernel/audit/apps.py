"""The audit room as a Django application."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    """Configuration of the audit room."""

    name = "localcare.kernel.audit"
    label = "audit"

    def ready(self) -> None:
        """Begin the chain after the tables are made, and register the pages."""
        from localcare.kernel.audit.beginning import begin_chain
        from localcare.kernel.nhs_design.home import HomeCard, register_card
        from localcare.kernel.nhs_design.navigation import NavigationItem, register

        post_migrate.connect(begin_chain, sender=self)
        register(NavigationItem("Who looked", "audit", "audit.read", order=80))
        what = "Answer who looked at or changed a person's record, when and why"
        register_card(HomeCard("Who looked at a person", what, "audit", "audit.read", order=20))
