"""The model card as pages show it: every figure of the evaluation in tables, with the verdict in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from localcare.care.stratification.models import RiskModel
from localcare.care.stratification.risk.definitions import known_outcomes
from localcare.care.stratification.risk.figures import (
    FIGURES,
    SETS,
    interval,
    number,
    percent,
    performance_of,
    share_in_words,
)
from localcare.care.stratification.risk.rules import METHODS

Row = Sequence[str]


@dataclass(frozen=True)
class CardTable:
    """One table of the card; the first cell of a row names it."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Row]
    note: str = ""


@dataclass(frozen=True)
class Card:
    """Everything that the page of a model shows of its evaluation."""

    headline: Sequence[tuple[str, str]]
    performance: CardTable
    groups: Sequence[CardTable]
    calibration: CardTable
    decision: CardTable
    frailty: Sequence[CardTable]
    people: CardTable
    week_to_week: str
    listed: str
    plots: Sequence[tuple[str, str]] = field(default=())

    @property
    def tables(self) -> Iterator[CardTable]:
        """All of them, in the order of the page."""
        yield self.performance
        yield from self.groups
        yield self.calibration
        yield self.decision
        yield from self.frailty
        yield self.people


PLOTS = {
    "calibration": "What was said against what happened",
    "decision-curve": "Is acting on the model better than acting on everybody or nobody?",
    "groups": "Events for each expected, group by group",
}


def card_of(model: RiskModel) -> Card:
    """The card of an evaluated model."""
    figures = figures_of(model)
    overall = performance_of(figures)
    found = known_outcomes().get(model.outcome)
    listed = _listed(figures)
    headline = [
        ("Predicts", found.question if found else model.outcome_title),
        ("Method", METHODS.get(model.method, model.method)),
        (
            "Judged on",
            f"{number(overall['people'])} people, {number(overall['events'])} of whom had the event",
        ),
        ("AUC", interval(overall["auc"], 3)),
        ("Calibration slope", f"{interval(overall['calibration_slope'], 2)}; 1 is perfect"),
        ("Events for each expected", interval(overall["observed_to_expected"], 2)),
        ("The list it would make", listed),
    ]
    return Card(
        headline=headline,
        performance=_performance(figures),
        groups=[_group(group) for group in figures["groups"]],
        calibration=_deciles(figures),
        decision=_decision(figures),
        frailty=[_frailty(score) for score in figures["frailty_scores"]],
        people=_people(figures),
        week_to_week=_week_to_week(figures["week_to_week"]),
        listed=listed,
        plots=plots_of(model),
    )


def figures_of(model: RiskModel) -> Mapping[str, Any]:
    """The figures of the evaluation, within the card as it was kept."""
    found: Mapping[str, Any] = model.card["figures"]
    return found


def headline_figures(card: Mapping[str, Any]) -> dict[str, float]:
    """The few figures that a list of models shows."""
    overall = card["figures"]["performance"]["overall"]
    return {
        "people": overall["people"],
        "events": overall["events"],
        "auc": overall["auc"]["value"],
        "slope": overall["calibration_slope"]["value"],
    }


def plots_of(model: RiskModel) -> list[tuple[str, str]]:
    """Name and title of each plot that was drawn with the model."""
    names = model.files.filter(name__startswith="plots/").order_by("name").values_list("name", flat=True)
    stems = [name.removeprefix("plots/").removesuffix(".svg") for name in names]
    known = [(name, title) for name, title in PLOTS.items() if name in stems]
    return known + [(name, name.replace("-", " ").capitalize()) for name in stems if name not in PLOTS]


def csv_tables(model: RiskModel) -> Iterator[list[str]]:
    """Every figure of every table as one line: table, row, figure, value."""
    for table in card_of(model).tables:
        for first, *cells in table.rows:
            for heading, cell in zip(table.headings[1:], cells, strict=True):
                yield [table.title, first, heading, cell]


def _performance(figures: Mapping[str, Any]) -> CardTable:
    sets = [name for name in SETS if name in figures["performance"]]
    rows = [
        [title, *(said(figures["performance"][name][key]) for name in sets)]
        for key, (title, said) in FIGURES.items()
    ]
    return CardTable("How good it is", ["Figure", *(SETS[name] for name in sets)], rows)


def _group(group: Mapping[str, Any]) -> CardTable:
    headings = [
        "Group",
        "People",
        "With the event",
        "Said",
        "AUC",
        "Calibration slope",
        "Events for each expected",
    ]
    rows = [
        [
            part["label"],
            number(part["people"]),
            percent(part["observed"]),
            percent(part["expected"]),
            interval(part.get("auc"), 2),
            interval(part.get("calibration_slope"), 2),
            interval(part.get("observed_to_expected"), 2) if part["enough_to_judge"] else _too_few(part),
        ]
        for part in group["parts"]
    ]
    return CardTable(group["title"], headings, rows)


def _too_few(part: Mapping[str, Any]) -> str:
    return "hidden" if part["hidden"] else "too few to judge"


def _deciles(figures: Mapping[str, Any]) -> CardTable:
    rows = [
        [
            f"{place}{' (lowest)' if place == 1 else ' (highest)' if place == len(figures['deciles']) else ''}",
            number(point["people"]),
            percent(point["risk"]),
            share_in_words(point["observed"]),
        ]
        for place, point in enumerate(figures["deciles"], 1)
    ]
    return CardTable(
        "Said and happened, tenth by tenth", ["Tenth of risk", "People", "Said", "Happened"], rows
    )


def _decision(figures: Mapping[str, Any]) -> CardTable:
    headings = [
        "Look from a risk of",
        "People to look at",
        "Benefit by the model",
        "Looking at everybody",
        "Better by",
    ]
    rows = [
        [
            percent(row["threshold"], 0),
            number(row["chosen"]),
            _per_thousand(row["model"]["value"]),
            _per_thousand(row["everybody"]),
            _per_thousand(row["model"]["value"] - max(row["everybody"], 0.0)),
        ]
        for row in figures["decision_curve"]
    ]
    note = (
        "Net benefit for 1,000 people: those rightly looked at, less those looked at in vain, weighed as the threshold"
        " says. Looking at nobody has a benefit of 0. It says nothing about whether looking helps."
    )
    return CardTable("Decision curve", headings, rows, note)


def _per_thousand(benefit: float) -> str:
    return number(benefit * 1000, 1)


def _frailty(score: Mapping[str, Any]) -> CardTable:
    rows = [
        [
            part["who"].capitalize(),
            number(part["people"]),
            number(part["events"]),
            share_in_words(part["observed"]),
        ]
        for part in score["parts"]
    ]
    title = f"The {number(score['list'])} highest by the model and by the {score['title']}"
    return CardTable(title, ["Who", "People", "With the event", "Share with the event"], rows)


def _people(figures: Mapping[str, Any]) -> CardTable:
    training, test = figures["people"]["training"], figures["people"]["test"]
    rows = [[name.capitalize(), number(training[name]), number(test[name])] for name in training]
    return CardTable("Who is in, and who is left out", ["Who", "Training", "Test"], rows)


def _week_to_week(found: Mapping[str, Any]) -> str:
    if not found["applies"]:
        return "People on this list have just left hospital, so it is new every week."
    stayed, people = number(found["stayed"]), number(found["people"])
    return (
        f"Of the {people} people with the highest risks, {stayed} were among them {found['days']} days earlier"
        f" ({percent(found['share']['value'], 0)})."
    )


def _listed(figures: Mapping[str, Any]) -> str:
    found = figures["list"]
    return (
        f"Of the {number(found['people'])} with the highest risks ({percent(found['share'], 0)}),"
        f" {percent(found['with_event']['value'], 0)} had the event:"
        f" {percent(found['of_all_events']['value'], 0)} of all who had it"
    )
