"""The pages of an analyst: empty, train, card, files, side by side; who may open them; what a clinician may read."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.test import Client
from django.urls import reverse

from localcare.care.stratification.models import RiskModel, RiskModelFile
from localcare.care.stratification.risk import actions
from localcare.kernel.audit.models import AuditEntry
from tests.factories import user_with_role
from tests.stratification.risk.county import OUTCOME, TODAY, TOO_FEW, YESTERDAY

pytestmark = pytest.mark.django_db
WHY = "Read the card with the safety officer; the lists carry decisions"
ASKED = {
    "outcome": OUTCOME,
    "method": "logistic",
    "as_of_day": YESTERDAY.day,
    "as_of_month": YESTERDAY.month,
    "as_of_year": YESTERDAY.year,
    "seed": "7",
}


def text_of(answer) -> str:
    return answer.content.decode()


def page(client: Client, name: str, *args) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200, answer.status_code
    return text_of(answer)


def test_before_anything_the_page_says_what_to_do(client):
    found = page(client, "risk-models")

    assert "No model has been trained yet" in found and reverse("risk-train") in found
    assert "None is published" in page(client, "home")


def test_what_is_asked_for_is_trained_with_what_was_chosen(client):
    answer = client.post(reverse("risk-train"), ASKED, follow=True)

    model = RiskModel.objects.get()
    assert (model.outcome, model.method, model.as_of, model.seed) == (OUTCOME, "logistic", YESTERDAY, 7)
    assert "It starts as soon as a worker is free" in text_of(answer)
    assert "Waits for a worker" in page(client, "risk-progress", model.reference)
    assert "It was stopped before it began" in text_of(
        client.post(reverse("risk-stop", args=[model.reference]), follow=True)
    )
    client.post(reverse("risk-again", args=[model.reference]))
    assert RiskModel.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"as_of_year": TODAY.year + 1}, "The day up to which to learn must be today or earlier"),
        ({"outcome": ""}, "Choose what the model should predict"),
        ({"seed": "lucky"}, "The seed must be a whole number"),
    ],
)
def test_what_cannot_be_trained_says_how_to_mend_it(client, changes, words):
    assert words in text_of(client.post(reverse("risk-train"), ASKED | changes))
    assert not RiskModel.objects.exists()


@pytest.mark.trace("T052")
def test_the_card_shows_verdict_figures_groups_curve_frailty_and_stability(county, client):
    model = county.kept()
    card = json.loads(RiskModelFile.objects.get(model=model, name="card.json").text)

    found = page(client, "risk-model", model.reference)

    assert "Its evaluation allows it to be published." in found
    overall = card["figures"]["performance"]["overall"]
    for name, places in (("auc", 3), ("calibration_slope", 2)):
        value, low, high = (overall[name][end] for end in ("value", "low", "high"))
        assert f"{value:.{places}f} ({low:.{places}f} to {high:.{places}f})" in found
    for group in card["figures"]["groups"]:
        assert group["title"] in found
        assert all(part["label"] in found for part in group["parts"])
    assert "Look from a risk of" in found
    assert "Found by the model only" in found and "Found by the score only" in found
    assert f"{card['figures']['week_to_week']['stayed']:,} were among them 7 days earlier" in found
    assert "PRISMATIC" in found
    assert reverse("risk-publish", args=[model.reference]) in found


def test_a_refused_model_shows_its_reasons_and_no_button_to_publish(county, client):
    model = county.kept(TOO_FEW)

    found = page(client, "risk-model", model.reference)

    assert "It may not be published." in found
    assert all(reason in found for reason in model.reasons)
    assert reverse("risk-publish", args=[model.reference]) not in found
    assert model.reasons[0] in page(client, "risk-models")


def test_small_numbers_of_people_are_on_no_page_and_in_no_file(county, client):
    model = county.kept(TOO_FEW)
    parts = [part for group in model.card["figures"]["groups"] for part in group["parts"]]
    assert any(part["hidden"] for part in parts), "with so few people some are small"

    rows = list(
        csv.DictReader(io.StringIO(text_of(client.get(reverse("risk-card-csv", args=[model.reference])))))
    )

    titles = {group["title"] for group in model.card["figures"]["groups"]}
    people = [row["value"] for row in rows if row["table"] in titles and row["figure"] == "People"]
    assert len(people) == len(parts)
    assert not {"1", "2", "3", "4"} & set(people)


def test_card_and_plots_are_given_out_as_they_were_kept_and_written_down(county, client):
    model = county.kept()
    kept = {file.name: file.text for file in model.files.all()}

    for kind, name in (("markdown", "card.md"), ("json", "card.json")):
        answer = client.get(reverse("risk-card-file", args=[model.reference, kind]))
        assert text_of(answer) == kept[name]
        assert f"{OUTCOME}-{model.version[:12]}-card" in answer["Content-Disposition"]
    assert client.get(reverse("risk-card-file", args=[model.reference, "pickle"])).status_code == 404
    drawn = client.get(reverse("risk-plot", args=[model.reference, "calibration"]))
    assert (drawn["Content-Type"], text_of(drawn)) == ("image/svg+xml", kept["plots/calibration.svg"])
    assert client.get(reverse("risk-plot", args=[model.reference, "nothing"])).status_code == 404
    files = AuditEntry.objects.filter(action="risk.card").values_list("detail__file", flat=True)
    assert set(files) == {"card.md", "card.json"}


def test_two_models_stand_side_by_side_figure_by_figure(county, client):
    first, second = county.kept(), county.kept(TOO_FEW)

    found = page(client, "risk-beside", first.reference, second.reference)

    for model in (first, second):
        assert f"{model.figures['auc']:.3f} (" in found
        assert f"{model.figures['people']:,}" in found
    assert "Events for each expected: Age band" in found


def test_who_reads_the_list_reads_about_the_number_and_nothing_else(county, client, by):
    model = county.kept()
    gp = Client()
    gp.force_login(user_with_role("gp", practice="P1"), backend="django.contrib.auth.backends.ModelBackend")
    about = reverse("risk-about", args=[model.reference])
    assert gp.get(about).status_code == 404, "never published, so nobody saw a number of it"
    actions.publish(model=model, why=WHY, by=by)

    found = text_of(gp.get(about))

    assert WHY in found and "What it does not say" in found and "PRISMATIC" in found
    assert f"in {model.figures['auc'] * 100:.0f} of 100 pairs" in found
    for name in ("risk-models", "risk-train"):
        assert gp.get(reverse(name)).status_code == 403
    for name in ("risk-model", "risk-publish", "risk-withdraw", "risk-drift", "risk-card-csv"):
        assert gp.get(reverse(name, args=[model.reference])).status_code == 403
    assert gp.post(reverse("risk-withdraw", args=[model.reference]), {"why": WHY}).status_code == 403


def test_publishing_and_withdrawing_take_two_steps_on_the_page(county, client):
    model = county.kept()
    first = page(client, "risk-publish", model.reference)
    assert "A run is asked for now" in first and model.status == "evaluated"

    client.post(reverse("risk-publish", args=[model.reference]), {"why": WHY, "has_read": "on"})
    found = page(client, "risk-model", model.reference)
    assert WHY in found and "Withdraw this model" in found
    assert "no list and no person’s page shows a number" in page(client, "risk-withdraw", model.reference)
    client.post(
        reverse("risk-withdraw", args=[model.reference]), {"why": "Numbers are wrong in one practice"}
    )

    assert RiskModel.objects.get().status == "withdrawn"
    assert "Numbers are wrong in one practice" in page(client, "risk-model", model.reference)


def test_the_page_of_publishing_a_refused_model_shows_why_not(county, client):
    model = county.kept(TOO_FEW)

    found = page(client, "risk-publish", model.reference)

    assert "This model cannot be published" in found and model.reasons[0] in found
    assert "<textarea" not in found
