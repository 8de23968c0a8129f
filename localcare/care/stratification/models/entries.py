"""The list in force and its history, what reviewers decided, and the views of it that they keep."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from localcare.care.stratification.models.runs import Run
from localcare.foundation.people.models import Person


class Decision(models.Model):
    """What a reviewer decided about a person; never changed, undone only by a later decision."""

    class Kind(models.TextChoices):
        """The choices of a reviewer."""

        MDT = "mdt", "Take to the MDT meeting"
        NOT_NOW = "not-now", "Not now"
        KNOWN = "known", "Already known to a team"
        REOPEN = "reopen", "Put back on the list to review"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    reason = models.SlugField(max_length=40, blank=True, db_index=False)
    team = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=500, blank=True)
    look_again_on = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    decided_on = models.DateField()
    practice_code = models.CharField(max_length=16)
    seen = models.JSONField(default=dict)

    class Meta:
        """The latest of a person; referrals of a week by practice."""

        indexes = (
            models.Index(fields=("person", "-id"), name="stratification_decision_latest"),
            models.Index(fields=("kind", "decided_on"), name="stratification_decision_week"),
        )

    def __str__(self) -> str:
        return f"{self.kind} on {self.decided_on}"


class ListEntry(models.Model):
    """One person on the list in force, narrow so that pages stay quick; rebuilt by each run."""

    person = models.OneToOneField(
        Person, primary_key=True, on_delete=models.CASCADE, related_name="list_entry", db_constraint=False
    )
    practice_code = models.CharField(max_length=16)
    rank = models.PositiveIntegerField()
    priority = models.PositiveIntegerField()
    tier = models.PositiveSmallIntegerField()
    segment = models.CharField(max_length=40)
    cohorts = models.BigIntegerField()
    efi_category = models.CharField(max_length=16)
    age = models.PositiveSmallIntegerField()
    emergency_admissions_12m = models.PositiveIntegerField()
    risk_per_mille = models.PositiveSmallIntegerField(null=True, blank=True)  # of the outcome listed by
    last_contact_on = models.DateField(null=True, blank=True)
    plan_recorded_on = models.DateField(null=True, blank=True)
    joined_on = models.DateField()
    is_new = models.BooleanField()
    changes = models.JSONField(default=dict)
    decision = models.ForeignKey(Decision, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decision_kind = models.CharField(max_length=16, blank=True)
    hidden_until = models.DateField(null=True, blank=True)
    came_back_because = models.CharField(max_length=200, blank=True)

    class Meta:
        """Read by practice in order, or by many practices in order of priority."""

        indexes = (
            models.Index(
                fields=("practice_code", "-priority", "person"), name="stratification_list_practice"
            ),
            models.Index(F("priority").desc(), F("person"), name="stratification_list_priority"),
            models.Index(
                F("risk_per_mille").desc(nulls_last=True), F("person"), name="stratification_list_risk"
            ),
        )

    def __str__(self) -> str:
        return f"{self.practice_code} {self.rank}"


class ListEvent(models.Model):
    """Something that happened to a person's place on the list: joined, left, or changed tier."""

    class Kind(models.TextChoices):
        """What happened."""

        JOINED = "joined", "Joined the list"
        LEFT = "left", "Left the list"
        TIER = "tier", "Changed tier"

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    happened_on = models.DateField()
    practice_code = models.CharField(max_length=16)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    before = models.CharField(max_length=40, blank=True)
    after = models.CharField(max_length=40, blank=True)

    class Meta:
        """Read by person, newest first."""

        indexes = (models.Index(fields=("person", "-id"), name="stratification_event_person"),)

    def __str__(self) -> str:
        return f"{self.kind} on {self.happened_on}"


class SavedView(models.Model):
    """Filters and order of the list that a user keeps under a name."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="list_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500, blank=True)
    is_default = models.BooleanField(default=False)

    class Meta:
        """A name once per user, and one default."""

        constraints = (
            models.UniqueConstraint(fields=("user", "name"), name="stratification_view_name_once"),
            models.UniqueConstraint(
                fields=("user",), condition=Q(is_default=True), name="stratification_view_one_default"
            ),
        )

    def __str__(self) -> str:
        return self.name
