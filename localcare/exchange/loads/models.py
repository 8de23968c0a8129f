"""Loads, their files, and the quarantine: rows that could not go in, with why, until a person deals with them."""

from __future__ import annotations

from django.db import models

from localcare.foundation.people.models import Person
from localcare.foundation.record.models import Source


class LoadRun(models.Model):
    """One run of a loader over one or more files."""

    class Status(models.TextChoices):
        """How the run stands."""

        RUNNING = "running", "Running"
        FINISHED = "finished", "Finished"
        FAILED = "failed", "Failed"
        INTERRUPTED = "interrupted", "Interrupted"

    feed = models.CharField(max_length=16)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    location = models.CharField(max_length=500)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    started_by = models.CharField(max_length=150)
    failure = models.TextField(blank=True)
    not_understood = models.JSONField(default=dict, blank=True)

    class Meta:
        """Newest first."""

        ordering = ("-started_at", "-pk")

    def __str__(self) -> str:
        return f"load {self.pk}"


class LoadedFile(models.Model):
    """One file that went in whole: how many rows it had and what became of them."""

    run = models.ForeignKey(LoadRun, on_delete=models.CASCADE, related_name="files")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    table = models.CharField(max_length=64)
    name = models.CharField(max_length=300)
    digest = models.CharField(max_length=64)
    received = models.PositiveBigIntegerField(default=0)
    added = models.PositiveBigIntegerField(default=0)
    updated = models.PositiveBigIntegerField(default=0)
    unchanged = models.PositiveBigIntegerField(default=0)
    quarantined = models.PositiveBigIntegerField(default=0)
    seconds = models.FloatField(default=0)
    loaded_at = models.DateTimeField()

    class Meta:
        """The same content of the same table from the same source is loaded once."""

        constraints = (models.UniqueConstraint(fields=("source", "table", "digest"), name="loads_file_once"),)
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name


class QuarantinedRow(models.Model):
    """A row or resource that could not go in, as received, with the first fault found and how to mend it.

    `person` (where the row names somebody known) and `practice_code` (where it names a practice) say who may see it.
    """

    class Status(models.TextChoices):
        """What became of it."""

        OPEN = "open", "Waiting"
        REPLAYED = "replayed", "Replayed"
        DISMISSED = "dismissed", "Dismissed"
        SUPERSEDED = "superseded", "Replaced by a later load"

    run = models.ForeignKey(LoadRun, on_delete=models.CASCADE, related_name="quarantined_rows")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    feed = models.CharField(max_length=16)
    table = models.CharField(max_length=64)
    file_name = models.CharField(max_length=300)
    row_number = models.PositiveBigIntegerField()
    row_key = models.CharField(max_length=120, blank=True)
    column = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=48)
    message = models.TextField()
    remedy = models.TextField()
    content = models.JSONField()
    digest = models.CharField(max_length=32)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    practice_code = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.OPEN)
    received_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """The same bad row is kept once, however often it is sent; listed by what is open."""

        constraints = (
            models.UniqueConstraint(fields=("source", "table", "digest"), name="loads_quarantined_once"),
        )
        indexes = (
            models.Index(fields=("status", "reason", "id"), name="loads_quarantine_by_reason"),
            models.Index(fields=("source", "table", "row_key"), name="loads_quarantine_by_key"),
        )

    def __str__(self) -> str:
        return f"{self.table} row {self.row_number}: {self.reason}"


class QuarantineEvent(models.Model):
    """What a person did with a quarantined row, never changed: corrected and replayed, or dismissed, and why."""

    class Kind(models.TextChoices):
        """What was done."""

        REPLAYED = "replayed", "Replayed"
        STILL_FAULTY = "still-faulty", "Replayed, still faulty"
        DISMISSED = "dismissed", "Dismissed"
        REOPENED = "reopened", "Opened again"

    row = models.ForeignKey(QuarantinedRow, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    occurred_at = models.DateTimeField()
    by = models.CharField(max_length=150)
    note = models.TextField(blank=True)
    content_before = models.JSONField()
    content_after = models.JSONField()

    class Meta:
        """In the order it happened."""

        ordering = ("occurred_at", "pk")

    def __str__(self) -> str:
        return f"{self.kind} by {self.by}"
