"""The audit trail: append-only rows, each chained to the one before by a keyed hash."""

from __future__ import annotations

from django.db import models


class AuditEntry(models.Model):
    """One read or write, by whom, of whom, why; the database refuses to change or delete it."""

    sequence = models.BigIntegerField(primary_key=True)
    occurred_at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    actor_role = models.CharField(max_length=400, blank=True)
    organisation = models.CharField(max_length=200, blank=True)
    action = models.CharField(max_length=64)
    basis = models.TextField(blank=True)
    outcome = models.CharField(max_length=16)
    address = models.CharField(max_length=64, blank=True)
    detail = models.JSONField(default=dict)
    previous_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        """Found by actor, newest first; by subject through `AuditSubject`."""

        indexes = (models.Index(fields=("actor", "-sequence"), name="audit_by_actor"),)

    def __str__(self) -> str:
        return f"{self.sequence} {self.actor} {self.action}"


class AuditSubject(models.Model):
    """One person whom an entry concerns; part of the entry's hash."""

    entry = models.ForeignKey(AuditEntry, on_delete=models.PROTECT, related_name="subjects", db_index=False)
    position = models.PositiveIntegerField()
    reference = models.CharField(max_length=64)

    class Meta:
        """Who looked at this person is one index range, newest first."""

        constraints = (models.UniqueConstraint(fields=("entry", "position"), name="audit_subject_position"),)
        indexes = (models.Index(fields=("reference", "-entry"), name="audit_by_subject"),)

    def __str__(self) -> str:
        return f"{self.entry_id}/{self.position} {self.reference}"


class AuditHead(models.Model):
    """The last entry of the chain: one row, locked while an entry is appended."""

    single = models.BooleanField(primary_key=True, default=True)
    sequence = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        """There is exactly one head."""

        constraints = (models.CheckConstraint(condition=models.Q(single=True), name="audit_one_head"),)

    def __str__(self) -> str:
        return f"head at {self.sequence}"
