"""The register: people, the practices they are registered with, and who cares for whom."""

from __future__ import annotations

import uuid

from django.db import models

from localcare.foundation.places.models import Organisation


class Person(models.Model):
    """One person. `reference` is the key shown in addresses, so that no NHS number stands in a log."""

    class Sex(models.TextChoices):
        """Administrative gender, as in FHIR."""

        FEMALE = "female", "Female"
        MALE = "male", "Male"
        OTHER = "other", "Other"
        UNKNOWN = "unknown", "Not known"

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    nhs_number = models.CharField(max_length=10, null=True, blank=True, unique=True)  # noqa: DJ001 - unique
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
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    search_text = models.TextField(blank=True, editable=False)

    def __str__(self) -> str:
        return f"person {self.reference}"


class LocalIdentifier(models.Model):
    """What one sending system calls the person."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="local_identifiers")
    system = models.CharField(max_length=200)
    value = models.CharField(max_length=200)

    class Meta:
        """One system's value names one person."""

        constraints = (models.UniqueConstraint(fields=("system", "value"), name="people_local_identifier_once"),)

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
            models.UniqueConstraint(fields=("person", "practice", "started_on"), name="people_registration_once"),
        )
        indexes = (models.Index(fields=("practice", "ended_on")),)

    def __str__(self) -> str:
        return f"{self.person_id} at {self.practice_id}"


class CommunicationNeed(models.Model):
    """How the person needs to be communicated with (Accessible Information Standard)."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="communication_needs")
    need = models.CharField(max_length=200)
    recorded_on = models.DateField()

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
