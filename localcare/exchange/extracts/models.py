"""What the linked dataset's loader remembers: which person each sender's person key stands for."""

from __future__ import annotations

from django.db import models

from localcare.foundation.people.models import Person
from localcare.foundation.record.models import Source


class DatasetPerson(models.Model):
    """The person that one source calls by this person_id."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+", db_index=False)
    person_key = models.BigIntegerField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """One key of one source stands for one person."""

        constraints = (models.UniqueConstraint(fields=("source", "person_key"), name="extracts_person_once"),)

    def __str__(self) -> str:
        return f"{self.person_key} is {self.person_id}"


class DatasetRow(models.Model):
    """The row of the register that one source calls by this key (tables without a source's key of their own)."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+", db_index=False)
    table = models.CharField(max_length=32)
    row_key = models.BigIntegerField()
    row_id = models.BigIntegerField()

    class Meta:
        """One key of one source's table stands for one row."""

        constraints = (
            models.UniqueConstraint(fields=("source", "table", "row_key"), name="extracts_row_once"),
        )

    def __str__(self) -> str:
        return f"{self.table} {self.row_key} is {self.row_id}"
