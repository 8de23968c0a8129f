"""Journeys, tasks and the append-only journal; and the views derived from it, which can be rebuilt.

Facts: PathwayVersion, Journey, Task, JournalEntry (never changed or deleted: the database refuses).
Derived: JourneyState, TaskState, ClockState, Timer (projection.py writes them, from the journal alone).
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from localcare.foundation.forms.models import FormResponse
from localcare.foundation.people.models import Person
from localcare.foundation.services.models import Service


class PathwayVersion(models.Model):
    """One pathway as it read when it was loaded, by its content; journeys finish on the version they began with."""

    pathway = models.SlugField(max_length=64)
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    content = models.JSONField()
    loaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Each content once, numbered from one."""

        constraints = (
            models.UniqueConstraint(fields=("pathway", "digest"), name="pathways_version_content_once"),
            models.UniqueConstraint(fields=("pathway", "number"), name="pathways_version_number_once"),
        )

    def __str__(self) -> str:
        return f"{self.pathway} version {self.number}"


class Journey(models.Model):
    """One person on one version of one pathway."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="journeys")
    version = models.ForeignKey(PathwayVersion, on_delete=models.PROTECT, related_name="journeys")
    opened_from = models.ForeignKey(
        "Task", null=True, blank=True, on_delete=models.PROTECT, related_name="opened_journeys"
    )
    opened_by_service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.PROTECT, related_name="opened_journeys"
    )
    priority = models.CharField(max_length=32, blank=True)
    key = models.CharField(
        max_length=200, null=True, blank=True, unique=True
    )  # the same request twice is one journey

    class Meta:
        """Found by person."""

        indexes = (models.Index(fields=("person",), name="pathways_journey_by_person"),)

    def __str__(self) -> str:
        return f"journey {self.reference}"


class Task(models.Model):
    """One step asked of a service, in one round of the journey."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="tasks")
    step = models.SlugField(max_length=64)
    key = models.CharField(
        max_length=200, unique=True
    )  # journey:step:round: made once however often it is derived

    def __str__(self) -> str:
        return f"task {self.step} {self.reference}"


class JournalEntry(models.Model):
    """One thing that happened: the only place where state, time and outcome are written down."""

    class Event(models.TextChoices):
        """What happened. The first group concerns the journey, the second a task."""

        OPENED = "opened", "Opened"
        ENDED = "ended", "Ended"
        TOLD = "told", "Told"  # a party was told of something, for example a death
        REQUESTED = "requested", "Requested"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        TAKEN = "taken", "Taken"  # a person of the team took it, or was given it
        STARTED = "started", "Started"
        PAUSED = "paused", "Paused"
        RESUMED = "resumed", "Resumed"
        MILESTONE = "milestone", "Milestone"
        BOOKED = "booked", "Booked"
        REVIEWED = "reviewed", "Reviewed"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Cancelled"
        TRANSFERRED = "transferred", "Transferred"
        REOPENED = "reopened", "Reopened"
        ESCALATED = "escalated", "Escalated"
        TIMER = "timer", "Timer fired"
        NOTED = "noted", "Noted"
        PRIORITISED = "prioritised", "Priority changed"
        EXTENDED = "extended", "Extended"
        UNDONE = "undone", "Undone"

    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="entries", db_index=False)
    task = models.ForeignKey(
        Task, null=True, on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    event = models.CharField(max_length=12, choices=Event.choices)
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12, blank=True)
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    actor_name = models.CharField(max_length=200)
    organisation = models.CharField(max_length=200, blank=True)
    service = models.ForeignKey(  # whose queue the task is in after this entry
        Service, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    code = models.CharField(max_length=64, blank=True)  # outcome, reason, milestone, timer or party, by event
    reason = models.TextField(blank=True)
    response = models.ForeignKey(
        FormResponse, null=True, on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    detail = models.JSONField(default=dict)
    undoes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="undone_by")
    key = models.CharField(
        max_length=200, null=True, blank=True, unique=True
    )  # the same act twice is one entry

    class Meta:
        """Read by journey, by task, and by service over time."""

        ordering = ("id",)
        indexes = (
            models.Index(fields=("journey", "id"), name="pathways_entry_by_journey"),
            models.Index(fields=("task", "id"), name="pathways_entry_by_task"),
            models.Index(fields=("service", "event", "effective_at"), name="pathways_entry_by_service"),
        )

    def __str__(self) -> str:
        return f"{self.event} of {self.journey_id}/{self.task_id}"


class JourneyState(models.Model):
    """Where a journey stands: derived."""

    journey = models.OneToOneField(Journey, primary_key=True, on_delete=models.PROTECT, related_name="state")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    pathway = models.SlugField(max_length=64, db_index=False)
    is_open = models.BooleanField()
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=64, blank=True)  # an end code of the definition
    waiting_steps = models.JSONField(default=list)  # steps that wait for other branches
    last_entry = models.BigIntegerField()

    class Meta:
        """Open journeys of a person, and of a pathway."""

        indexes = (
            models.Index(fields=("person", "is_open"), name="pathways_state_by_person"),
            models.Index(fields=("pathway", "is_open", "opened_at"), name="pathways_state_by_pathway"),
        )

    def __str__(self) -> str:
        return f"state of journey {self.journey_id}"


class TaskState(models.Model):
    """Where a task stands: derived."""

    class State(models.TextChoices):
        """Open until done, declined or cancelled."""

        REQUESTED = "requested", "Waiting for an answer"
        ACCEPTED = "accepted", "Accepted"
        STARTED = "started", "Started"
        PAUSED = "paused", "Paused"
        DONE = "done", "Done"
        DECLINED = "declined", "Declined"
        CANCELLED = "cancelled", "Cancelled"

    task = models.OneToOneField(Task, primary_key=True, on_delete=models.PROTECT, related_name="state")
    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="task_states")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    pathway = models.SlugField(max_length=64, db_index=False)
    step = models.SlugField(max_length=64, db_index=False)
    service = models.ForeignKey(  # whose queue it is in; None: nobody was found who does it
        Service, null=True, on_delete=models.PROTECT, related_name="task_states", db_index=False
    )
    asked_by = models.ForeignKey(  # the service that asked, which sees the answer and the end
        Service, null=True, on_delete=models.PROTECT, related_name="+"
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=12, choices=State.choices)
    is_open = models.BooleanField()
    priority = models.CharField(max_length=32, blank=True)
    requested_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    since = models.DateTimeField()  # in this state since
    paused_until = models.DateTimeField(null=True)
    milestone = models.CharField(max_length=64, blank=True)  # the last one passed
    outcome = models.CharField(max_length=64, blank=True)
    reason = models.TextField(blank=True)
    due_at = models.DateTimeField(null=True)  # the nearest running clock
    due_clock = models.CharField(max_length=64, blank=True)
    review_due_at = models.DateTimeField(null=True)
    lasts_until = models.DateTimeField(null=True)
    booked_for = models.DateTimeField(null=True)
    help_asked_of = models.SlugField(max_length=64, blank=True, db_index=False)
    is_dealt_with = models.BooleanField(default=False)  # refused, and another has been asked in its place
    last_entry = models.BigIntegerField()

    class Meta:
        """The queue of a service by what is due first; the tasks of a person."""

        indexes = (
            models.Index(
                fields=("service", "due_at", "task"),
                condition=Q(is_open=True),
                name="pathways_open_by_service",
            ),
            models.Index(fields=("person", "is_open"), name="pathways_tasks_by_person"),
            models.Index(fields=("service", "state", "since"), name="pathways_tasks_by_state"),
        )

    def __str__(self) -> str:
        return f"{self.step}: {self.state}"


class ClockState(models.Model):
    """One clock of one task: derived. Running while it has started and not stopped."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="clocks")
    service = models.ForeignKey(
        Service, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    code = models.CharField(max_length=64)
    standard = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)  # None while paused
    stopped_at = models.DateTimeField(null=True)
    paused_seconds = models.PositiveIntegerField(default=0)
    is_met = models.BooleanField(
        null=True
    )  # known when it stopped; a running clock past its due time is a breach
    is_void = models.BooleanField(default=False)  # its task was declined, cancelled or transferred away first

    class Meta:
        """Each clock once; running ones by when they are due."""

        constraints = (models.UniqueConstraint(fields=("task", "code"), name="pathways_clock_once"),)
        indexes = (
            models.Index(
                fields=("service", "due_at"),
                condition=Q(stopped_at=None, is_void=False),
                name="pathways_running_clocks",
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} of {self.task_id}"


class Timer(models.Model):
    """Something that will happen by itself unless something else happens first: derived, gone once it fired."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="timers")
    kind = models.CharField(max_length=16)  # acceptance, clock, review, end, resume
    code = models.CharField(max_length=64, blank=True)
    key = models.CharField(max_length=200, unique=True)
    fires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Notice(models.Model):
    """A line in a service's inbox: a party told of an end, a refusal, an escalation, or a change of a person."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="notices")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    journey = models.ForeignKey(Journey, null=True, on_delete=models.PROTECT, related_name="+")
    task = models.ForeignKey(Task, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(
        max_length=32
    )  # declined, ended, escalated, help, admission, discharge, death ...
    text = models.TextField()
    made_at = models.DateTimeField(default=timezone.now)
    key = models.CharField(max_length=200, unique=True)  # the same news twice is one line
    read_at = models.DateTimeField(null=True)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        """Unread first, by service."""

        indexes = (
            models.Index(fields=("service", "-made_at"), name="pathways_notice_by_service"),
            models.Index(fields=("service",), condition=Q(read_at=None), name="pathways_notice_unread"),
        )

    def __str__(self) -> str:
        return f"{self.kind} for {self.service_id}"


class Subscription(models.Model):
    """A team that wants to know when its people change."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="subscriptions")
    change = models.CharField(max_length=32)  # admission, discharge, attendance, death
    is_on = models.BooleanField(default=True)

    class Meta:
        """Each change once per team."""

        constraints = (
            models.UniqueConstraint(fields=("service", "change"), name="pathways_subscription_once"),
        )

    def __str__(self) -> str:
        return f"{self.service_id}: {self.change}"
