"""The record: coded facts, stays, attendances, contacts, packages, documents, consent, each with its source."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from localcare.foundation.people.models import Person


class Source(models.Model):
    """A sending system; with the source's own key, it makes every row known exactly once."""

    code = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.name


class Sourced(models.Model):
    """A row of the record: about one person, from one source under the source's own key.

    `load_key` is the load that last wrote the row, so that it can be followed back to its file. The database does not
    check `person` and `source` row by row, which would take a third of a load's time and memory for every row: loaders
    join their rows to people that exist, a trigger keeps people with a record from being deleted, sources are kept.
    """

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    source_key = models.CharField(
        max_length=120, db_collation="C"
    )  # compared byte by byte: a fifth of a load's time
    load_key = models.BigIntegerField(null=True, blank=True)

    class Meta:
        """Fields for other models only."""

        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.label_lower} {self.pk}"


def _once(table: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(fields=("source", "source_key"), name=f"record_{table}_once")


class Fact(Sourced):
    """A coded fact: problem, observation, medicine, allergy, procedure, immunisation."""

    kind = models.CharField(max_length=16)
    system = models.CharField(max_length=200)
    code = models.CharField(max_length=100)
    text = models.TextField(blank=True)
    value = models.FloatField(null=True, blank=True)
    value_text = models.TextField(blank=True)
    unit = models.CharField(max_length=40, blank=True)
    occurred_on = models.DateField()
    occurred_at = models.DateTimeField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    recorded_on = models.DateField(null=True, blank=True)
    recorded_by = models.CharField(max_length=150, blank=True)

    class Meta:
        """Read by person, newest first."""

        constraints = (_once("fact"),)
        indexes = (models.Index(fields=("person", "-occurred_on"), name="record_fact_by_person"),)


class Stay(Sourced):
    """A hospital stay from admission to discharge."""

    provider_code = models.CharField(max_length=16, blank=True)
    site_code = models.CharField(max_length=16, blank=True)
    admission_type = models.CharField(max_length=16)
    bed_type = models.CharField(max_length=16, blank=True)
    specialty_code = models.CharField(max_length=8, blank=True)
    admitted_on = models.DateField()
    discharged_on = models.DateField(null=True, blank=True)
    admitted_at = models.DateTimeField(null=True, blank=True)
    discharged_at = models.DateTimeField(null=True, blank=True)
    discharge_destination = models.CharField(max_length=100, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        """Read by person, newest first."""

        constraints = (_once("stay"),)
        indexes = (
            models.Index(fields=("person", "-admitted_on"), name="record_stay_by_person"),
            models.Index(  # who is in hospital now: a few thousand of millions of stays
                fields=("admitted_on",), condition=models.Q(discharged_on=None), name="record_stays_now"
            ),
        )


class StayCode(Sourced):
    """A diagnosis or procedure of a stay, in its position."""

    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=100)
    text = models.TextField(blank=True)
    occurred_on = models.DateField()

    class Meta:
        """Fields for diagnoses and procedures."""

        abstract = True


class Diagnosis(StayCode):
    """A diagnosis of a stay, as recorded (ICD-10)."""

    stay = models.ForeignKey(Stay, on_delete=models.CASCADE, related_name="diagnoses")

    class Meta:
        """Read by person."""

        constraints = (_once("diagnosis"),)
        indexes = (models.Index(fields=("person",), name="record_diagnosis_by_person"),)


class Procedure(StayCode):
    """A procedure of a stay, as recorded (OPCS-4)."""

    stay = models.ForeignKey(Stay, on_delete=models.CASCADE, related_name="procedures")

    class Meta:
        """Read by person."""

        constraints = (_once("procedure"),)
        indexes = (models.Index(fields=("person",), name="record_procedure_by_person"),)


class Attendance(Sourced):
    """An urgent or emergency care attendance."""

    provider_code = models.CharField(max_length=16, blank=True)
    site_code = models.CharField(max_length=16, blank=True)
    department_type = models.CharField(max_length=2, blank=True)
    arrived_on = models.DateField()
    arrived_at = models.DateTimeField(null=True, blank=True)
    departed_at = models.DateTimeField(null=True, blank=True)
    arrival_mode = models.CharField(max_length=16, blank=True)
    outcome = models.CharField(max_length=32, blank=True)
    diagnosis_code = models.CharField(max_length=100, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        """Read by person, newest first."""

        constraints = (_once("attendance"),)
        indexes = (models.Index(fields=("person", "-arrived_on"), name="record_attendance_by_person"),)


class Contact(Sourced):
    """A contact with general practice, community, mental-health, social-care or voluntary services."""

    setting = models.CharField(max_length=24)
    provider_code = models.CharField(max_length=16, blank=True)
    occurred_on = models.DateField()
    occurred_at = models.DateTimeField(null=True, blank=True)
    mode = models.CharField(max_length=16, blank=True)
    professional_role = models.CharField(max_length=100, blank=True)
    reason = models.TextField(blank=True)
    attended = models.BooleanField(null=True, blank=True)

    class Meta:
        """Read by person, newest first."""

        constraints = (_once("contact"),)
        indexes = (models.Index(fields=("person", "-occurred_on"), name="record_contact_by_person"),)


class Package(Sourced):
    """A package of health or social care."""

    package_type = models.CharField(max_length=32)
    provider_code = models.CharField(max_length=16, blank=True)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    hours_per_week = models.FloatField(null=True, blank=True)

    class Meta:
        """Read by person, newest first."""

        constraints = (_once("package"),)
        indexes = (models.Index(fields=("person", "-started_on"), name="record_package_by_person"),)


class Document(Sourced):
    """A document about the person: what it is, when, and where it is kept."""

    title = models.CharField(max_length=300)
    document_type = models.CharField(max_length=100, blank=True)
    occurred_on = models.DateField()
    media_type = models.CharField(max_length=100, blank=True)
    content = models.BinaryField(null=True, blank=True)
    location = models.CharField(max_length=500, blank=True)

    class Meta:
        """Read by person, newest first."""

        constraints = (_once("document"),)
        indexes = (models.Index(fields=("person", "-occurred_on"), name="record_document_by_person"),)


class Consent(Sourced):
    """A consent, a refusal or an opt-out: what it covers, from when until when."""

    class Kind(models.TextChoices):
        """What was decided."""

        NATIONAL_DATA_OPT_OUT = "national-data-opt-out", "National data opt-out"
        SHARING_CONSENT = "sharing-consent", "Agreed to share for care"
        SHARING_DISSENT = "sharing-dissent", "Does not agree to share for care"

    kind = models.CharField(max_length=32, choices=Kind.choices)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        """Read by person."""

        constraints = (_once("consent"),)
        indexes = (models.Index(fields=("person",), name="record_consent_by_person"),)


class DeletedRow(models.Model):
    """The key of a row that was deleted, noted by the database itself, so that the next export leaves it out as well."""

    table_name = models.CharField(max_length=64)
    row_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.table_name} {self.row_id}"


class RememberedExport(models.Model):
    """An export that may be gone on from: rows deleted since its `horizon`, a transaction's number, stay noted for it."""

    name = models.CharField(max_length=32, unique=True)
    horizon = models.BigIntegerField()
    finished_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name
