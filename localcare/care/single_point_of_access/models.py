"""What arrived, and what stands about it until a person is known; from then on the journal says everything.

All of these are facts: the database refuses to change or delete them.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from localcare.foundation.pathways.models import Journey
from localcare.foundation.services.models import Service


class Signed(models.Model):
    """Something that somebody wrote down at a time."""

    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=200)

    class Meta:
        """Only inherited."""

        abstract = True


class Contact(models.Model):
    """One contact that arrived: who called, how, from where, and what they said."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")  # whose queue it came to
    arrived_at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=timezone.now)
    channel = models.SlugField(max_length=16)
    caller_type = models.SlugField(max_length=32)
    caller_name = models.CharField(max_length=120, blank=True)
    caller_organisation = models.CharField(max_length=120, blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    about = models.CharField(
        max_length=200, blank=True
    )  # the person in the caller's words, until they are known
    says = models.TextField(blank=True)
    reason = models.SlugField(max_length=64, blank=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    received_by_name = models.CharField(max_length=200)
    key = models.CharField(max_length=120, unique=True)  # the same post twice is one contact

    class Meta:
        """Found by the service it came to, the oldest first."""

        ordering = ("arrived_at", "pk")
        indexes = (models.Index(fields=("service", "arrived_at"), name="spoa_contact_by_service"),)

    def __str__(self) -> str:
        return f"contact {self.reference}"


class Identification(Signed):
    """Whom the contact is about: from here on it is a journey."""

    contact = models.OneToOneField(
        Contact, primary_key=True, on_delete=models.PROTECT, related_name="identification"
    )
    journey = models.OneToOneField(Journey, on_delete=models.PROTECT, related_name="arrived_as")

    def __str__(self) -> str:
        return f"contact {self.contact_id} is journey {self.journey_id}"


class Abandonment(Signed):
    """The caller rang off before anybody could say whom it was about."""

    contact = models.OneToOneField(
        Contact, primary_key=True, on_delete=models.PROTECT, related_name="abandonment"
    )
    note = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"contact {self.contact_id} was abandoned"


class Attempt(Signed):
    """Ringing back a caller of whom nobody knows yet whom it is about."""

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="attempts")
    text = models.TextField()
    is_last = models.BooleanField(default=False)  # nobody tries again
    key = models.CharField(max_length=120, unique=True)

    class Meta:
        """In their order."""

        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"attempt for contact {self.contact_id}"


class HandOver(Signed):
    """What one shift signed over to the next: what was open then, each with a note."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    to_name = models.CharField(max_length=120)
    note = models.TextField(blank=True)
    lines = models.JSONField(default=list)  # reference of the contact, how it stood, note; no names
    key = models.CharField(max_length=120, unique=True)

    class Meta:
        """The latest first."""

        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"hand-over {self.reference}"


class HandOverReceipt(Signed):
    """Somebody of the next shift has read it and takes it on."""

    hand_over = models.OneToOneField(
        HandOver, primary_key=True, on_delete=models.PROTECT, related_name="receipt"
    )
    note = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"receipt of {self.hand_over_id}"
