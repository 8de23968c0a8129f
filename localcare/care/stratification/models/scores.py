"""What runs found about each person."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from localcare.care.stratification.models.runs import Run
from localcare.foundation.people.models import Person


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
