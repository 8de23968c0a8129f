"""The columns that every kind of work has: where it stands, how far it came, how often it was begun, why it failed."""

from __future__ import annotations

from uuid import uuid4

from django.db import models, transaction


class Work(models.Model):
    """Something that takes longer than a page: begun as often as it takes, told of, and ended once.

    A subclass gives `status` its choices; where it calls one of these four otherwise, it says so.
    """

    WAITING, WORKING, FAILED, STOPPED = "waiting", "running", "failed", "stopped"

    status = models.CharField(max_length=16)
    started_at = models.DateTimeField(null=True, blank=True)  # the first time
    finished_at = models.DateTimeField(null=True, blank=True)
    stage = models.CharField(max_length=200, blank=True)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True)  # why it ended so
    stop_asked_at = models.DateTimeField(null=True, blank=True)
    stop_asked_by = models.CharField(max_length=200, blank=True)

    class Meta:
        """The columns only."""

        abstract = True

    @property
    def is_over(self) -> bool:
        """Whether nothing more will be done, whatever came of it."""
        return self.status not in (self.WAITING, self.WORKING)

    @property
    def share(self) -> int:
        """How much of it is done, in percent; 0 while nobody knows how much there is."""
        return 100 * self.done // self.total if self.total else 0

    @property
    def was_stopped(self) -> bool:
        """Whether it ended because somebody asked for that."""
        return self.status == self.STOPPED

    @property
    def is_stopping(self) -> bool:
        """Whether it was asked to stop and has not come to its next step."""
        return self.stop_asked_at is not None and not self.is_over

    def is_to_stop(self) -> bool:
        """Whether somebody asked for its end, as the database says now; nobody asks until the transaction ends."""
        with transaction.atomic():
            rows = type(self)._base_manager.select_for_update()
            self.refresh_from_db(fields=["stop_asked_at", "stop_asked_by"], from_queryset=rows)
        return self.stop_asked_at is not None


class AskedWork(Work):
    """Work that waits for a worker from when somebody asked for it."""

    reference = models.UUIDField(default=uuid4, unique=True, editable=False)
    asked_at = models.DateTimeField()

    class Meta:
        """The columns only."""

        abstract = True
