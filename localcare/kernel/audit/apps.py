"""The audit room as a Django application."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    """Configuration of the audit room."""

    name = "localcare.kernel.audit"
    label = "audit"

    def ready(self) -> None:
        """Begin the chain after the tables are made."""
        from localcare.kernel.audit.beginning import begin_chain

        post_migrate.connect(begin_chain, sender=self)
