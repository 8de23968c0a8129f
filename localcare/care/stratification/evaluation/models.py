"""The answers that are kept: one for each question asked of a list."""

from __future__ import annotations

from django.db import models

from localcare.kernel.work.models import AskedWork


class ListEvaluation(AskedWork):
    """A question asked of a published list: how far its answer came, and the latest answer.

    The answer holds counts by practice and figures about groups; no row of it is about a person.
    """

    class Status(models.TextChoices):
        """Where an answer stands."""

        WAITING = "waiting", "Waits for a worker"
        RUNNING = "running", "Being worked out"
        DONE = "done", "Worked out"
        FAILED = "failed", "Failed"
        STOPPED = "stopped", "Stopped"

    run = models.ForeignKey("stratification.Run", on_delete=models.CASCADE, related_name="+", db_index=False)
    days = models.PositiveSmallIntegerField()
    who = models.CharField(max_length=80, blank=True)
    threshold = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.WAITING)
    asked_by_name = models.CharField(max_length=200)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.JSONField(default=dict)  # see keeping.py; stays while it is worked out anew

    class Meta:
        """One for each question."""

        constraints = (
            models.UniqueConstraint(
                fields=("run", "days", "who", "threshold"), name="stratification_evaluation_once"
            ),
        )

    def __str__(self) -> str:
        return f"evaluation of run {self.run_id} over {self.days} days"
