"""The access room as a Django application."""

from django.apps import AppConfig
from django.core.checks import Tags, register


class AccessConfig(AppConfig):
    """Configuration of the access room."""

    name = "localcare.kernel.access"
    label = "access"

    def ready(self) -> None:
        """Register the start-up checks and the pages, and listen to signing in."""
        from localcare.kernel.access import checks, signals
        from localcare.kernel.nhs_design.home import HomeCard, register_card
        from localcare.kernel.nhs_design.navigation import NavigationItem
        from localcare.kernel.nhs_design.navigation import register as register_page

        register(checks.check_views_are_declared, Tags.security)
        register(checks.check_roles, Tags.security)
        signals.connect()
        register_page(NavigationItem("Users", "accounts", "users.manage", order=90))
        register_page(NavigationItem("Your account", "what_may_i_see", None, order=95))
        what = "Open and close accounts, give and end roles, reset passwords and second factors"
        register_card(HomeCard("Users", what, "accounts", "users.manage", order=30))
