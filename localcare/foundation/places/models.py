"""Areas of a health economy, organisations, sites and populations, each valid for a time."""

from __future__ import annotations

from django.db import models


class Dated(models.Model):
    """Something that holds from a first day until, not including, an end day."""

    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        """Fields for other models only."""

        abstract = True


class Area(Dated):
    """One area: the health economy, a place, a locality or a cluster (primary care network)."""

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

    def __str__(self) -> str:
        return self.name


class AreaName(Dated):
    """A name that an area had for a time, so that a rename does not rewrite the past."""

    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="names")
    name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.name


class AreaMembership(Dated):
    """One area lay inside another for a time."""

    child = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="parents")
    parent = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="children")
    reason = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.child_id} in {self.parent_id}"


class Organisation(Dated):
    """An organisation: practice, trust, council, ambulance service, voluntary body, commissioner …"""

    code = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=200)
    organisation_type = models.SlugField(max_length=48)
    is_synthetic = models.BooleanField(default=False)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        """Practices are looked up by type."""

        indexes = (models.Index(fields=("organisation_type",)),)

    def __str__(self) -> str:
        return self.name


class PracticeMembership(Dated):
    """A practice belonged to an area (normally a cluster) for a time."""

    practice = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="practices")
    reason = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.practice_id} in {self.area_id}"


class Site(Dated):
    """A building where care is given: hospital, hub, minor injuries unit, practice premises."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=200)
    site_type = models.SlugField(max_length=48)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.SET_NULL)
    area = models.ForeignKey(Area, null=True, blank=True, on_delete=models.SET_NULL)
    source = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name


class PopulationFigure(models.Model):
    """A population that a paper gives for an area; contradicting figures stand side by side."""

    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="population_figures")
    people = models.PositiveIntegerField()
    is_weighted = models.BooleanField(default=False)
    paper = models.CharField(max_length=16)
    source = models.CharField(max_length=200)
    is_preferred = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.people} ({self.source})"
