"""The fhir room as a Django application."""

from django.apps import AppConfig


class FhirConfig(AppConfig):
    """Configuration of the fhir room."""

    name = "localcare.exchange.fhir"
    label = "fhir"

    def ready(self) -> None:
        """Say how quarantined resources are tried again."""
        from localcare.exchange.fhir.replaying import people_of_resource, replay_quarantined
        from localcare.exchange.loads.feeds import Feed, register_feed

        register_feed(Feed("fhir", "FHIR", replay_quarantined, people_of_resource, is_json=True))
