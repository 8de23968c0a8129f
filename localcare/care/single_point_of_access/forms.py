"""What call handlers, triagers and supervisors type; the questions about the contact itself stand in its form definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from localcare.care.single_point_of_access.definitions import caller_types, choice_words
from localcare.foundation.people.models import Person
from localcare.kernel.nhs_design.fields import SplitDateField


def _text(
    label: str, *, required: bool = True, rows: int = 3, hint: str = "", error: str = ""
) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=4000,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": str(rows)}),
        error_messages={"required": error or f"Fill in: {label[0].lower()}{label[1:]}"},
    )


class FindForm(forms.Form):
    """The one box of the register, inside the page of a call."""

    hides_optional = True
    find = forms.CharField(
        label="Name, date of birth, NHS number or postcode",
        required=False,
        max_length=120,
        help_text="Any of them, in any order. For example, smyth 1946 or ct14",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class RegisterForm(forms.Form):
    """Somebody who is not on the register yet: enough to look after them now."""

    hides_optional = True
    given_name = forms.CharField(
        label="Given name", max_length=100, error_messages={"required": "Enter the given name"}
    )
    family_name = forms.CharField(
        label="Family name", max_length=100, error_messages={"required": "Enter the family name"}
    )
    birth_date = SplitDateField(label="Date of birth", error_messages={"required": "Enter the date of birth"})
    sex = forms.ChoiceField(label="Sex", choices=Person.Sex.choices, initial=Person.Sex.UNKNOWN)
    nhs_number = forms.CharField(label="NHS number, if known", max_length=20, required=False)
    address_line = forms.CharField(label="Address, if known", max_length=200, required=False)
    town = forms.CharField(label="Town, if known", max_length=100, required=False)
    postcode = forms.CharField(label="Postcode, if known", max_length=10, required=False)
    practice = forms.ChoiceField(
        label="GP practice", required=False, help_text="Leave empty if the caller does not know."
    )

    def __init__(self, *arguments: Any, practices: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["practice"].choices = [("", "Not known"), *practices]  # type: ignore[attr-defined]


class EndForm(forms.Form):
    """How the call ends."""

    hides_optional = True
    outcome = forms.ChoiceField(
        label="What happens now?",
        widget=forms.RadioSelect,
        choices=[
            ("taken", "A clinician triages it"),
            ("emergency", "999 was called"),
            ("advice_given", "Answered with advice and safety-netting; nothing more is needed"),
            ("already_open", "The same is open already: add this contact to it"),
            ("abandoned", "The caller rang off: ring back"),
        ],
        error_messages={"required": "Choose what happens now"},
    )
    add_to = forms.ChoiceField(label="Add it to", required=False)
    reason = _text(
        "Note",
        required=False,
        rows=2,
        hint="Needed when advice was given, and when another request is made for the same need.",
    )

    def __init__(self, *arguments: Any, open_requests: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        if open_requests:
            self.fields["add_to"].choices = [("", "Choose"), *open_requests]  # type: ignore[attr-defined]
        else:
            del self.fields["add_to"]
            outcome = self.fields["outcome"]
            outcome.choices = [one for one in outcome.choices if one[0] != "already_open"]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A contact is added to something, and advice says what it was."""
        found = super().clean() or {}
        if found.get("outcome") == "already_open" and not found.get("add_to"):
            self.add_error("add_to", "Choose the open request that this contact belongs to")
        if found.get("outcome") == "advice_given" and not (found.get("reason") or "").strip():
            self.add_error("reason", "Write down the advice and the safety-net advice that were given")
        return found


class ArrivalForm(forms.Form):
    """A contact that somebody writes down for others to answer: a voicemail, a letter, a caller in a hurry."""

    hides_optional = True
    caller_type = forms.ChoiceField(
        label="Who is contacting us?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who is contacting us"},
    )
    caller_name = forms.CharField(
        label="Caller’s name", max_length=120, error_messages={"required": "Enter the caller’s name"}
    )
    telephone = forms.CharField(
        label="Number to ring back", max_length=40, error_messages={"required": "Enter a number to ring back"}
    )
    about = forms.CharField(
        label="Whom it is about",
        max_length=200,
        required=False,
        help_text="In the caller’s words, with date of birth or address where they were said.",
    )
    says = _text("What they say", error="Write down what they say")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["caller_type"].choices = list(caller_types().items())  # type: ignore[attr-defined]


class SendForm(forms.Form):
    """A professional who has signed in writes instead of ringing."""

    service = forms.ChoiceField(
        label="Which single point of access?", error_messages={"required": "Choose one"}
    )
    as_team = forms.ChoiceField(
        label="For which of your teams do you ask?", error_messages={"required": "Choose your team"}
    )
    nhs_number = forms.CharField(
        label="NHS number of the person",
        max_length=20,
        required=False,
        help_text="With the date of birth it leads to the person. Left empty, we find out whom you mean.",
    )
    birth_date = SplitDateField(label="Date of birth of the person", required=False)
    about = forms.CharField(
        label="Name of the person",
        max_length=120,
        error_messages={"required": "Enter the name of the person"},
    )
    caller_type = forms.ChoiceField(label="What are you?", error_messages={"required": "Choose what you are"})
    telephone = forms.CharField(
        label="Number to ring you back", max_length=40, error_messages={"required": "Enter a number"}
    )
    says = _text("What has happened, what is needed, and by when?", rows=5, error="Write down what is needed")

    def __init__(
        self,
        *arguments: Any,
        services: list[tuple[str, str]],
        teams: list[tuple[str, str]],
        callers: Mapping[str, str],
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        self.fields["service"].choices = services  # type: ignore[attr-defined]
        self.fields["as_team"].choices = teams  # type: ignore[attr-defined]
        self.fields["caller_type"].choices = [("", "Choose"), *callers.items()]  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """One reason or note."""

    reason = _text("Reason", error="Write down the reason")

    def __init__(self, *arguments: Any, label: str = "Reason", required: bool = True, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["reason"].label = label
        self.fields["reason"].required = required


class TriageForm(forms.Form):
    """What the decision leads to besides its class."""

    also_screening = forms.BooleanField(
        label="Mental health screening as well",
        required=False,
        help_text="Goes to the clinically led screening queue, day and night, side by side with the services.",
    )


class UrgencyForm(forms.Form):
    """A new urgency with its reason."""

    priority = forms.ChoiceField(
        label="How urgent is it now?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how urgent it is"},
    )
    reason = _text("Why it changes", rows=2, error="Say why the urgency changes")

    def __init__(self, *arguments: Any, priorities: Mapping[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["priority"].choices = list(priorities.items())  # type: ignore[attr-defined]


class RingForm(forms.Form):
    """What came of ringing back."""

    result = forms.ChoiceField(
        label="What came of it?",
        widget=forms.RadioSelect,
        choices=[
            ("reached", "I reached them"),
            ("again", "No reply: try again"),
            ("given-up", "Not reached after trying as agreed: nobody tries again"),
        ],
        error_messages={"required": "Choose what came of it"},
    )
    text = _text("What happened", rows=2, error="Write down what happened when you rang")


class TellForm(forms.Form):
    """What the caller is told."""

    words = _text(
        "What the caller was told",
        rows=6,
        hint="Read it out, change it to what you said. It is kept as it stands here.",
        error="Write down what the caller was told",
    )
    advice = _text(
        "Safety-net advice that was given", rows=4, error="Write down the safety-net advice that was given"
    )
    result = forms.ChoiceField(
        label="Did you reach them?",
        widget=forms.RadioSelect,
        choices=[("told", "Yes, they were told"), ("message", "No, a message was left")],
        error_messages={"required": "Choose whether you reached them"},
    )
    helped = forms.ChoiceField(
        label="Is what they needed arranged?",
        widget=forms.RadioSelect,
        choices=[
            ("yes", "Yes: close the contact"),
            ("no", "No: close it, and say in the words above why"),
            ("open", "Leave the contact open"),
        ],
        error_messages={"required": "Choose whether it is arranged"},
    )


class AskForm(forms.Form):
    """What all services asked from a contact are told."""

    text = _text("What is asked of them, and why", rows=4, error="Write down what is asked")
    anyway = _text(
        "If you ask although something speaks against it, why",
        required=False,
        rows=2,
        hint="Needed when a service you chose is marked with a warning, or when the same is open already.",
    )


class ArrangedForm(forms.Form):
    """How arranging ends."""

    outcome = forms.ChoiceField(
        label="How did it end?", widget=forms.RadioSelect, error_messages={"required": "Choose how it ended"}
    )
    reason = _text(
        "What is missing, and why", required=False, rows=2, hint="Needed unless every service has accepted."
    )

    def __init__(self, *arguments: Any, outcomes: Mapping[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["outcome"].choices = list(outcomes.items())  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Everything but success has a reason."""
        found = super().clean() or {}
        if found.get("outcome") not in (None, "", "arranged") and not (found.get("reason") or "").strip():
            self.add_error("reason", "Say what is missing, and why")
        return found


class HandOverForm(forms.Form):
    """The hand-over of a shift."""

    to_name = forms.CharField(
        label="To whom", max_length=120, error_messages={"required": "Enter the name of who takes over"}
    )
    note = _text("What the next shift must know", required=False, rows=4)


def caller_words(code: str) -> str:
    """What a type of caller is called."""
    return choice_words("caller-type", code)
