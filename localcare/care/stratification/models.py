"""Runs, what they found about each person, the list in force, its history, and what reviewers decided."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from localcare.care.stratification.risk.models import (
    PersonRisk,
    RiskModel,
    RiskModelDecision,
    RiskModelFile,
    RiskScoring,
)
from localcare.foundation.people.models import Person

__all__ = [
    "Decision",
    "ListEntry",
    "ListEvent",
    "PersonRisk",
    "PersonScore",
    "RiskModel",
    "RiskModelDecision",
    "RiskModelFile",
    "RiskScoring",
    "Run",
    "RunCount",
    "SavedView",
]

REFUSED = "DataRefused"  # how the message of a run begins whose data were refused


class Run(models.Model):
    """One stratification: of which day, with which definitions and data, how far it came."""

    class Status(models.TextChoices):
        """Where a run stands."""

        RUNNING = "running", "Running"
        PUBLISHED = "published", "Published"
        FAILED = "failed", "Failed"
        UNCHANGED = "unchanged", "Nothing had changed"

    as_of = models.DateField()
    definitions_version = models.CharField(max_length=40)
    data_version = models.CharField(max_length=64, blank=True)
    risk_version = models.CharField(max_length=64, blank=True)  # digest of the risk models that scored
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.RUNNING)
    requested_by = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    stage = models.CharField(max_length=100, blank=True)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    message = models.TextField(blank=True)
    attempts = models.PositiveIntegerField(default=1)
    people = models.PositiveIntegerField(default=0)
    listed = models.PositiveIntegerField(default=0)
    joined = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)

    class Meta:
        """Newest first."""

        indexes = (models.Index(fields=("status", "-id"), name="stratification_run_latest"),)

    def __str__(self) -> str:
        return f"run {self.pk} of {self.as_of}"

    @property
    def was_refused(self) -> bool:
        """Whether it ended because its data were not good enough."""
        return self.status == self.Status.FAILED and self.message.startswith(REFUSED)

    @property
    def state(self) -> str:
        """Where it stands, in words."""
        return "Refused" if self.was_refused else self.get_status_display()


class PersonScore(models.Model):
    """What runs found about a person, from one run until another; the row without an end is in force.

    Derived and rebuilt nightly, so the database does not check the person row by row.
    """

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    from_run = models.ForeignKey(
        Run, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    to_run = models.ForeignKey(
        Run,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    practice_code = models.CharField(max_length=16)
    age = models.PositiveSmallIntegerField()
    imd_decile = models.PositiveSmallIntegerField(null=True, blank=True)
    hfrs_tenths = models.PositiveIntegerField()
    hfrs_band = models.CharField(max_length=16)
    hfrs_mask_low = models.BigIntegerField()
    hfrs_mask_high = models.BigIntegerField()
    charlson_1987 = models.PositiveSmallIntegerField()
    charlson_quan_2011 = models.PositiveSmallIntegerField()
    charlson_mask = models.BigIntegerField()
    efi_deficits = models.PositiveSmallIntegerField()
    efi_category = models.CharField(max_length=16)
    efi_mask = models.BigIntegerField()
    cambridge_hundredths = models.PositiveIntegerField()
    cambridge_mask = models.BigIntegerField()
    acsc_admissions_12m = models.PositiveIntegerField()
    emergency_admissions_12m = models.PositiveIntegerField()
    attendances_12m = models.PositiveIntegerField()
    contacts_general_practice_12m = models.PositiveIntegerField()
    contacts_community_12m = models.PositiveIntegerField()
    contacts_mental_health_12m = models.PositiveIntegerField()
    contacts_social_care_12m = models.PositiveIntegerField()
    contacts_voluntary_12m = models.PositiveIntegerField()
    contacts_out_patient_12m = models.PositiveIntegerField()
    medicines_12m = models.PositiveIntegerField()
    bed_days_12m = models.PositiveIntegerField()
    longest_stay_days_12m = models.PositiveIntegerField()
    in_hospital = models.BooleanField()
    last_contact_on = models.DateField(null=True, blank=True)
    conditions = models.PositiveSmallIntegerField()
    in_acute_bed = models.BooleanField()
    in_specialist_bed = models.BooleanField()
    in_care_home = models.BooleanField()
    has_home_care = models.BooleanField()
    maternity_stays_12m = models.PositiveIntegerField()
    frailty_coded = models.CharField(max_length=16, null=True, blank=True)  # noqa: DJ001 - null is "not coded"
    plan_recorded_on = models.DateField(null=True, blank=True)
    last_emergency_discharge_on = models.DateField(null=True, blank=True)
    registered_on = models.DateField(null=True, blank=True)
    last_general_practice_on = models.DateField(null=True, blank=True)
    last_community_on = models.DateField(null=True, blank=True)
    last_mental_health_on = models.DateField(null=True, blank=True)
    last_social_care_on = models.DateField(null=True, blank=True)
    last_voluntary_on = models.DateField(null=True, blank=True)
    last_out_patient_on = models.DateField(null=True, blank=True)
    segment = models.CharField(max_length=40)
    segment_flags = models.PositiveIntegerField()
    tier = models.PositiveSmallIntegerField()
    cohorts = models.BigIntegerField()
    priority = models.PositiveIntegerField()
    on_list = models.BooleanField()

    class Meta:
        """One row in force per person; history by person."""

        constraints = (
            models.UniqueConstraint(
                fields=("person",), condition=Q(to_run__isnull=True), name="stratification_score_in_force"
            ),
        )
        indexes = (models.Index(fields=("person", "from_run"), name="stratification_score_history"),)

    def __str__(self) -> str:
        return f"scores of person {self.person_id} from run {self.from_run_id}"


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
