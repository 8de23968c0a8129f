"""Scenarios as they were written, those that people keep under a name, and the runs with what they found.

Nothing here is about a person: a scenario holds rates, lengths, shares and places.
"""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from localcare.kernel.work.models import AskedWork


class ScenarioText(models.Model):
    """The words of one scenario, whole and never changed; what is the same content is the same row."""

    digest = models.CharField(max_length=64, primary_key=True)  # of the text
    scenario_digest = models.CharField(max_length=64)  # of what decides a run, as its files say it
    code = models.CharField(max_length=64)
    title = models.CharField(max_length=300)
    text = models.TextField()  # YAML, as the file that is given out
    kept_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.code} {self.digest[:12]}"


class SavedScenario(models.Model):
    """A name under which somebody keeps versions of a scenario; whoever may see the planning desk may open it."""

    reference = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    based_on = models.CharField(max_length=64, blank=True)  # code of the ready scenario it began with
    created_at = models.DateTimeField(auto_now_add=True)
    put_away_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One person has one scenario of a name."""

        constraints = (
            models.UniqueConstraint(
                fields=("owner", "name"),
                condition=Q(put_away_at=None),
                name="planning_saved_name_once",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def latest(self) -> SavedVersion:
        """The version in force."""
        return self.versions.latest("number")


class SavedVersion(models.Model):
    """One content that was kept under the name, in the order of keeping."""

    saved = models.ForeignKey(SavedScenario, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.ForeignKey(ScenarioText, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        """Numbered from 1."""

        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("saved", "number"), name="planning_saved_version_once"),
        )

    def __str__(self) -> str:
        return f"{self.saved} version {self.number}"


class Run(AskedWork):
    """One simulation of a scenario: who asked, how far it came, what it found and with which versions."""

    class Status(models.TextChoices):
        """Where a run stands."""

        WAITING = "waiting", "Waits for a worker"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Stopped"

    STOPPED = Status.CANCELLED

    content = models.ForeignKey(ScenarioText, on_delete=models.PROTECT, related_name="runs")
    beside = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # the run it is compared with, with the same random numbers
    seed = models.PositiveBigIntegerField()
    replications = models.PositiveIntegerField()
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.WAITING)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    engine = models.CharField(max_length=40, blank=True)
    why_engine = models.TextField(blank=True)
    seconds = models.FloatField(null=True, blank=True)
    program = models.JSONField(
        default=dict
    )  # versions of the program and the libraries that made the numbers
    lines = models.JSONField(default=list)  # one a measure: mean, interval, and its value in each replication
    days = models.JSONField(default=dict)  # service -> middle and 80% interval of each day
    result_digest = models.CharField(
        max_length=64, blank=True
    )  # of lines and days: the same seed gives the same
    report = models.TextField(blank=True)  # Markdown

    class Meta:
        """Newest first."""

        indexes = (models.Index(fields=("-asked_at",), name="planning_run_latest"),)

    def __str__(self) -> str:
        return f"run {self.reference} of {self.content_id[:12]}"
