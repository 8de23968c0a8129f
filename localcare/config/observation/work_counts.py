"""What became of the worker's work, for Prometheus: counted in the database whenever somebody looks."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import Error
from django.db.models import Count, Max
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from localcare.kernel.work.models import Work

LABELS = ("kind", "state")


class WorkCounts(Collector):
    """Every kind of work by state, with those of which there are none: an alarm can be set before the first."""

    def describe(self) -> list[GaugeMetricFamily]:
        """The names of the metrics, without asking the database."""
        return [
            GaugeMetricFamily("localcare_work", "Work of the worker by kind and state", labels=LABELS),
            GaugeMetricFamily(
                "localcare_work_ended_seconds",
                "When work of the kind last came to the state, Unix time",
                labels=LABELS,
            ),
        ]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The metrics as they are now; none while the database does not answer, which /health/ready says."""
        try:
            counted = list(_counted())
        except Error:
            return
        number, ended = self.describe()
        for labels, count, last in counted:
            number.add_metric(labels, count)
            if last is not None:
                ended.add_metric(labels, last.timestamp())
        yield from (number, ended)


def _counted() -> Iterator[tuple[tuple[str, str], int, object]]:
    for kind in apps.get_models():
        if issubclass(kind, Work):
            rows = kind._base_manager.values_list("status").annotate(Count("pk"), Max("finished_at"))
            found = {status: (count, last) for status, count, last in rows}
            for status, _ in kind._meta.get_field("status").flatchoices:
                yield (kind._meta.label_lower, status), *found.get(status, (0, None))
