"""Runs of the stratification, and what each counted."""

from __future__ import annotations

from django.db import models

from localcare.kernel.work.models import Work


class Run(Work):
    """One stratification: of which day, with which definitions and data, how far it came."""

    class Status(models.TextChoices):
        """Where a run stands."""

        RUNNING = "running", "Running"
        PUBLISHED = "published", "Published"
        REFUSED = "refused", "Refused"
        FAILED = "failed", "Failed"
        UNCHANGED = "unchanged", "Nothing had changed"
        STOPPED = "stopped", "Stopped"

    as_of = models.DateField()
    definitions_version = models.CharField(max_length=40)
    data_version = models.CharField(max_length=64, blank=True)
    risk_version = models.CharField(max_length=64, blank=True)  # digest of the risk models that scored
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.RUNNING)
    requested_by = models.CharField(max_length=200)
    people = models.PositiveIntegerField(default=0)
    listed = models.PositiveIntegerField(default=0)
    joined = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)

    class Meta:
        """Newest first."""

        indexes = (models.Index(fields=("status", "-id"), name="stratification_run_latest"),)

    def __str__(self) -> str:
        return f"run {self.pk} of {self.as_of}"


class RunCount(models.Model):
    """How many people of a practice had a value in a run, counted once when it was published."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="counts")
    practice_code = models.CharField(max_length=16)
    dimension = models.CharField(max_length=16)
    value = models.CharField(max_length=40)
    people = models.PositiveIntegerField()

    class Meta:
        """One number each."""

        constraints = (
            models.UniqueConstraint(
                fields=("run", "practice_code", "dimension", "value"), name="stratification_count_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.practice_code} {self.dimension} {self.value}: {self.people}"
