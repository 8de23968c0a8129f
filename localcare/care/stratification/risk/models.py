"""Risk models with their files and what was decided about them, everyone's risk, and how each run scored and drifted."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from localcare.foundation.people.models import Person
from localcare.kernel.work.models import AskedWork


class RiskModel(AskedWork):
    """One training: what was asked for, how far it came, what it found, and where the model stands.

    Holds coefficients or trees and figures about groups; no row of it is about a person.
    """

    class Status(models.TextChoices):
        """Where a model stands."""

        WAITING = "waiting", "Waits for a worker"
        TRAINING = "training", "Training"
        EVALUATED = "evaluated", "Evaluated, not published"
        REFUSED = "refused", "Refused"
        PUBLISHED = "published", "Published"
        REPLACED = "replaced", "Replaced by a newer model"
        WITHDRAWN = "withdrawn", "Withdrawn"
        FAILED = "failed", "Failed"
        STOPPED = "stopped", "Stopped"

    WORKING = Status.TRAINING
    UNDER_WAY = (Status.WAITING, Status.TRAINING)
    WITHOUT_RESULT = (Status.FAILED, Status.STOPPED)

    outcome = models.SlugField(max_length=64, db_index=False)
    outcome_title = models.CharField(max_length=200)
    method = models.CharField(max_length=16)
    as_of = models.DateField()
    seed = models.PositiveBigIntegerField()
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.WAITING)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # empty when a job asked
    asked_by_name = models.CharField(max_length=200)
    seconds = models.FloatField(null=True, blank=True)
    data_version = models.CharField(max_length=64, blank=True)
    definitions_version = models.CharField(max_length=64, blank=True)
    version = models.CharField(max_length=80, blank=True)  # digest of the model's content
    files_digest = models.CharField(max_length=64, blank=True)  # of all its files, as they were kept
    figures = models.JSONField(default=dict)  # the few that a list of models shows
    card = models.JSONField(default=dict)  # every figure of the evaluation
    may_be_published = models.BooleanField(default=False)  # what the evaluation says
    reasons = models.JSONField(default=list)  # why not, in words

    class Meta:
        """Newest first; one published model for an outcome."""

        constraints = (
            models.UniqueConstraint(
                fields=("outcome",),
                condition=Q(status="published"),
                name="stratification_one_published_model",
            ),
        )
        indexes = (models.Index(fields=("-asked_at",), name="stratification_model_latest"),)

    def __str__(self) -> str:
        return f"{self.outcome_title} ({self.method}) as of {self.as_of}"

    @property
    def is_evaluated(self) -> bool:
        """Whether there is a card to read."""
        return self.is_over and self.status not in self.WITHOUT_RESULT


class RiskModelFile(models.Model):
    """One text file of a trained model, whole and never changed: the model, its card, its plots."""

    model = models.ForeignKey(RiskModel, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=200)  # its path within the model's folder
    text = models.TextField()
    digest = models.CharField(max_length=64)  # SHA-256 of the text

    class Meta:
        """A name once in each model."""

        constraints = (
            models.UniqueConstraint(fields=("model", "name"), name="stratification_model_file_once"),
        )

    def __str__(self) -> str:
        return self.name


class RiskModelDecision(models.Model):
    """Somebody published or withdrew a model, and why; never changed, undone only by a later one."""

    class Kind(models.TextChoices):
        """What was decided."""

        PUBLISHED = "published", "Published"
        REPLACED = "replaced", "Replaced by a newer model"
        WITHDRAWN = "withdrawn", "Withdrawn"

    model = models.ForeignKey(RiskModel, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_by_name = models.CharField(max_length=200)
    decided_at = models.DateTimeField()
    why = models.CharField(max_length=1000)

    class Meta:
        """In the order in which they were taken."""

        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.kind} by {self.decided_by_name}"


class PersonRisk(models.Model):
    """A person's risk by a model, from one run until another; the row without an end is of the run in force.

    Derived and rebuilt nightly, so the database does not check the person row by row.
    """

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    outcome = models.CharField(max_length=64)
    model = models.ForeignKey(
        RiskModel, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    from_run = models.ForeignKey(
        "stratification.Run", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    to_run = models.ForeignKey(
        "stratification.Run",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    per_mille = models.PositiveSmallIntegerField()
    factors = models.JSONField(default=list)  # those that moved it most, strongest first
    not_known = models.JSONField(default=list)  # what the model does not know, in words

    class Meta:
        """One row in force for each person and outcome; history by person."""

        constraints = (
            models.UniqueConstraint(
                fields=("person", "outcome"),
                condition=Q(to_run__isnull=True),
                name="stratification_risk_in_force",
            ),
            models.CheckConstraint(condition=Q(per_mille__lte=1000), name="stratification_risk_per_mille"),
        )
        indexes = (models.Index(fields=("person", "from_run"), name="stratification_risk_history"),)

    def __str__(self) -> str:
        return f"{self.outcome} of person {self.person_id}"


class RiskScoring(models.Model):
    """How a run fared with a published model: whether it scored, and how inputs and calibration had drifted."""

    run = models.ForeignKey("stratification.Run", on_delete=models.CASCADE, related_name="risk_scorings")
    model = models.ForeignKey(RiskModel, on_delete=models.PROTECT, related_name="scorings")
    people = models.PositiveIntegerField(default=0)
    fault = models.TextField(blank=True)  # why nobody was scored; empty when everyone was
    drift = models.JSONField(default=dict)
    warnings = models.JSONField(default=list)  # in words
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """One for each run and model."""

        constraints = (models.UniqueConstraint(fields=("run", "model"), name="stratification_scoring_once"),)

    def __str__(self) -> str:
        return f"{self.model_id} in run {self.run_id}"
