"""Versions of forms, and what people answered."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from localcare.foundation.people.models import Person


class FormVersion(models.Model):
    """One form as it read when it was loaded, by its content; a response keeps the version it answered."""

    form = models.SlugField(max_length=64)
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    content = models.JSONField()
    loaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Each content once, numbered from one."""

        constraints = (
            models.UniqueConstraint(fields=("form", "digest"), name="forms_version_content_once"),
            models.UniqueConstraint(fields=("form", "number"), name="forms_version_number_once"),
        )

    def __str__(self) -> str:
        return f"{self.form} version {self.number}"


class FormResponse(models.Model):
    """Answers of one form for one person: a draft that can be taken up again, then completed and kept.

    `context` names what it is answered for (the reference of a task or a contact). `revision` goes up with each
    save, so that a page opened before somebody else's save cannot overwrite it in silence.
    """

    class State(models.TextChoices):
        """A completed response is never changed: an amendment is a new response that supersedes it."""

        DRAFT = "draft", "Draft"
        COMPLETED = "completed", "Completed"

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="form_responses")
    version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="responses")
    context = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    revision = models.PositiveIntegerField(default=1)
    answers = models.JSONField(default=dict)
    scores = models.JSONField(default=dict)
    started_at = models.DateTimeField(auto_now_add=True)
    saved_at = models.DateTimeField(auto_now=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="form_responses"
    )
    author_name = models.CharField(max_length=200)
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    reason = models.CharField(max_length=300, blank=True)  # why an amendment was made
    key = models.CharField(
        max_length=120, null=True, blank=True, unique=True
    )  # the same post twice is one response

    class Meta:
        """Found by person and by context; a completed one says when."""

        indexes = (
            models.Index(fields=("person", "-completed_at"), name="forms_by_person"),
            models.Index(fields=("context",), name="forms_by_context"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(state="draft") | Q(completed_at__isnull=False), name="forms_completed_says_when"
            ),
        )

    def __str__(self) -> str:
        return f"{self.version.form} {self.state} {self.reference}"
