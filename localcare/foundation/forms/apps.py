"""Forms as a Django app."""

from django.apps import AppConfig


class FormsConfig(AppConfig):
    """Form definitions, drafts and completed responses."""

    name = "localcare.foundation.forms"
    label = "forms"
    verbose_name = "Forms"
    default_auto_field = "django.db.models.BigAutoField"
