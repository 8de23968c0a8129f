"""The record room as a Django application."""

from django.apps import AppConfig


class RecordConfig(AppConfig):
    """Configuration of the record room."""

    name = "localcare.foundation.record"
    label = "record"
