"""Correcting a completed form in a page."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.http import HttpRequest

from localcare.foundation.forms import actions
from localcare.foundation.forms.definitions import definition_of
from localcare.foundation.forms.filling import with_rows
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.forms.rendering import AnswersForm, form_class
from localcare.foundation.forms.shape import FormDefinition
from localcare.kernel.access.readers import Reader


class ReasonForm(forms.Form):
    """Why it is amended."""

    why_amended = forms.CharField(label="Why is it amended?", max_length=300)


@dataclass
class Amending:
    """What became of the amendment in this request."""

    definition: FormDefinition
    form: AnswersForm
    reason: ReasonForm
    amended: FormResponse | None = None
    conflict: str = ""


def amending(request: HttpRequest, response: FormResponse, *, by: Reader) -> Amending:
    """Show the answers to be corrected; on `action=complete` keep the corrected ones in their place."""
    definition = definition_of(response.version)
    make = form_class(definition, response.person)
    act = str(request.POST.get("action", "")) if request.method == "POST" else ""
    if not act:
        return Amending(definition, make(answers=response.answers), ReasonForm())
    form = make(with_rows(request.POST, act, None), answers=response.answers)
    made = Amending(definition, form, ReasonForm(request.POST if act == "complete" else None))
    if act != "complete":
        form.answers()
        return made
    complete, reasoned = form.check(), made.reason.is_valid()
    if complete and reasoned:
        try:
            made.amended = actions.amend(
                response=response,
                answers=form.answers(),
                by=by,
                reason=made.reason.cleaned_data["why_amended"],
            )
        except actions.Overtaken as overtaken:
            made.conflict = f"{overtaken} Your correction was not kept: open the form as it stands now."
        except actions.NotComplete as refused:
            form.add_error(None, "; ".join(problem.words for problem in refused.problems if problem.words))
    return made
