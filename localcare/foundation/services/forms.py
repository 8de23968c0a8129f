"""What is typed to search the directory and to keep it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from localcare.foundation.places.models import Area, Organisation
from localcare.foundation.services.definitions import kinds, needs
from localcare.foundation.services.hours import all_hours
from localcare.foundation.services.models import Service
from localcare.foundation.services.words import UNITS
from localcare.kernel.access.models import User
from localcare.kernel.nhs_design.fields import SplitDateField

ANY = ("", "Any")
WEEKDAYS = tuple(enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")))
MOST_ROOM = 10_000
Choices = Sequence[tuple[str, str]]


def area_choices() -> Choices:
    """Areas that a service can serve, widest first."""
    return list(Area.objects.order_by("pk").values_list("code", "name"))


def kind_choices() -> Choices:
    """Kinds by title."""
    return sorted(((kind.code, kind.title) for kind in kinds().values()), key=lambda choice: choice[1])


def need_choices() -> Choices:
    """Needs in the order of the definition."""
    return [(need.code, need.title) for need in needs().values()]


class DirectoryFilters(forms.Form):
    """Which services to show."""

    hides_optional = True
    q = forms.CharField(label="Words of the name, description or telephone", required=False, max_length=60)
    kind = forms.ChoiceField(label="Kind", required=False)
    need = forms.ChoiceField(label="Need", required=False)
    area = forms.ChoiceField(label="Area", required=False)
    open_now = forms.BooleanField(label="Open now", required=False)
    with_room = forms.BooleanField(label="With room today", required=False)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for name, choices in (("kind", kind_choices()), ("need", need_choices()), ("area", area_choices())):
            _choices(self, name, [ANY, *choices])


class EntryForm(forms.Form):
    """One entry of the directory."""

    title = forms.CharField(label="Name", max_length=120, error_messages={"required": "Enter the name"})
    kind = forms.ChoiceField(label="Kind", error_messages={"required": "Choose the kind of service"})
    organisation = forms.ModelChoiceField(
        label="Organisation", required=False,
        queryset=Organisation.objects.exclude(organisation_type="practice").order_by("name"),
    )  # fmt: skip
    description = forms.CharField(label="What it does", required=False, widget=forms.Textarea({"rows": 3}))
    telephone = forms.CharField(label="Telephone", required=False, max_length=40)
    hours = forms.ChoiceField(label="Hours", required=False)
    area_codes = forms.MultipleChoiceField(
        label="Areas it serves", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="Choose none for everywhere. An area includes the areas within it.",
    )  # fmt: skip
    needs = forms.MultipleChoiceField(
        label="What it answers", required=False, widget=forms.CheckboxSelectMultiple
    )
    referral_needs = forms.CharField(
        label="What a referral must say", required=False, widget=forms.Textarea({"rows": 3})
    )
    exclusions = forms.CharField(
        label="Whom it cannot take", required=False, widget=forms.Textarea({"rows": 3})
    )
    minimum_age = forms.IntegerField(label="Lowest age", required=False, min_value=0, max_value=130)
    maximum_age = forms.IntegerField(label="Highest age", required=False, min_value=0, max_value=130)
    capacity_unit = forms.ChoiceField(
        label="Room is counted in",
        required=False,
        choices=[("", "It is not counted"), *((u, u) for u in UNITS)],
    )
    valid_from = SplitDateField(label="First day of the service", required=False)
    valid_to = SplitDateField(label="First day on which it is no more", required=False)
    is_active = forms.BooleanField(label="In use", required=False, initial=True)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        opening = [
            ("", "Day and night"),
            *((one.code, one.title) for one in all_hours().values() if not one.is_always),
        ]
        for name, choices in (
            ("kind", [("", "Choose a kind"), *kind_choices()]), ("hours", opening),
            ("area_codes", area_choices()), ("needs", need_choices()),
        ):  # fmt: skip
            _choices(self, name, choices)

    def clean(self) -> dict[str, Any]:
        """Ages and days must be in their order."""
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        youngest, oldest = typed.get("minimum_age"), typed.get("maximum_age")
        if youngest is not None and oldest is not None and oldest < youngest:
            self.add_error("maximum_age", f"Enter a highest age of {youngest} or more, or leave it empty")
        starts, ends = typed.get("valid_from"), typed.get("valid_to")
        if starts and ends and ends <= starts:
            self.add_error("valid_to", "Enter a day after the first day of the service")
        return typed


class NewEntryForm(EntryForm):
    """A service that is not in the directory yet."""

    code = forms.SlugField(
        label="Code", max_length=64, help_text="Small letters and hyphens. It never changes.",
        error_messages={"required": "Enter a code", "invalid": "Use small letters, numbers and hyphens"},
    )  # fmt: skip

    def clean_code(self) -> str:
        """A code names one service for good."""
        code: str = self.cleaned_data["code"].lower()
        if Service.objects.filter(code=code).exists() or code == "new":
            raise ValidationError("This code is taken: choose another", code="taken")
        return code


class MemberForm(forms.Form):
    """Somebody joins the team."""

    username = forms.CharField(
        label="User name", max_length=150, help_text="As the person signs in.",
        error_messages={"required": "Enter the user name"},
    )  # fmt: skip
    starts_on = SplitDateField(
        label="From which day", error_messages={"required": "Enter the first day in the team"}
    )
    ends_on = SplitDateField(
        label="Until which day", required=False, help_text="The first day not in the team."
    )
    is_lead = forms.BooleanField(
        label="Leads the team", required=False, help_text="May share out its work and keep this entry."
    )

    def clean_username(self) -> User:
        """The account."""
        user = User.objects.filter(username=self.cleaned_data["username"].strip(), is_active=True).first()
        if user is None:
            raise ValidationError("No open account has this user name: ask an administrator", code="unknown")
        return user


class EndForm(forms.Form):
    """Somebody leaves the team."""

    on = SplitDateField(
        label="From which day", help_text="The first day on which the person is not in the team.",
        error_messages={"required": "Enter the first day not in the team"},
    )  # fmt: skip


class CloseForm(forms.Form):
    """The service takes nobody for a time."""

    reason = forms.CharField(
        label="Reason", max_length=200, help_text="Everybody who looks for the service reads it.",
        error_messages={"required": "Enter the reason for closing"},
    )  # fmt: skip
    starts_day = SplitDateField(label="Closed from", required=False, help_text="Leave empty for now.")
    starts_time = forms.CharField(
        label="Closed from, time", required=False, max_length=5, help_text="Like 08:00"
    )
    ends_day = SplitDateField(
        label="Opens again", required=False, help_text="Leave empty for until further notice."
    )
    ends_time = forms.CharField(
        label="Opens again, time", required=False, max_length=5, help_text="Like 08:00"
    )

    def clean(self) -> dict[str, Any]:
        """Put day and time together as `starts_at` and `ends_at`."""
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("starts", "ends"):
            typed[f"{name}_at"] = self._moment(name)
        if typed["ends_at"] and typed["ends_at"] <= (typed["starts_at"] or timezone.now()):
            self.add_error("ends_day", "Enter a day and time after the service closes")
        return typed

    def _moment(self, name: str) -> datetime | None:
        day: date | None = self.cleaned_data.get(f"{name}_day")
        written: str = self.cleaned_data.get(f"{name}_time") or ""
        if day is None:
            if written and f"{name}_day" not in self.errors:
                self.add_error(f"{name}_day", "Enter the day as well as the time")
            return None
        try:
            moment = datetime.combine(day, datetime.strptime(written or "00:00", "%H:%M").time())
        except ValueError:
            self.add_error(f"{name}_time", "Enter a time like 08:00")
            return None
        return timezone.make_aware(moment)


class RoomForm(forms.Form):
    """How much there is on each day of a range."""

    first_day = SplitDateField(label="First day", error_messages={"required": "Enter the first day"})
    last_day = SplitDateField(label="Last day", required=False, help_text="Leave empty for one day only.")
    weekdays = forms.TypedMultipleChoiceField(
        label="On which days of the week", choices=WEEKDAYS, coerce=int, widget=forms.CheckboxSelectMultiple,
        initial=[number for number, _ in WEEKDAYS], error_messages={"required": "Choose at least one day of the week"},
    )  # fmt: skip
    total = forms.IntegerField(
        label="How many on each day", min_value=0, max_value=MOST_ROOM,
        error_messages={"required": "Enter how many there are on each day"},
    )  # fmt: skip


def _choices(form: forms.Form, name: str, choices: Choices) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)
