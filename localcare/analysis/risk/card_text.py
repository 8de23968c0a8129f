"""A model card in words, under the headings of TRIPOD+AI (Collins and others, BMJ 2024), said in our own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from localcare.analysis.risk.card_tables import (
    count_table,
    decision_table,
    estimate,
    factor_table,
    group_tables,
    list_tables,
    performance_table,
)

Card = Mapping[str, Any]
PRISMATIC = (
    "A trial of giving practices a tool that predicts emergency admissions (PRISMATIC, 230,099 people) saw emergency"
    " admissions go up, not down. Telling people apart is not helping them. So a list from a model here carries an"
    " action for each person, a person's decision, and an evaluation of what it changed."
)


SHRUNK = ", then all weights shrunk by one share (Van Houwelingen and Le Cessie 1990)"


def card_text(card: Card) -> str:
    """The card in Markdown."""
    lines: list[str] = []
    for part in (_title, _background, _methods, _modelling, _open_science, _results, _discussion):
        lines += [*part(card), ""]
    return "\n".join(lines).rstrip() + "\n"


def _title(card: Card) -> Iterator[str]:
    outcome, verdict = card["outcome"], card["verdict"]
    found, whom = card["figures"]["performance"]["overall"], _whom(card)
    yield f"# {outcome['title']}: model {card['model_version']}"
    yield ""
    yield "## Summary"
    yield ""
    yield (
        "**May be published to desks.**"
        if verdict["published_allowed"]
        else "**Not published to desks.** Why:"
    )
    yield from ("", *(f"- {reason}" for reason in verdict["reasons"])) if verdict["reasons"] else ()
    yield ""
    yield (
        f"{outcome['question']} A {_method(card)} trained on this place's own linked data, on"
        f" {card['trained_on']['people']:,} {whom} with {card['trained_on']['events']:,} events, and tested on"
        f" {found['people']:,} with {found['events']:,}. AUC {estimate(found['auc'])}, calibration slope"
        f" {estimate(found['calibration_slope'])}."
    )
    yield ""
    yield f"> {PRISMATIC}"


def _background(card: Card) -> Iterator[str]:
    outcome = card["outcome"]
    yield "## Background"
    yield ""
    yield "### What it is for, and in whose hands"
    yield f"{_flat(outcome['intended_use'])} Status of the definition: {outcome['status']}. Source: {outcome['source']}."
    yield ""
    yield "### Inequalities known of, and the aim"
    yield (
        "People who cannot reach care leave fewer traces, so a model that learns from traces can pass over those in"
        " most need. The aim is a risk that comes true as often in every group as it says; the results below show"
        " each group."
    )


def _methods(card: Card) -> Iterator[str]:
    outcome, dates = card["outcome"], card["dates"]
    yield "## Methods"
    yield ""
    yield "### Data"
    yield (
        f"The linked dataset of this place ({card['dataset'].get('source') or 'source not stated'}), complete to"
        f" {dates['as_of']}. No weights from anywhere else."
    )
    yield ""
    yield "### People and days"
    yield _flat(outcome["rule"])
    yield ""
    yield from _days(card)
    yield ""
    yield "### Preparation"
    yield (
        "Factors are columns of the scores pipeline as of the index day, with only what could be known on it: no fact"
        " recorded later and no diagnosis of a stay still open. Address and sex are as held today, not as on the day."
    )
    yield ""
    yield "### Outcome"
    yield f"{outcome['what'].capitalize()}, from hospital stays by day of admission; nobody judged it by hand."
    yield ""
    yield "### Factors"
    yield from factor_table(card)
    if card["left_out_factors"]:
        yield ""
        yield "Not used, because the data do not reach back far enough or hold none:"
        yield ""
        yield from (f"- {reason}." for reason in card["left_out_factors"])


def _modelling(card: Card) -> Iterator[str]:
    outcome = card["outcome"]
    yield "### Size"
    yield (
        f"All there are. A model with fewer than {outcome['judging']['least_events']} events on either day is not"
        " published."
    )
    yield ""
    yield "### What is missing"
    yield (
        "A value that is not known stands at the mean and has an indicator of its own, learnt with the rest; nobody is"
        " left out for it. What was never recorded counts as not there. Counts by the reason people are left out are"
        " under Results."
    )
    yield ""
    yield "### How it was made"
    yield from _how(card)
    yield ""
    yield "### Rare outcome"
    yield "People are neither weighted nor drawn to even out those with and without the event: that would spoil the risks."
    yield ""
    yield "### Fairness"
    yield (
        "Ethnicity and practice are not factors; they, age, sex and deprivation are used to judge. Practices are held"
        " out whole. Thresholds:"
        f" {outcome['judging']['status']}."
    )
    yield ""
    yield "### What it gives"
    yield (
        "A risk from 0 to 1, the facts that moved it most against the average person of the place on the scale of log"
        " odds, and what it does not know of this person. No threshold is built in: a team takes as many from the top"
        " as it can look at."
    )
    yield ""
    yield "### Training against testing"
    yield (
        "Later days, the same and other practices, the same definitions and the same feeds. The model tested is the"
        " model used: it is not fitted again on the test."
    )
    yield ""
    yield "### Ethics"
    yield (
        "Use for direct care and for its evaluation under the place's own governance, to be recorded by the place. People"
        " with a national data opt-out are left out of training and testing."
    )


def _days(card: Card) -> Iterator[str]:
    dates, discharges = card["dates"], card["outcome"]["index"] == "discharges"
    for name, first, last, end in (
        ("Training", "training_first", "training_index", "training_follow_up_to"),
        ("Test", "test_first", "test_index", "test_follow_up_to"),
    ):
        index = (
            f"discharges after {dates[first]} up to {dates[last]}"
            if discharges
            else f"index day {dates[last]}"
        )
        yield f"- {name}: {index}; followed up to {dates[end]}."
    yield (
        "- Follow-up of training ends before the test begins, so that nothing learnt was still to come on the test."
    )
    number = card["held_out_practices"]
    yield (
        f"- {number} {'practice was' if number == 1 else 'practices were'} held out of training altogether, drawn by"
        f" seed {card['seed']}."
        if number
        else "- No practice was held out: there are too few to spare one. How it does elsewhere is not known."
    )


def _how(card: Card) -> Iterator[str]:
    settings = card["outcome"]["methods"][card["method"]]
    if card["method"] == "logistic":
        yield (
            "Logistic regression (lbfgs) with a slight ridge penalty of"
            f" {settings['penalty']} on standardised terms"
            f"{SHRUNK if settings['shrink'] else ''}; counts enter as logarithms, age with bends. No factor was"
            " chosen by looking at the outcome."
        )
        return
    yield (
        f"Gradient boosting (LightGBM) of at most {settings['trees']} trees with {settings['leaves']} leaves and a depth"
        f" of {settings['depth']}, learning"
        f" rate {settings['learning_rate']}, at least {settings['least_people_in_leaf']} people in a leaf; the number of"
        " trees by early stopping on a fifth of the training people; factors marked so can only raise the risk. Seeded"
        " and deterministic."
    )


def _open_science(card: Card) -> Iterator[str]:
    packs = ", ".join(f"{name} {text.split()[0]}" for name, text in card["made_with"]["packs"].items())
    yield "## Open science"
    yield ""
    yield (
        "Code, definitions and this card are open; the data stay in the place. No protocol was registered. Funding and"
        f" interests: for the place to state. Code lists: {packs}. Seed {card['seed']}: the same data and"
        " code give the same model, byte for byte."
    )
    yield ""
    yield "## Patients and the public"
    yield ""
    yield "Nobody was involved in making this model unless the place says so here."


def _results(card: Card) -> Iterator[str]:
    figures = card["figures"]
    yield "## Results"
    yield ""
    yield "### People"
    if _whom(card) == "discharges":
        yield "Each row of these tables counts discharges, not people: one person may have several."
    yield from count_table(figures["people"])
    yield ""
    yield "### How it does"
    yield from performance_table(figures["performance"])
    yield ""
    yield "![Calibration](plots/calibration.svg)"
    yield ""
    yield "### Whether acting on it would do good"
    yield from decision_table(figures["decision_curve"])
    yield ""
    yield "![Decision curve](plots/decision-curve.svg)"
    yield ""
    yield "### By group"
    yield from group_tables(figures["groups"])
    yield ""
    yield "![Observed to expected by group](plots/groups.svg)"
    yield ""
    yield "### The list, beside those of the frailty scores"
    yield from list_tables(figures)
    yield ""
    yield "### The model itself"
    yield "Weights, means and spreads (or the trees) are in `model.json` (and `booster.txt`) beside this card."


def _discussion(card: Card) -> Iterator[str]:
    yield "## Discussion"
    yield ""
    yield "### What it cannot see"
    yield _flat(card["outcome"]["cannot_see"])
    yield ""
    yield "### Limits"
    yield (
        "It learnt from care as it was. Where a list changes care, later data hold its effect, and a model trained"
        " again on them can unlearn the people it helped; keep the evaluation beside it. A risk is about people like"
        " this one, not a prophecy about this one."
    )
    yield ""
    yield "### Before use"
    yield (
        "Agree the action, who decides, and how the difference will be measured. Watch the drift after each run. Poor"
        " inputs show as 'not known' beside the person; nobody needs more than the usual record to read it."
    )


def _method(card: Card) -> str:
    return {"logistic": "logistic regression", "lightgbm": "gradient boosting model"}[card["method"]]


def _whom(card: Card) -> str:
    return "discharges" if card["outcome"]["index"] == "discharges" else "people"


def _flat(text: str) -> str:
    return " ".join(text.split())
