"""The audit trail: append-only rows, each chained to the one before by a keyed hash."""

from __future__ import annotations

from django.db import models


class AuditEntry(models.Model):
    """One read or write, by whom, of what, why; never changed or deleted."""

    sequence = models.BigIntegerField(primary_key=True)
    occurred_at = models.DateTimeField()
    actor = models.CharField(max_length=150)
    actor_role = models.CharField(max_length=64, blank=True)
    organisation = models.CharField(max_length=200, blank=True)
    action = models.CharField(max_length=64)
    subject_kind = models.CharField(max_length=32, blank=True)
    subject_key = models.CharField(max_length=64, blank=True)
    basis = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=16, default="success")
    address = models.CharField(max_length=64, blank=True)
    detail = models.JSONField(default=dict)
    previous_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        """Found by subject or by actor, newest first."""

        indexes = (
            models.Index(fields=("subject_kind", "subject_key", "-sequence"), name="audit_by_subject"),
            models.Index(fields=("actor", "-sequence"), name="audit_by_actor"),
        )

    def __str__(self) -> str:
        return f"{self.sequence} {self.actor} {self.action} {self.subject_kind}"
