"""The services directory as a Django app."""

from django.apps import AppConfig


class ServicesConfig(AppConfig):
    """Services, their teams, hours and capacity."""

    name = "localcare.foundation.services"
    label = "services"
    verbose_name = "Services"
    default_auto_field = "django.db.models.BigAutoField"
