"""Forms as a Django app."""

from django.apps import AppConfig


class FormsConfig(AppConfig):
    """Form definitions, drafts and completed responses."""

    name = "localcare.foundation.forms"
    label = "forms"
    verbose_name = "Forms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put completed forms on the person page, and the list of forms on the home page."""
        from localcare.foundation.forms import panels
        from localcare.kernel.nhs_design.home import HomeCard, register_card

        panels.join()
        register_card(
            HomeCard("Forms", "Every form, who answers for it and how it looks.", "forms", "pathway.read", 85)
        )
