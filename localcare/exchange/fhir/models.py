"""FHIR resources kept as received, beside the facts read from them."""

from __future__ import annotations

from django.db import models

from localcare.foundation.people.models import Person
from localcare.foundation.record.models import Source


class ReceivedResource(models.Model):
    """One version of one resource, as it came."""

    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    resource_type = models.CharField(max_length=64)
    resource_id = models.CharField(max_length=64)
    digest = models.CharField(max_length=32)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_understood = models.BooleanField()
    is_current = models.BooleanField(default=True)
    load_key = models.BigIntegerField()
    received_at = models.DateTimeField()
    content = models.JSONField()

    class Meta:
        """One version of a resource is kept once; one of them is current."""

        constraints = (
            models.UniqueConstraint(
                fields=("source", "resource_type", "resource_id", "digest"), name="fhir_received_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.resource_type}/{self.resource_id}"
