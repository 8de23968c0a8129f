"""Runs of the measuring, the values they found and until when, breach lists, and charts begun anew."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

from localcare.foundation.people.models import Person
from localcare.kernel.work.models import Work


class Run(Work):
    """One measuring of every indicator: up to which day, with which definitions, how far it came."""

    class Status(models.TextChoices):
        """Where a run stands."""

        RUNNING = "running", "Being measured"
        PUBLISHED = "published", "Published"
        FAILED = "failed", "Failed"
        STOPPED = "stopped", "Stopped"

    until = models.DateField()  # nothing of this day or later is counted
    definitions_version = models.CharField(max_length=64)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.RUNNING)
    requested_by = models.CharField(max_length=200)
    values_new = models.PositiveIntegerField(default=0)
    values_ended = models.PositiveIntegerField(default=0)
    not_measured = models.JSONField(default=dict)  # indicator -> why it has no number

    class Meta:
        """Newest first."""

        indexes = (models.Index(fields=("status", "-id"), name="insight_run_latest"),)

    def __str__(self) -> str:
        return f"run {self.pk} up to {self.until}"

    @property
    def last_day(self) -> date:
        """The last day whose happenings are counted."""
        return self.until - timedelta(days=1)


class Value(models.Model):
    """What an indicator was, from one run until another that found something else; without an end it is in force.

    Derived, so the database does not check each row's runs.
    """

    indicator = models.CharField(max_length=64)
    place = models.CharField(max_length=80)  # all, area:CODE or practice:CODE
    period = models.CharField(max_length=8)  # day, week, month, year
    starts_on = models.DateField()
    breakdown = models.CharField(max_length=24, blank=True)
    member = models.CharField(max_length=64, blank=True)
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField()
    value = models.FloatField(null=True)
    lower = models.FloatField(null=True)  # of a standardised rate: its 95% interval
    upper = models.FloatField(null=True)
    is_hidden = models.BooleanField()  # small, or a small one could be worked out from it
    from_run = models.ForeignKey(
        Run, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    to_run = models.ForeignKey(
        Run, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        """One value in force of each kind."""

        constraints = (
            models.UniqueConstraint(
                fields=("indicator", "period", "place", "breakdown", "member", "starts_on"),
                condition=Q(to_run__isnull=True),
                name="insight_value_in_force",
            ),
        )

    def __str__(self) -> str:
        return f"{self.indicator} of {self.place} in {self.period} from {self.starts_on}"


class Breach(models.Model):
    """One thing that missed its standard, as the run in force found it; rebuilt by each run."""

    indicator = models.CharField(max_length=64)
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    practice_code = models.CharField(max_length=16, blank=True)
    service = models.CharField(max_length=64, blank=True)
    task_key = models.BigIntegerField(null=True)
    happened_on = models.DateField()
    detail = models.JSONField(default=dict)

    class Meta:
        """Read by indicator, latest first."""

        indexes = (models.Index(fields=("indicator", "-happened_on"), name="insight_breach_latest"),)

    def __str__(self) -> str:
        return f"{self.indicator} on {self.happened_on}"

    @property
    def words(self) -> str:
        """What was missed, in words."""
        return str(self.detail.get("words", ""))


class Rebase(models.Model):
    """From this day the limits of a chart are worked out anew, and why. Never changed; taken back by a later row."""

    indicator = models.CharField(max_length=64)
    place = models.CharField(max_length=80)
    starts_on = models.DateField()
    reason = models.CharField(max_length=500)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    takes_back = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="taken_back_by"
    )

    class Meta:
        """In the order they were decided."""

        ordering = ("id",)
        indexes = (models.Index(fields=("indicator", "place"), name="insight_rebase_of_chart"),)

    def __str__(self) -> str:
        return f"{self.indicator} of {self.place} from {self.starts_on}"
