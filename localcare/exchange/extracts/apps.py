"""The extracts room as a Django application."""

from django.apps import AppConfig


class ExtractsConfig(AppConfig):
    """Configuration of the extracts room."""

    name = "localcare.exchange.extracts"
    label = "extracts"

    def ready(self) -> None:
        """Say how quarantined rows of a dataset are tried again."""
        from localcare.exchange.extracts.replaying import people_of_row, replay_dataset_rows
        from localcare.exchange.loads.feeds import Feed, register_feed

        register_feed(Feed("dataset", "Linked dataset", replay_dataset_rows, people_of_row))
