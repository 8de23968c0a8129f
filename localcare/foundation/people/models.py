"""The register: people, the practices they are registered with, and who cares for whom."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.utils.functional import cached_property

from localcare.foundation.places.models import Organisation
from localcare.kernel.work.models import AskedWork

if TYPE_CHECKING:
    from localcare.foundation.people.presenters import PersonBanner


class Person(models.Model):
    """One person. `reference` is the key shown in addresses, so that no NHS number stands in a log."""

    class Sex(models.TextChoices):
        """Administrative gender, as in FHIR."""

        FEMALE = "female", "Female"
        MALE = "male", "Male"
        OTHER = "other", "Other"
        UNKNOWN = "unknown", "Not known"

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    nhs_number = models.CharField(max_length=10, null=True, blank=True, unique=True)
    nhs_number_status = models.CharField(max_length=2, blank=True)
    family_name = models.CharField(max_length=100, blank=True)
    given_name = models.CharField(max_length=100, blank=True)
    title = models.CharField(max_length=35, blank=True)
    preferred_name = models.CharField(max_length=100, blank=True)
    birth_date = models.DateField()
    death_date = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=8, choices=Sex.choices, default=Sex.UNKNOWN)
    ethnic_category = models.CharField(max_length=2, blank=True)
    address_line = models.CharField(max_length=200, blank=True)
    town = models.CharField(max_length=100, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    lsoa_code = models.CharField(max_length=9, blank=True)
    imd_decile = models.PositiveSmallIntegerField(null=True, blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    household = models.CharField(max_length=64, blank=True)
    national_data_opt_out = models.BooleanField(default=False)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )
    # Both are kept by the database itself, so that rows that arrive by COPY are found as well.
    name_words = models.GeneratedField(
        expression=Func(F("family_name"), F("given_name"), F("preferred_name"), function="people_name_words"),
        output_field=ArrayField(models.TextField()),
        db_persist=True,
    )
    postcode_key = models.GeneratedField(
        expression=Func(F("postcode"), function="people_postcode_key"),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    # Every practice the person was ever registered with: narrows a search to a scope before registrations are read.
    practice_ids = ArrayField(models.BigIntegerField(), null=True, editable=False)

    class Meta:
        """Found by any word of the name and practice, by birth date and by postcode."""

        indexes = (
            GinIndex(
                fields=("name_words", "practice_ids"), name="people_by_name_and_practice", fastupdate=False
            ),
            models.Index(fields=("postcode_key", "id"), name="people_by_postcode"),
            models.Index(fields=("birth_date", "id"), name="people_by_birth_date"),
        )

    def __str__(self) -> str:
        return f"person {self.reference}"

    @cached_property
    def banner(self) -> PersonBanner:
        """What the banner on each page of this person says today."""
        from localcare.foundation.people.presenters import banner_of

        return banner_of(self)


class NameWord(models.Model):
    """Every word that occurs in a name, once; the database adds them as people arrive.

    Spelling tolerance works on these few words, never on the names of all people.
    """

    word = models.TextField(primary_key=True)
    sound = models.TextField()
    other_sound = models.TextField()

    class Meta:
        """Found by beginning, by sound and by similarity."""

        indexes = (
            models.Index(fields=("sound",), name="people_word_by_sound"),
            models.Index(fields=("other_sound",), name="people_word_by_other_sound"),
            GinIndex(fields=("word",), opclasses=("gin_trgm_ops",), name="people_word_similar"),
        )

    def __str__(self) -> str:
        return self.word


class PersonChange(models.Model):
    """What an amendment replaced, so that no former name or address is lost."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="changes")
    changed_at = models.DateTimeField(auto_now_add=True)
    changed_by = models.CharField(max_length=200)
    reason = models.CharField(max_length=200)
    before = models.JSONField()
    after = models.JSONField()

    class Meta:
        """Newest first."""

        ordering = ("-changed_at", "-id")

    def __str__(self) -> str:
        return f"change of {self.person_id}"


class LocalIdentifier(models.Model):
    """What one sending system calls the person."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="local_identifiers")
    system = models.CharField(max_length=200)
    value = models.CharField(max_length=200)

    class Meta:
        """One system's value names one person."""

        constraints = (
            models.UniqueConstraint(fields=("system", "value"), name="people_local_identifier_once"),
        )

    def __str__(self) -> str:
        return f"{self.system}|{self.value}"


class Registration(models.Model):
    """A person's registration with a practice, for a time."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="registrations")
    practice = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="registrations")
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        """Found by practice, current first; one start at one practice is one registration."""

        constraints = (
            models.UniqueConstraint(
                fields=("person", "practice", "started_on"), name="people_registration_once"
            ),
        )
        indexes = (models.Index(fields=("practice", "ended_on")),)

    def __str__(self) -> str:
        return f"{self.person_id} at {self.practice_id}"

    def covers(self, day: date) -> bool:
        """Whether it holds on the day, as `queries.registered_on` asks the database."""
        return self.started_on <= day and (self.ended_on is None or self.ended_on > day)


class CommunicationNeed(models.Model):
    """How the person needs to be communicated with (Accessible Information Standard)."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="communication_needs")
    kind = models.SlugField(max_length=48, blank=True)
    need = models.CharField(max_length=200)
    recorded_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.need


class Relationship(models.Model):
    """Who the related person is to the person: unpaid carer, spouse, next of kin …"""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="relationships")
    related_person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.CASCADE, related_name="related_to"
    )
    name = models.CharField(max_length=200, blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    kind = models.SlugField(max_length=32)
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        """The same relationship between the same two people is kept once."""

        constraints = (
            models.UniqueConstraint(
                fields=("person", "related_person", "kind"), name="people_relationship_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.person_id}"


class PossibleDuplicate(models.Model):
    """Two people who may be one, why, and what a person decided about it."""

    class Decision(models.TextChoices):
        """Open until somebody decides."""

        OPEN = "", "To decide"
        NOT_SURE = "not-sure", "Not sure yet"
        NOT_SAME = "not-same", "Not the same person"
        MERGED = "merged", "Merged"

    first = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    reasons = models.JSONField(default=list)
    score = models.PositiveSmallIntegerField()
    # What the search by likeness found, beside what the rules found; without a band it did not propose the pair.
    band = models.CharField(max_length=12, blank=True, db_default="")
    bits = models.FloatField(null=True, blank=True)
    rivals = models.PositiveSmallIntegerField(default=0, db_default=0)
    evidence = models.JSONField(default=dict, blank=True, db_default={})  # comparison -> [level, bits]
    found_at = models.DateTimeField(auto_now_add=True)
    decision = models.CharField(max_length=8, choices=Decision.choices, default=Decision.OPEN, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        """A pair stands once, the lower key first; the likeliest first."""

        constraints = (
            models.UniqueConstraint(fields=("first", "second"), name="people_duplicate_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="people_duplicate_in_order"),
        )
        indexes = (models.Index(fields=("decision", "-score", "id"), name="people_duplicates_to_decide"),)

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}"


class LikenessSearch(AskedWork):
    """One search of the register by likeness: how far it is, what it came to, and how its weights were learnt."""

    class Status(models.TextChoices):
        """How far it came."""

        WAITING = "waiting", "Waiting for a worker"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        STOPPED = "stopped", "Stopped"

    status = models.CharField(max_length=16, choices=Status.choices, default=Status.WAITING)
    asked_by = models.CharField(max_length=200)
    people = models.PositiveIntegerField(default=0)
    without_number = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    gone = models.PositiveIntegerField(default=0)
    held_back = models.PositiveIntegerField(default=0)
    definition = models.CharField(max_length=40, blank=True)
    weights = models.JSONField(default=list)  # how they were learnt, in sentences

    class Meta:
        """The latest first."""

        ordering = ("-asked_at", "-id")

    def __str__(self) -> str:
        return f"search {self.pk}"


class Merge(models.Model):
    """One person's record taken into another's, with everything needed to undo it exactly."""

    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merges")
    removed = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merged_by")
    reason = models.CharField(max_length=200)
    merged_at = models.DateTimeField(auto_now_add=True)
    merged_by = models.CharField(max_length=200)
    moved = models.JSONField(default=dict)  # "app.model.field" -> primary keys re-pointed
    kept_before = models.JSONField(default=dict)
    removed_before = models.JSONField(default=dict)
    changed_rows = models.JSONField(default=dict)  # registration -> its end before and after
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=200, blank=True)
    undone_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        """Newest first; nobody is merged away twice at a time."""

        ordering = ("-merged_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("removed",), condition=Q(undone_at=None), name="people_merged_away_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.removed_id} into {self.kept_id}"
