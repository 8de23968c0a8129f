"""Areas of a health economy, organisations, sites and populations, each valid for a time."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q


class DateRange(Func):
    """The days from the first until, not including, the end; open when there is no end."""

    function = "daterange"
    output_field = DateRangeField()


def _ends_after_start(table: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name=f"places_{table}_ends_after_start"
    )


def _one_at_a_time(table: str, *keys: str) -> ExclusionConstraint:
    """No two rows with the same keys hold on the same day."""
    return ExclusionConstraint(
        name=f"places_{table}_one_at_a_time",
        expressions=[
            *((key, RangeOperators.EQUAL) for key in keys),
            (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
        ],
    )


class Dated(models.Model):
    """Something that holds from a first day until, not including, an end day."""

    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        """Fields for other models only."""

        abstract = True


class Area(Dated):
    """One area: the health economy, a place, a locality or a cluster (primary care network).

    The areas it lay in say when it existed, for it may end and be taken up again; `valid_from` and `valid_to`
    are the outer days.
    """

    class Kind(models.TextChoices):
        """The levels of a health economy, widest first."""

        HEALTH_ECONOMY = "health-economy", "Health economy"
        PLACE = "place", "Place (accountable care partnership)"
        LOCALITY = "locality", "Locality"
        CLUSTER = "cluster", "Cluster (primary care network)"

    code = models.SlugField(max_length=64, unique=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    name = models.CharField(max_length=200)
    source = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    is_stand_in = models.BooleanField(default=False)

    class Meta:
        """An area exists for at least a day."""

        constraints = (_ends_after_start("area"),)

    def __str__(self) -> str:
        return self.name


class AreaName(Dated):
    """A name that an area had for a time, so that a rename does not rewrite the past."""

    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="names")
    name = models.CharField(max_length=200)

    class Meta:
        """One name at a time."""

        constraints = (_ends_after_start("name"), _one_at_a_time("name", "area"))

    def __str__(self) -> str:
        return self.name


class AreaMembership(Dated):
    """One area lay inside another for a time."""

    child = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="parents")
    parent = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="children")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        """In one area at a time, and never in itself."""

        constraints = (
            _ends_after_start("area_membership"),
            _one_at_a_time("area_membership", "child"),
            models.CheckConstraint(condition=~Q(child=F("parent")), name="places_area_not_in_itself"),
        )

    def __str__(self) -> str:
        return f"{self.child_id} in {self.parent_id}"


class Organisation(Dated):
    """An organisation: practice, trust, council, ambulance service, voluntary body, commissioner …"""

    class Status(models.TextChoices):
        """How far a code or a date can be relied on."""

        VERIFIED = "verified", "Verified"
        FROM_MEMORY = "from-memory", "From memory: check before use"
        LOCAL = "local", "A name of ours"

    code = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=40, blank=True)
    organisation_type = models.SlugField(max_length=48)
    is_synthetic = models.BooleanField(default=False)
    code_status = models.CharField(max_length=16, choices=Status.choices, default=Status.LOCAL)
    dates_status = models.CharField(max_length=16, choices=Status.choices, default=Status.FROM_MEMORY)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        """Practices are looked up by type."""

        constraints = (_ends_after_start("organisation"),)
        indexes = (models.Index(fields=("organisation_type",)),)

    def __str__(self) -> str:
        return self.name


class OrganisationArea(Dated):
    """An organisation serves an area for a time."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="serves")
    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="served_by")

    class Meta:
        """Said once for each day."""

        constraints = (
            _ends_after_start("organisation_area"),
            _one_at_a_time("organisation_area", "organisation", "area"),
        )

    def __str__(self) -> str:
        return f"{self.organisation_id} serves {self.area_id}"


class OrganisationSuccession(models.Model):
    """One organisation took over from another on a day."""

    predecessor = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="successions")
    successor = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="precessions")
    effective_on = models.DateField()
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        """The same succession is kept once."""

        constraints = (
            models.UniqueConstraint(fields=("predecessor", "successor"), name="places_succession_once"),
        )

    def __str__(self) -> str:
        return f"{self.successor_id} after {self.predecessor_id}"


class PracticeMembership(Dated):
    """A practice belonged to an area (normally a cluster) for a time."""

    practice = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="practices")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        """In one area at a time."""

        constraints = (
            _ends_after_start("practice_membership"),
            _one_at_a_time("practice_membership", "practice"),
        )

    def __str__(self) -> str:
        return f"{self.practice_id} in {self.area_id}"


class Site(Dated):
    """A building where care is given: hospital, hub, minor injuries unit, practice premises."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=200)
    site_type = models.SlugField(max_length=48)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.SET_NULL)
    area = models.ForeignKey(Area, null=True, blank=True, on_delete=models.SET_NULL)
    is_synthetic = models.BooleanField(default=False)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        """A site exists for at least a day."""

        constraints = (_ends_after_start("site"),)

    def __str__(self) -> str:
        return self.name


class PopulationFigure(models.Model):
    """A population that a paper gives for an area; contradicting figures stand side by side."""

    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="population_figures")
    people = models.PositiveIntegerField()
    is_weighted = models.BooleanField(default=False)
    is_sum = models.BooleanField(default=False)
    paper = models.CharField(max_length=16)
    line = models.CharField(max_length=16, blank=True)
    source = models.CharField(max_length=200)
    is_preferred = models.BooleanField(default=False)
    because = models.CharField(max_length=300, blank=True)

    class Meta:
        """A paper says one figure; one figure is used."""

        constraints = (
            models.UniqueConstraint(fields=("area", "paper", "is_weighted"), name="places_figure_once"),
            models.UniqueConstraint(
                fields=("area", "is_weighted"), condition=Q(is_preferred=True), name="places_one_figure_used"
            ),
        )

    def __str__(self) -> str:
        return f"{self.people} ({self.source})"


class PlaceOperation(models.Model):
    """One dated change of the places: who, why, from when, and what it did."""

    class Kind(models.TextChoices):
        """What was done."""

        MOVE_PRACTICE = "move-practice", "Practice moved"
        MERGE = "merge", "Areas merged"
        SPLIT = "split", "Area split"
        RENAME = "rename", "Area renamed"

    kind = models.CharField(max_length=16, choices=Kind.choices)
    effective_on = models.DateField()
    reason = models.CharField(max_length=200)
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.CharField(max_length=200)
    areas = models.ManyToManyField(Area, related_name="operations")
    practice = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.CASCADE, related_name="operations"
    )
    summary = models.CharField(max_length=500)
    detail = models.JSONField(default=dict)
    reverses = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversed_by"
    )

    class Meta:
        """Newest first."""

        ordering = ("-effective_on", "-id")

    def __str__(self) -> str:
        return self.summary
