"""Services, the people who work in them, when they are closed, and what they can still take."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from localcare.foundation.places.models import Organisation


class Service(models.Model):
    """One service (a team with a queue) that can be asked to do something for a person."""

    code = models.SlugField(max_length=64, unique=True)
    title = models.CharField(max_length=120)
    kind = models.SlugField(max_length=64)  # one of definitions/services/kinds.yaml
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="services"
    )
    description = models.TextField(blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    hours = models.SlugField(
        max_length=64, blank=True
    )  # one of definitions/pathways/hours; empty: always open
    area_codes = ArrayField(models.CharField(max_length=64), default=list, blank=True)  # empty: everywhere
    needs = ArrayField(models.SlugField(max_length=64), default=list, blank=True)  # what it answers
    referral_needs = models.TextField(blank=True)  # what a referral must say
    exclusions = models.TextField(blank=True)
    minimum_age = models.PositiveSmallIntegerField(null=True, blank=True)
    maximum_age = models.PositiveSmallIntegerField(null=True, blank=True)
    capacity_unit = models.SlugField(max_length=16, blank=True)  # places, slots or visits; empty: not counted
    is_active = models.BooleanField(default=True)
    valid_from = models.DateField(null=True, blank=True)  # empty: since ever
    valid_to = models.DateField(null=True, blank=True)  # the first day on which it is no more

    class Meta:
        """By title; found by kind."""

        ordering = ("title",)
        indexes = (models.Index(fields=("kind", "code"), name="services_by_kind"),)

    def __str__(self) -> str:
        return self.title


class Membership(models.Model):
    """Somebody who works in a service on a day; a lead may reassign the team's work."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="service_memberships"
    )
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="memberships")
    is_lead = models.BooleanField(default=False)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        """A user is in a service once from a day."""

        constraints = (
            models.UniqueConstraint(fields=("user", "service", "starts_on"), name="services_member_once"),
        )

    def __str__(self) -> str:
        return f"{self.user} in {self.service}"


class Closure(models.Model):
    """A time in which a service takes nobody, and why."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="closures")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200)
    recorded_by = models.CharField(max_length=200, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)  # taken back: it never counted

    class Meta:
        """It ends after it starts."""

        constraints = (
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="services_closure_ends_later"
            ),
        )

    def __str__(self) -> str:
        return f"{self.service} closed: {self.reason}"


class Capacity(models.Model):
    """How many places, slots or visits a service has on a day, and how many are promised.

    The database refuses to promise more than there are.
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="capacities")
    day = models.DateField()
    total = models.PositiveIntegerField()
    promised = models.PositiveIntegerField(default=0)

    class Meta:
        """One figure per service and day, never promised beyond the total."""

        constraints = (
            models.UniqueConstraint(fields=("service", "day"), name="services_capacity_once"),
            models.CheckConstraint(
                condition=Q(promised__lte=F("total")), name="services_capacity_not_exceeded"
            ),
        )

    def __str__(self) -> str:
        return f"{self.service} on {self.day}: {self.promised} of {self.total}"


class Hold(models.Model):
    """A part of a day's capacity promised to one piece of work, named by its key; released by a time."""

    capacity = models.ForeignKey(Capacity, on_delete=models.PROTECT, related_name="holds")
    key = models.CharField(max_length=120)  # the reference of the task it is held for
    quantity = models.PositiveIntegerField(default=1)
    held_at = models.DateTimeField(auto_now_add=True)
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """A piece of work holds a day once."""

        constraints = (
            models.UniqueConstraint(
                fields=("capacity", "key"), condition=Q(released_at=None), name="services_hold_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} of {self.capacity_id} for {self.key}"
