"""The audit room as a Django application."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Configuration of the audit room."""

    name = "localcare.kernel.audit"
    label = "audit"
