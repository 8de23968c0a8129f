"""The fhir room as a Django application."""

from django.apps import AppConfig


class FhirConfig(AppConfig):
    """Configuration of the fhir room."""

    name = "localcare.exchange.fhir"
    label = "fhir"
