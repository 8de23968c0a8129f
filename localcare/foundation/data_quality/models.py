"""Reports on data quality with their findings and months, and who accepted what; nothing here is changed, and old reports go."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Report(models.Model):
    """One assessment of the data before they were used, with its verdict."""

    class Verdict(models.TextChoices):
        """What became of the run."""

        GOOD = "good", "Good enough"
        WARNED = "warned", "Warned"
        REFUSED = "refused", "Refused"

    run = models.CharField(max_length=80)  # of which run of which desk, for example stratification-12
    as_of = models.DateField()
    made_at = models.DateTimeField()
    requested_by = models.CharField(max_length=200)
    data_version = models.CharField(max_length=64)
    rules_version = models.CharField(max_length=40)
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    reasons = models.JSONField(default=list)
    registered = models.PositiveIntegerField()
    practices = models.JSONField(default=dict)  # practice code -> people registered
    not_measured = models.JSONField(default=list)  # rule, title, why
    sampled = models.PositiveIntegerField(default=1)
    seconds = models.FloatField()

    class Meta:
        """One report of one run on the same data."""

        constraints = (
            models.UniqueConstraint(fields=("run", "data_version"), name="data_quality_report_once"),
        )

    def __str__(self) -> str:
        return f"data quality of {self.as_of} for {self.run}"

    @property
    def is_refused(self) -> bool:
        """Whether the run ended here."""
        return self.verdict == self.Verdict.REFUSED


class Finding(models.Model):
    """One finding of a report, with the words of its rule as they were."""

    class Severity(models.TextChoices):
        """How much it weighs."""

        NOTE = "note", "Note"
        WARN = "warn", "Warning"
        REFUSE = "refuse", "Refusal"

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="findings")
    position = models.PositiveIntegerField()
    rule = models.SlugField(max_length=48)
    title = models.CharField(max_length=120)
    dimension = models.CharField(max_length=16)
    unit = models.CharField(max_length=8)
    kind = models.CharField(max_length=8)  # place, practice, feed
    code = models.CharField(max_length=32, blank=True)
    table = models.CharField(max_length=16)
    part = models.BigIntegerField()
    whole = models.BigIntegerField()
    value = models.FloatField()
    severity = models.CharField(max_length=8, choices=Severity.choices)
    words = models.TextField()
    since = models.DateField(null=True)
    effect = models.JSONField(default=dict)  # how, people, at_most, would_leave, would_join
    effect_words = models.TextField()
    measured = models.TextField()
    remedy = models.TextField()
    status = models.CharField(max_length=200)
    accepted = models.TextField(blank=True)  # who, why and until when, as it stood then

    class Meta:
        """Read report by report, rule by rule."""

        constraints = (
            models.UniqueConstraint(fields=("report", "position"), name="data_quality_finding_once"),
        )
        indexes = (models.Index(fields=("report", "rule"), name="data_quality_finding_rule"),)

    def __str__(self) -> str:
        return f"{self.rule} at {self.code or 'the place'}"

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What stays the same from one report to the next."""
        return (self.rule, self.kind, self.table, self.code)

    @property
    def rank(self) -> int:
        """1 for a note to 3 for a refusal."""
        return {"note": 1, "warn": 2, "refuse": 3}[self.severity]


class GroupMonths(models.Model):
    """Rows by month of one practice or feed, as a report counted them."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="months")
    kind = models.CharField(max_length=8)
    code = models.CharField(max_length=32)
    content = models.JSONField()  # first_month, and series: name -> rows by month

    class Meta:
        """One row for each practice or feed of a report."""

        constraints = (
            models.UniqueConstraint(fields=("report", "kind", "code"), name="data_quality_months_once"),
        )

    def __str__(self) -> str:
        return f"months of {self.code}"


class Acceptance(models.Model):
    """Somebody knows of a finding and lets runs go on until a day; or takes such a word back."""

    rule = models.SlugField(max_length=48)
    kind = models.CharField(max_length=8)
    table = models.CharField(max_length=16)
    code = models.CharField(max_length=32, blank=True)
    severity = models.CharField(max_length=8)  # it holds as long as the finding is no graver
    title = models.CharField(max_length=120)
    until = models.DateField(null=True)  # the last day; empty where this takes another back
    reason = models.CharField(max_length=500)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_by_name = models.CharField(max_length=200)
    takes_back = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="taken_back_by"
    )

    class Meta:
        """Looked up by what they are about."""

        indexes = (models.Index(fields=("rule", "kind", "code"), name="data_quality_acceptance_of"),)

    def __str__(self) -> str:
        return f"{self.rule} at {self.code or 'the place'} accepted"

    @property
    def key(self) -> tuple[str, str, str, str]:
        """The finding it is about."""
        return (self.rule, self.kind, self.table, self.code)
