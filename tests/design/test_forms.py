"""Forms as the design system draws them: labels, hints, errors and where each error leads."""

from __future__ import annotations

from datetime import date

import pytest
from django import forms

from localcare.kernel.nhs_design.fields import SplitDateField
from localcare.kernel.nhs_design.forms import error_summary


class Everything(forms.Form):
    family_name = forms.CharField(max_length=20, help_text="As on the record")
    nhs_number = forms.CharField(label="NHS number")
    notes = forms.CharField(widget=forms.Textarea)
    practice = forms.ChoiceField(choices=[("", "Choose"), ("A", "Practice A")])
    living = forms.ChoiceField(
        label="Who do they live with?",
        choices=[("alone", "Alone"), ("others", "Others")],
        widget=forms.RadioSelect,
    )
    needs = forms.MultipleChoiceField(
        choices=[("i", "Interpreter"), ("b", "Braille")], widget=forms.CheckboxSelectMultiple, required=False
    )
    agreed = forms.BooleanField(label="They agreed")
    children = forms.IntegerField(label="Household size", min_value=0, max_value=20)
    born = SplitDateField(label="Date of birth")


VALID = {
    "family_name": "Okoro",
    "nhs_number": "9991234567",
    "notes": "None",
    "practice": "A",
    "living": "alone",
    "agreed": "on",
    "children": "2",
    "born_day": "27",
    "born_month": "3",
    "born_year": "1941",
}


def messages_of(**changes: str) -> dict[str, str]:
    """Address of each error, with its message, for the valid answers with some changed."""
    return {line.address: line.message for line in error_summary(Everything(VALID | changes))}


def test_valid_answers_have_no_errors():
    form = Everything(VALID)
    assert form.is_valid()
    assert form.cleaned_data["born"] == date(1941, 3, 27)
    assert "There is a problem" not in str(form)


def test_an_empty_form_says_what_to_do_for_each_field():
    assert {line.address: line.message for line in error_summary(Everything({}))} == {
        "#id_family_name": "Enter a family name",
        "#id_nhs_number": "Enter an NHS number",
        "#id_notes": "Enter notes",
        "#id_practice": "Select a practice",
        "#id_living": "Select an answer to “Who do they live with?”",
        "#id_agreed": "Tick “They agreed”",
        "#id_children": "Enter a household size",
        "#id_born_0": "Enter a date of birth",
    }


@pytest.mark.parametrize(
    ("changes", "address", "message"),
    [
        ({"family_name": "x" * 21}, "#id_family_name", "Family name must be 20 characters or fewer"),
        ({"practice": "Z"}, "#id_practice", "Select a practice from the list"),
        ({"living": "Z"}, "#id_living", "Select one of the answers to “Who do they live with?”"),
        ({"children": "two"}, "#id_children", "Household size must be a number"),
        ({"children": "-1"}, "#id_children", "Household size must be 0 or more"),
        ({"children": "21"}, "#id_children", "Household size must be 20 or less"),
        ({"born_day": "30", "born_month": "2"}, "#id_born_0", "Date of birth must be a real date"),
        ({"born_year": ""}, "#id_born_0", "Date of birth must include a year"),
        ({"born_month": "", "born_year": ""}, "#id_born_0", "Date of birth must include a month and a year"),
        ({"born_year": "41"}, "#id_born_0", "Date of birth must have a year of 4 digits, like 1941"),
    ],
)
def test_errors_name_the_field_and_lead_to_its_first_input(changes, address, message):
    assert messages_of(**changes) == {address: message}


@pytest.mark.parametrize("month", ["3", "03", "mar", "March", "MARCH "])
def test_a_month_may_be_typed_as_a_number_or_a_name(month):
    form = Everything(VALID | {"born_month": month})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["born"] == date(1941, 3, 27)


def test_a_message_of_the_forms_author_is_kept():
    class Own(forms.Form):
        reason = forms.CharField(error_messages={"required": "Say why you opened this record"})

    assert [line.message for line in error_summary(Own({}))] == ["Say why you opened this record"]


def test_an_error_of_the_whole_form_leads_to_its_first_input():
    class Whole(forms.Form):
        starts = forms.CharField()

        def clean(self):
            raise forms.ValidationError("The end is before the start")

    lines = error_summary(Whole({"starts": "1"}))
    assert [(line.address, line.message) for line in lines] == [("#id_starts", "The end is before the start")]


def test_every_error_link_finds_its_input_in_the_drawn_form():
    form = Everything({})
    drawn = str(form)
    assert "There is a problem" in drawn
    for line in error_summary(form):
        assert f'id="{line.address[1:]}"' in drawn


def test_what_was_typed_is_escaped_and_kept():
    drawn = str(Everything(VALID | {"family_name": '"><script>', "notes": "<b>", "born_day": "x<y"}))
    assert "<script>" not in drawn
    assert "&lt;b&gt;" in drawn
    assert 'value="x&lt;y"' in drawn


def test_a_field_that_may_stay_empty_says_so_except_in_filters():
    assert "Needs (optional)" in str(Everything())

    class Filter(Everything):
        hides_optional = True

    assert "(optional)" not in str(Filter())


def test_initial_values_are_shown():
    drawn = str(
        Everything(initial={"born": date(1941, 3, 27), "living": "others", "needs": ["b"], "practice": "A"})
    )
    assert 'name="born_year" type="text" value="1941"' in drawn
    assert 'value="others" checked' in " ".join(drawn.split())
    assert 'value="b" checked' in " ".join(drawn.split())
    assert '<option value="A" selected' in drawn


def test_an_empty_answer_stays_empty():
    empty = {"family_name": "", "nhs_number": None, "children": "", "notes": "", "born_day": ""}
    for form in (Everything(empty), Everything(initial=empty)):
        assert "None" not in str(form)
